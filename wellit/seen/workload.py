"""The pods of one part of an LLMInferenceService, as KServe's controller makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wellit import engines, flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node, spoken
from wellit.seen import presets, servicewords
from wellit.seen.neutral import Told, told, variables
from wellit.seen.presets import MAIN, SCHEDULER
from wellit.seen.probes import Probe, probes_of
from wellit.seen.words import Words
from wellit.subject import DECODE, PREFILL

if TYPE_CHECKING:
    from wellit.seen.service import Service

COMPONENT = "app.kubernetes.io/component"
KEYS = {MAIN: (), PREFILL: (PREFILL,), SCHEDULER: ("router", SCHEDULER)}


@dataclass(frozen=True, eq=False)
class Workload:
    """The pods of one part: main, prefill, scheduler. `node` is the container main, as the pods have it."""

    service: Service
    part: str

    @cached_property
    def place(self) -> Node:
        """What the merged spec says of this part: replicas, parallelism, labels, template, worker."""
        return self.service.spec.at(*KEYS[self.part])

    @property
    def written(self) -> Node:
        """What a person wrote of this part."""
        return self.service.written.at(*KEYS[self.part])

    @property
    def pod(self) -> Node:
        return self.place["template"]

    @cached_property
    def node(self) -> Node:
        found = [one for one in self.pod["containers"] if one["name"].text() == MAIN]
        return found[0] if found else self.pod["containers"][len(list(self.pod["containers"]))]

    @property
    def role(self) -> str:
        """main, decode, prefill; of the picker's scheduler."""
        return SCHEDULER if self.part == SCHEDULER else presets.role_of(self.service.asked, self.part)

    @property
    def title(self) -> str:
        return {MAIN: "model server", DECODE: "decode server", PREFILL: "prefill server"}.get(self.role, "picker")

    @property
    def own(self) -> bool:
        """The words are all there is: those of a preset are among them."""
        return True

    @property
    def written_before(self) -> list[str]:
        return []

    @property
    def preset(self) -> str:
        """The name of the preset that it is laid over; "" for none."""
        return presets.name_of(self.service.facts, self.service.asked, self.part)

    @property
    def looked_up(self) -> str:
        """The name of the preset that KServe looks for, also of one that it does not bring."""
        return presets.looked_up(self.service.facts, self.service.asked, self.part)

    def wrote(self, node: Node) -> bool:
        """Whether a person wrote a value of the merged spec, and no preset."""
        return self.service.merged.wrote(node.keys)

    @property
    def by_preset(self) -> bool:
        """Whether the preset's command starts it."""
        return bool(self.preset) and not self.wrote(self.node["command"])

    @cached_property
    def image(self) -> Image:
        return Image.parse(self.node["image"].text())

    @cached_property
    def words(self) -> Words:
        """All that it is started with: the command of its own, or the preset's, and the args."""
        return servicewords.words_of(self)

    @cached_property
    def engine_of_command(self) -> Engine | None:
        return engines.of_words(self.words.texts)

    @cached_property
    def engine(self) -> Engine | None:
        """The engine that its words start; where they show none that of its image. None for the picker."""
        if self.part == SCHEDULER:
            return None
        return self.engine_of_command or engines.of_image(self.image)

    @property
    def engine_node(self) -> Node:
        return self.node["command"] if self.engine_of_command and not self.by_preset else self.node["image"]

    @property
    def program(self) -> str:
        return self.engine.name if self.engine else ""

    @cached_property
    def version(self) -> str | Unknown:
        """The version of the engine that the image carries, or why it is not known."""
        return flags.of_image(self.program, self.image)

    def given(self, setting: str) -> Told | None:
        """What it is told of a neutral setting (port, servedName, tensorParallel ...), by the preset as well."""
        return told(self, setting)

    @property
    def environment(self) -> dict[str, Node]:
        """The variables of its container by name: what stands beside each name."""
        return variables(self)

    @property
    def port(self) -> int | None:
        """Where the engine listens; None when that is not known."""
        if said := self.given("port"):
            return said.number
        return self.engine.default_port if self.engine and not self.words.elsewhere else None

    @property
    def expected_port(self) -> int:
        """Where it must listen to be reached."""
        return presets.port_of(self.service.facts, self.role)

    @cached_property
    def probes(self) -> list[Probe]:
        """The probes of the container main that ask a port, the preset's among them."""
        return list(probes_of(self.node))

    @cached_property
    def sidecar(self) -> Node | None:
        """The routing proxy's container in these pods."""
        name = self.service.facts["sidecar"]["container"]
        return next((one for one in self.pod["initContainers"] if one["name"].text() == name), None)

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its pods: the controller's own, and over them those that the spec says."""
        known = self.service.facts["ownLabels"]
        return self._labelled({**known["all"], **known[self.role], **self._component("leader")})

    def _labelled(self, own: Mapping[str, str]) -> dict[str, str]:
        filled = {key: self.service.names.fill(value) for key, value in own.items()}
        return filled | {key: spoken(value.value) for key, value in self.place["labels"].items()}

    def _component(self, kind: str) -> dict[str, str]:
        """What pods of a part with several nodes are called."""
        known = self.service.facts["ownLabels"][kind]
        return {COMPONENT: known[self.part]} if isinstance(self.place["worker"].value, Mapping) else {}

    @property
    def replicas(self) -> int | None:
        """How many there are, 1 where nobody says; None when it is no number."""
        return self.place["replicas"].number(1)

    @property
    def pods(self) -> list[tuple[Mapping[str, Any], dict[str, str], int]]:
        """The pods of one replica: what each kind of them is, its labels, and how many there are."""
        found = [(self.pod.value, self.labels, 1)]
        if further := self._component("worker"):
            labels = self._labelled({**self.service.facts["ownLabels"]["all"], **further})
            found.append((self.place["worker"].value, labels, self.nodes - 1))
        return [(dict(pod), labels, number) for pod, labels, number in found if isinstance(pod, Mapping) and number]

    @property
    def nodes(self) -> int:
        """Over how many nodes a replica is spread: as many as its data or pipeline parallelism wants."""
        if not isinstance(self.place["worker"].value, Mapping):
            return 1
        degrees = {key: self.place["parallelism"][key].number(0) or 0 for key in ("data", "dataLocal", "pipeline")}
        if degrees["data"] or degrees["dataLocal"]:
            return max(max(degrees["data"], 1) // max(degrees["dataLocal"], 1), 1)
        return max(degrees["pipeline"], 1)
