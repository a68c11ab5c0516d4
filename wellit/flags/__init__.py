"""What a program's version says to the words of its command line, from the lists of schemas/flags.

    flags.of_image("sglang", image)              the version that an image carries, or why that is not known
    flags.ask("sglang", "0.5.6.post2", words)    what the parser of that version makes of the words

The programs are the engines, by the names of their files (vllm, sglang, trtllm, sim), the pickers (picker is llm-d's,
picker-gaie upstream's), routing-proxy, and dynamo-frontend, -vllm, -sglang and -mocker. `words` are those after the
program's name (after ``vllm serve``, ``python3 -m sglang.launch_server``); values that are only known when it starts
($PORT, $(PORT)) stand for any value.

For a picker with ``flags: {v: 4, secure-serving: false}`` ask with [f"--{name}={value}"] for each. The answer's
`problems` have the number of the word and a kind (wellit.flags.reading); `given` are the flags with their values,
`answer.last("--port")` is the mention that counts.

    answer = flags.ask("picker", "v0.7.1", [f"--{name}={value}" for name, value in flags.items()])
    if isinstance(answer, Unknown): ...          the reason is a clause for NotChecked
    for problem in answer.problems: ...

A version between two listed ones has the problems that both its neighbours have; one that is older or newer than all
is Unknown. Problems are those that end the program; what is only deprecated is in `answer.deprecated`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from wellit.capabilities import Unknown
from wellit.flags.data import Line, Program, module_of, of_module, program
from wellit.flags.parsers import read
from wellit.flags.reading import Given, Kind, Problem, Reading
from wellit.flags.record import Flag
from wellit.flags.says import message, says
from wellit.flags.values import is_open
from wellit.images import Image


@dataclass(frozen=True, eq=False)
class Answer:
    """What a version makes of words: one reading, or those of the listed versions on either side of it."""

    program: Program
    version: str
    words: tuple[str, ...]
    readings: tuple[Reading, ...]

    @property
    def line(self) -> Line:
        """The listed version that is spoken of: the newer of two neighbours."""
        return self.readings[-1].line

    @property
    def title(self) -> str:
        named = self.version and not self.program.head.get("commits")
        return f"{self.program.title} {self.version}" if named else self.program.title

    @cached_property
    def problems(self) -> list[Problem]:
        """What ends the program: the problems that every reading has, in the order of the words."""
        first, *others = self.readings
        sure = [problem for problem in first.problems if all(_has(other, problem) for other in others)]
        return sorted(sure, key=lambda problem: problem.at)

    @property
    def given(self) -> list[Given]:
        return self.readings[-1].given

    @property
    def bare(self) -> list[int]:
        return self.readings[-1].bare

    def last(self, key: str) -> Given | None:
        """The last mention of a flag, which is the one that counts; by what its newest version calls it."""
        return self.readings[-1].last(key)

    @property
    def deprecated(self) -> list[Given]:
        """The flags that are given and deprecated in every reading."""
        return [given for given in self.given if all(_deprecates(other, given) for other in self.readings)]


def ask(name: str, version: str, words: Sequence[str]) -> Answer | Unknown:
    """What a program's version makes of words; Unknown when its flags are not known."""
    known = program(name)
    if known is None:
        return Unknown(f"the flags of {name} are not known")
    lines = known.near(version.removeprefix("v"))
    if isinstance(lines, Unknown):
        return lines
    return Answer(known, version.removeprefix("v"), tuple(words), tuple(read(line, words) for line in lines))


def ask_all(known: Program, words: Sequence[str]) -> Answer:
    """What all listed versions of a program make of words alike, for one whose version is not known."""
    lines = [known.exactly(version) for version in known.versions]
    return Answer(known, "", tuple(words), tuple(read(line, words) for line in lines))


def of_image(name: str, image: Image) -> str | Unknown:
    """The version of a program that an image carries."""
    known = program(name)
    return known.in_image(image) if known else Unknown(f"the flags of {name} are not known")


def _has(reading: Reading, problem: Problem) -> bool:
    return any((same.kind, same.at) == (problem.kind, problem.at) for same in reading.problems)


def _deprecates(reading: Reading, given: Given) -> bool:
    same = next((other for other in reading.given if other.at == given.at), None)
    return bool(same and same.flag.data.get("deprecated"))


__all__ = [
    "Answer",
    "Flag",
    "Given",
    "Kind",
    "Line",
    "Problem",
    "Program",
    "ask",
    "ask_all",
    "is_open",
    "message",
    "module_of",
    "of_image",
    "of_module",
    "program",
    "says",
]
