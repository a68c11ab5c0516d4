"""An engine's own command line in a container: its arguments, and what the version in the image makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from wellit import flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.flags import Answer, Given, Kind, Problem
from wellit.node import Node
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.seen.words import Word
from wellit.subject import Subject

MODEL = "$(MODEL)"  # the word that the chart writes for the model, whatever it is


@dataclass(frozen=True, eq=False)
class CommandLine:
    """What an engine is started with. `words` are its arguments as the values give them; `unclear` why they are not
    all to be seen. What the chart writes before them is not among them."""

    container: Container
    engine: Engine
    words: tuple[Word, ...]
    unclear: str = ""
    launcher: str = ""

    @property
    def title(self) -> str:
        return self.container.title

    @property
    def written(self) -> list[str]:
        """What the chart writes before the words: the model, as a word or with its flag."""
        how = self.container.starts
        if self.container.own or not self.container.injects("model"):
            return []
        return [MODEL] if how["model"] == "positional" else [how["model"], MODEL]

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
    """The command line of every role's engine."""
    return iter(subject.once(_lines))


def _lines(subject: Subject) -> list[CommandLine]:
    return [line for container in mains(subject) if (line := of(container))]


def of(container: Container) -> CommandLine | None:
    """A container's command line; None when nothing is known to run in it."""
    engine, said = container.engine, container.words
    if engine is None or len(container.possible_engines) > 1:
        return None  # of a command for another image than this one's nothing more is to be said
    if said.unclear:
        return CommandLine(container, engine, (), said.unclear)
    if not container.own:
        return CommandLine(container, engine, said.words)
    found = [(launcher, words) for command in said.commands for launcher, words in _started(command, engine)]
    if len(found) == 1:
        launcher, words = found[0]
        arguments, why = _command(engine, words)
        return CommandLine(container, engine, arguments, why, launcher)
    if not container.node["command"]:  # it is what is missing: the arguments are what they are
        return CommandLine(container, engine, said.words)
    why = "its command starts it more than once" if found else "its command does not show how it is started"
    return CommandLine(container, engine, (), why)


def _started(command: Sequence[Word], engine: Engine) -> Iterator[tuple[str, tuple[Word, ...]]]:
    """How a command starts the engine, and with which words."""
    spoken = [word.text.rsplit("/", 1)[-1] if word.text.startswith("/") else word.text for word in command]
    for launcher in sorted(engine.data["launchers"], key=len, reverse=True):
        parts = launcher.split()
        for start in range(len(spoken) - len(parts) + 1):
            if spoken[start : start + len(parts)] == parts:
                yield launcher, tuple(command[start + len(parts) :])
                return


def _command(engine: Engine, words: tuple[Word, ...]) -> tuple[tuple[Word, ...], str]:
    """The words after the program's own command (trtllm-serve serve); what is unclear about another of its commands."""
    known = flags.program(engine.name)
    commands: list[str] = list(known.head.get("commands", ())) if known else []
    if words and words[0].text in commands:
        other = words[0].text != commands[0]
        return words[1:], f"the flags of {engine.title}'s {words[0].text} are not known" if other else ""
    return words, ""
