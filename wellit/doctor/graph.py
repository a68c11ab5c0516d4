"""The graphs of Dynamo in a namespace, and the pods that the operator made of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from wellit.doctor import commands, signatures, ways
from wellit.doctor.sight import Heard, Sight
from wellit.doctor.signatures import Said
from wellit.picture.objects import Object

KIND = "DynamoGraphDeployment"
# What Dynamo's operator writes (read in its sources, and in what others wrote about its pods): a label of every pod of
# a graph, and the service of its frontend.
LABEL, SERVICE, PORT = "nvidia.com/dynamo-graph-deployment-name", "{name}-frontend", 8000


@dataclass(frozen=True, eq=False)
class Graph:
    """One graph, and the pods that the operator made for it."""

    sight: Sight
    object: Object

    @property
    def name(self) -> str:
        return self.object.name

    @cached_property
    def pods(self) -> list[Object]:
        return [
            pod
            for pod in self.sight.all("Pod")
            if pod.pod_labels.get(LABEL) == self.name and not ways.ending(pod)
        ]  # fmt: skip

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
