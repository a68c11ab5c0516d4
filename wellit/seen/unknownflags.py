"""Words of a command line that are no flags of the version in the image: whose they are, and what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from wellit import engines, flags
from wellit.engines import Engine
from wellit.flags import Answer, Problem, history
from wellit.node import Node
from wellit.seen.commandline import CommandLine, lines
from wellit.subject import Subject


@dataclass(frozen=True, eq=False)
class UnknownFlag:
    """One word that looks like a flag and is none."""

    line: CommandLine
    answer: Answer
    problem: Problem
    node: Node

    @property
    def word(self) -> str:
        """The flag as it is written, without its value."""
        return self.problem.about

    @cached_property
    def respelt(self) -> str:
        """The flag of this version that is written with _ for - here, or the reverse."""
        return history.respelt(self.answer.line, self.word)

    @cached_property
    def elsewhere(self) -> str:
        """The versions that have it, as a clause."""
        return history.elsewhere(self.answer.line, self.word)

    @cached_property
    def owners(self) -> list[Engine]:
        """The other engines that have a flag of this name in some version."""
        others = [engine for engine in engines.engines() if engine is not self.line.engine]
        return [engine for engine in others if _has(engine, self.word)]

    @cached_property
    def near(self) -> str:
        """The flag that was probably meant."""
        return history.near(self.answer.line, self.word)

    @property
    def sure(self) -> bool:
        """Whether the version in the image is known, so that nothing it has is missing in its list."""
        return bool(self.answer.version) and not self.answer.program.head.get("commits")

    @cached_property
    def values(self) -> list[str]:
        """The words after it that are no flags: its value, if it has one."""
        _, equals, value = self.answer.words[self.problem.at].partition("=")
        after = self.answer.words[self.problem.at + 1 : self.problem.at + 2]
        return [value] if equals else [word for word in after if not word.startswith("-")]

    def renamed(self, flag: str) -> str:
        """The word with another flag in it, its value kept."""
        _, equals, value = self.answer.words[self.problem.at].partition("=")
        return f"{flag}{equals}{value}"

    @property
    def refusal(self) -> str:
        return flags.says(self.answer.line, self.problem)


def _has(engine: Engine, word: str) -> bool:
    """Whether some version of an engine has a flag that is written like this."""
    known = flags.program(engine.name)
    if known is None:
        return False
    snake = known.exactly(known.versions[-1]).style.get("snake")
    return bool(known.versions_with(word.replace("_", "-") if snake else word))


def unknown_flags(subject: Subject) -> Iterator[UnknownFlag]:
    return iter(subject.once(_unknown_flags))


def _unknown_flags(subject: Subject) -> list[UnknownFlag]:
    return [UnknownFlag(line, *found) for line in lines(subject) for found in line.unknown()]
