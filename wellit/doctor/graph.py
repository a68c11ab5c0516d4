"""The graphs of Dynamo in a namespace, and the pods that the operator made of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from wellit.carried import Carried, carried
from wellit.doctor import commands, signatures, ways
from wellit.doctor.sight import Heard, Sight
from wellit.doctor.signatures import Said
from wellit.picture.objects import Object
from wellit.seen.graphform import GROUP, KIND
from wellit.templates import templates


@dataclass(frozen=True, eq=False)
class Graph:
    """One graph, and the pods that the operator made for it."""

    sight: Sight
    object: Object

    @property
    def name(self) -> str:
        return self.object.name

    @property
    def known(self) -> Carried:
        """What its operator makes of it."""
        known = carried(GROUP, KIND)
        assert known
        return known

    @cached_property
    def pods(self) -> list[Object]:
        pods = self.sight.all("Pod")
        return [pod for pod in pods if self.known.made(self.name, pod.pod_labels) and not ways.ending(pod)]

    @cached_property
    def service(self) -> str:
        """The Service of its frontend; "" for a graph that has none."""
        entry = self.known.entry["does"]
        fronts = (one.part for one in templates(self.object.manifest) if one.does == entry)
        return next((self.known.service(self.name, part) for part in fronts), "")

    @property
    def heard(self) -> Heard | None:
        return self.sight.answers.get(key(self.name))

    def kubectl(self, *words: str) -> str:
        return commands.kubectl(self.sight, *words)

    def said(self, pod: Object, container: str) -> list[Said]:
        """What is known of the log of a container: what ends a program first."""
        log = self.sight.log(pod.name, container)
        return signatures.of_graph(log.before or log.now)


def key(name: str) -> str:
    """By what the answers of a graph are kept, beside those of pools."""
    return f"{KIND} {name}"


def every(sight: Sight) -> list[Graph]:
    """The graphs of the namespace; one that the API lists in two versions counts once."""
    found = {one.name: one for one in reversed(list(sight.all(KIND))) if one.namespace == sight.namespace}
    return [Graph(sight, one) for one in found.values()]
