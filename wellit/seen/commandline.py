"""An engine's own command line: its arguments, and what the version in the image makes of them.

`lines` are those of every engine, in a chart's container, a component of Dynamo's or a part of a service of KServe's;
`chart_lines` those of containers alone, for rules about what the modelservice chart does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from wellit import engines, flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.flags import Answer, Given, Kind, Problem
from wellit.node import Node
from wellit.seen import launched
from wellit.seen.container import Container
from wellit.seen.graph import Component, workers
from wellit.seen.modelservice import mains
from wellit.seen.service import service_workloads
from wellit.seen.servicewords import arrives
from wellit.seen.started import Started
from wellit.seen.words import Word
from wellit.seen.workload import Workload
from wellit.subject import Subject

# The settings that are read, for `reads` of a rule: of a worker's words, of its role as well, of every command line.
GRAPH_READS = "component.args component.command component.image component.replicas component.type components framework"
ROLE_READS = f"{GRAPH_READS} component.role"
SERVICE_READS = "spec.baseRefs spec.prefill spec.replicas spec.runtime spec.template"
READS = f"role.containers role.create component.more {GRAPH_READS} {SERVICE_READS}"
PAIR_READS = f"role.containers role.create role.replicas {ROLE_READS} {SERVICE_READS}"


@dataclass(frozen=True, eq=False)
class CommandLine:
    """What an engine is started with. `words` are its arguments as the values give them; `unclear` why they are not
    all to be seen. What the chart writes before them is not among them."""

    container: Started
    engine: Engine
    words: tuple[Word, ...]
    unclear: str = ""
    launcher: str = ""

    @property
    def title(self) -> str:
        return self.container.title

    @property
    def written(self) -> list[str]:
        return self.container.written_before

    @property
    def program(self) -> str:
        return self.container.program

    @property
    def version(self) -> str | Unknown:
        return self.container.version

    @cached_property
    def answer(self) -> Answer | Unknown:
        """What the version in the image makes of the words."""
        if self.unclear:
            return Unknown(self.unclear)
        if isinstance(self.version, Unknown):
            return self.version
        return flags.ask(self.program, self.version, self.all_words)

    @cached_property
    def anyway(self) -> Answer | Unknown:
        """The answer; where the version in the image is not known, what all listed versions say alike."""
        known = flags.program(self.program)
        if self.unclear or known is None or not isinstance(self.version, Unknown):
            return self.answer
        return flags.ask_all(known, self.all_words)

    @property
    def all_words(self) -> list[str]:
        return [*self.written, *(word.text for word in self.words)]

    def node(self, at: int) -> Node | None:
        """Where a word of the answer is written; None for one that the chart writes."""
        number = at - len(self.written)
        return self.words[number].node if number >= 0 else None

    def problems(self, *kinds: Kind) -> Iterator[tuple[Answer, Problem, Node]]:
        """The problems of these kinds, each with its word's place."""
        return _problems(self, self.answer, kinds)

    def unknown(self) -> Iterator[tuple[Answer, Problem, Node]]:
        """The words that are no flags, also where the version is not known."""
        return _problems(self, self.anyway, ("unknown",))

    def given(self, setting: str) -> tuple[Given, Node] | None:
        """The last mention of a neutral setting (tensorParallel ...) among the words, where they can be read."""
        return self.mention(self.engine.flag(setting))

    def mention(self, key: str) -> tuple[Given, Node] | None:
        """The last mention of a flag, by what its newest version calls it."""
        found = None if isinstance(self.anyway, Unknown) else self.anyway.last(key)
        node = self.node(found.values[-1][0] if found.values else found.at) if found else None
        return (found, node) if found and node else None

    @cached_property
    def own_model(self) -> tuple[str, Node] | None:
        """The model that the words name: by its flag, or as the first word that is none."""
        if isinstance(self.anyway, Unknown):
            return None
        flag = self.engine.flag("model")
        if said := self.mention(flag or "--model"):
            return said[0].value, said[1]
        first = self.anyway.bare[0] if self.anyway.bare and not flag else None
        node = self.node(first) if first is not None else None
        return (self.anyway.words[first], node) if first is not None and node else None


