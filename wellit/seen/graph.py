"""A graph of Dynamo: its components, and what each of them is started with.

Its values are those of the chart dynamo; anybody's DynamoGraphDeployment is read back into them
(wellit.inputs.readback.dynamo). What such an object says beyond them stands below `more`, of the graph or of a
component, in the object's own words (more.runtimeVersionOverride).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from wellit import engines, flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node
from wellit.seen import words
from wellit.seen.neutral import Told, told, variables
from wellit.seen.words import Word, Words
from wellit.subject import DECODE, DYNAMO, PREFILL, Release, Subject

FRONTEND, WORKER = "frontend", "worker"
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
OWN = "dynamo."  # every program of Dynamo's is a module below it


@dataclass(frozen=True, eq=False)
class Graph:
    """One graph."""

    release: Release

    @property
    def root(self) -> Node:
        return self.release.root

    @property
    def name(self) -> str:
        return self.root["name"].text() or self.release.name

    @property
    def api(self) -> str:
        """The version of its object: v1alpha1, v1beta1."""
        return self.root["api"].text()

    @property
    def framework(self) -> str:
        return self.root["framework"].text()

    @property
    def version(self) -> str:
        """The version of Dynamo that it is for."""
        return self.release.version

    @cached_property
    def components(self) -> list[Component]:
        """Every component, in the order of the object, also one without replicas."""
        return [Component(self, name, node) for name, node in self.root["components"].items()]

    @cached_property
    def running(self) -> list[Component]:
        """The components that have replicas, as far as the values tell."""
        return [one for one in self.components if one.replicas != 0]

    def of_type(self, kind: str) -> list[Component]:
        return [one for one in self.running if one.type == kind]

    @property
    def frontends(self) -> list[Component]:
        return self.of_type(FRONTEND)

    @property
    def workers(self) -> list[Component]:
        return self.of_type(WORKER)

    def with_role(self, role: str) -> list[Component]:
        """The workers of a role: prefill, decode, or "" for those without one."""
        return [one for one in self.workers if one.role == role]

    @property
    def apart(self) -> bool:
        """Whether any worker has a part of the work only."""
        return any(one.role == PREFILL or one.mode in (PREFILL, DECODE) for one in self.workers)


@dataclass(frozen=True, eq=False)
class Component:
    """One component of a graph: pods of one kind, or a process each where the graph runs on one machine.

    `node` has command, args, env and image as a container has them.
    """

    graph: Graph
    name: str
    node: Node

    @property
    def own(self) -> bool:
        """The command line is the person's own: no chart writes before it."""
        return True

    @property
    def written_before(self) -> list[str]:
        return []

    @property
    def title(self) -> str:
        return f"component {self.name}"

    @property
    def type(self) -> str:
        return self.node["type"].text() or WORKER

    @property
    def replicas(self) -> int | None:
        """How many there are; None when it is no number."""
        return self.node["replicas"].number(1)

    @property
    def nodes(self) -> int:
        """Over how many pods each replica is spread."""
        return self.node["nodes"].number(1) or 1

    @property
    def gpus(self) -> int:
        """The GPUs of each pod."""
        return self.node["gpus"].number(0) or 0

    @property
    def declared(self) -> str:
        """The role that its object says: prefill, decode, or ""."""
        return self.node["role"].text()

    @cached_property
    def mode(self) -> str:
        """The role that its command line says, in wellit's words; "" when it says none or that of both."""
        if self.engine is None or not (said := self.given("disaggregationRole")):
            return ""
        return said.value if said.value in (PREFILL, DECODE) else ""

    @property
    def role(self) -> str:
        """Prefill, decode or "": as its object says, or else its command line."""
        return self.declared or self.mode

    @cached_property
    def image(self) -> Image:
        return Image.parse(self.node["image"].text())

    @cached_property
    def words(self) -> Words:
        """The words of command and args, however they are split between the two; a script is taken apart."""
        return words.read(self.node["command"], self.node["args"])

    @cached_property
    def starts(self) -> Start | None:
        """The Python module that is started; None when the words show none."""
        found = [start for command in self.words.commands if (start := _start(command))]
        own = [start for start in found if start.module.text.startswith(OWN)]
        return next(iter(own or found), None)

    @property
    def module(self) -> str:
        """The module (dynamo.sglang) that is started. What the operator starts without a word counts as well."""
        if self.starts:
            return self.starts.module.text
        silent = self.type == FRONTEND and not self.words.words
        return flags.module_of("dynamo-frontend") if silent else ""

    @property
    def arguments(self) -> tuple[Word, ...]:
        """The words after the module."""
        return self.starts.arguments if self.starts else ()

    @cached_property
    def engine(self) -> Engine | None:
        """The engine of its module; of a worker whose words show none that of its image, or of the graph."""
        if self.module:
            return engines.of_dynamo("module", self.module)
        if self.type != WORKER:
            return None
        own = (engine for engine in engines.engines() if self.image.is_of(str(engine.dynamo.get("image", "-"))))
        return next(own, None) or engines.of_dynamo("framework", self.graph.framework)

    @property
    def engine_node(self) -> Node:
        return self.starts.module.node if self.starts else self.node["image"]

    @property
    def program(self) -> str:
        """The program of schemas/flags that reads its arguments; "" when none is known."""
        return str(self.engine.dynamo["program"]) if self.engine else flags.of_module(self.module)

    @cached_property
    def version(self) -> str | Unknown:
        """The version of Dynamo that runs in it: what its object says, or the tag of its image."""
        if said := self.node.at("more", "runtimeVersionOverride").text():
            return said
        return flags.of_image(self.program, self.image) if self.image.text else self.graph.version

    def given(self, setting: str) -> Told | None:
        """What it is told of a neutral setting (tensorParallel, pageSize, disaggregationRole ...)."""
        return told(self, setting)

    @cached_property
    def environment(self) -> dict[str, Node]:
        """Its variables by name, those of the whole graph among them: what stands beside each name."""
        shared = {entry["name"].text(): entry for entry in self.graph.root["env"] if entry["name"]}
        return shared | variables(self)


@dataclass(frozen=True)
class Start:
    """``python3 -m MODULE ARGUMENTS``: `before` are the words up to the module."""

    before: tuple[Word, ...]
    module: Word
    arguments: tuple[Word, ...]


def _start(command: tuple[Word, ...]) -> Start | None:
    for at, word in enumerate(command[:-1]):
        if word.text == "-m" and _MODULE.fullmatch(command[at + 1].text):
            return Start(command[:at], command[at + 1], command[at + 2 :])
    return None


def graphs(subject: Subject) -> Iterator[Graph]:
    """Every graph that is judged."""
    return iter(subject.once(_graphs))


def components(subject: Subject) -> Iterator[Component]:
    """Every component of every graph that has replicas."""
    return (component for graph in graphs(subject) for component in graph.running)


def workers(subject: Subject) -> Iterator[Component]:
    """Every component that runs an engine."""
    return (component for graph in graphs(subject) for component in graph.workers)


def _graphs(subject: Subject) -> list[Graph]:
    return [Graph(release) for release in subject.of(DYNAMO)]