@dataclass(frozen=True, eq=False)
class ChartLine(CommandLine):
    """That of a container of the modelservice chart."""

    container: Container


@dataclass(frozen=True, eq=False)
class GraphLine(CommandLine):
    """That of a worker of Dynamo's."""

    container: Component


@dataclass(frozen=True, eq=False)
class ServiceLine(CommandLine):
    """That of a part of an LLMInferenceService. What its preset writes is none of the person's words, nor is what its
    preset's shell makes of an argument (WL908)."""

    container: Workload

    def node(self, at: int) -> Node | None:
        node, one = super().node(at), self.container
        shell = one.by_preset and one.service.facts["preset"]["shell"]
        return node if node and one.wrote(node) and not (shell and arrives(node) is not None) else None

    def mention(self, key: str) -> tuple[Given, Node] | None:
        """The last mention of a flag, the preset's as well: it is placed at the container."""
        found = None if isinstance(self.anyway, Unknown) else self.anyway.last(key)
        return (found, self.words[found.values[-1][0] if found.values else found.at].node) if found else None


def _problems(
    line: CommandLine, answer: Answer | Unknown, kinds: Sequence[Kind]
) -> Iterator[tuple[Answer, Problem, Node]]:
    if isinstance(answer, Unknown):
        return
    for problem in answer.problems:
        node = line.node(problem.at)
        if problem.kind in kinds and node and not flags.is_open(problem.about.partition("=")[0]):
            yield answer, problem, node


def lines(subject: Subject) -> Iterator[CommandLine]:
    """The command line of every engine that a role of a chart, a component of a graph or a part of a service runs."""
    yield from chart_lines(subject)
    yield from graph_lines(subject)
    yield from service_lines(subject)


def chart_lines(subject: Subject) -> Iterator[ChartLine]:
    """Those of the modelservice chart's roles."""
    return iter(subject.once(_chart_lines))


def graph_lines(subject: Subject) -> Iterator[GraphLine]:
    """Those of Dynamo's workers."""
    return iter(subject.once(_graph_lines))


def service_lines(subject: Subject) -> Iterator[ServiceLine]:
    """Those of KServe's model servers, whether a preset starts them or not."""
    return iter(subject.once(_service_lines))


def _chart_lines(subject: Subject) -> list[ChartLine]:
    return [line for container in mains(subject) if (line := of(container))]


def _graph_lines(subject: Subject) -> list[GraphLine]:
    return [line for component in workers(subject) if (line := _of_component(component))]


def _service_lines(subject: Subject) -> list[ServiceLine]:
    return [line for one in service_workloads(subject) if (line := _of_workload(one))]


def _of_workload(one: Workload) -> ServiceLine | None:
    """A part's command line; None when nothing is known to run in it, or its words are another image's."""
    engine, inside = one.engine, engines.of_image(one.image)
    if engine is None or (inside and inside is not engine and not engine.perhaps_in(one.image)):
        return None
    launcher, words, why = ("", (), one.words.unclear) if one.words.unclear else launched.own(one.words, engine)
    return ServiceLine(one, engine, words, why, launcher)


def _of_component(component: Component) -> GraphLine | None:
    """A worker's command line; None for one whose engine is not known, or that does not start it."""
    engine = component.engine
    if engine is None or not (component.starts or component.words.unclear):
        return None
    launcher = f"-m {component.module}" if component.module else ""
    return GraphLine(component, engine, component.arguments, component.words.unclear, launcher)


def of(container: Container) -> ChartLine | None:
    """A container's command line; None when nothing is known to run in it."""
    engine, said = container.engine, container.words
    if engine is None or len(container.possible_engines) > 1:
        return None  # of a command for another image than this one's nothing more is to be said
    if said.unclear:
        return ChartLine(container, engine, (), said.unclear)
    if not container.own:
        return ChartLine(container, engine, said.words)
    if not container.node["command"] and len(launched.starts(said, engine)) != 1:  # the arguments are what they are
        return ChartLine(container, engine, said.words)
    launcher, arguments, why = launched.own(said, engine)
    return ChartLine(container, engine, arguments, why, launcher)
