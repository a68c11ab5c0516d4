"""How the parsers of the programs read words: Python's argparse, click, and Go's two ways.

Each yields what it makes of the words, one after the other; nothing is said twice of one word.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from wellit.flags import values
from wellit.flags.data import Line
from wellit.flags.reading import Given, Problem, Reading
from wellit.flags.record import Flag
from wellit.flags.values import is_open

HELP = Flag("--help", {"value": "none", "aliases": ["-h"]})  # every Go program has it, and none lists it
_NEGATIVE = re.compile(r"-\d+$|-\d*\.\d+$")
_INSIDE = re.compile(r"\s(--?[A-Za-z][\w-]*)(?=[\s=.]|$)")  # flags in a word


def read(line: Line, words: Sequence[str]) -> Reading:
    """The words after the program's name, as the parser of this version reads them."""
    reading = Reading(line)
    PARSERS[line.style["parser"]](reading, words).run()
    most = line.style.get("words")
    for at in reading.bare[most:] if most is not None else ():
        if not is_open(words[at]):
            reading.problems.append(Problem("surplus", at, words[at], _switch_before(reading, at)))
    return reading


def _switch_before(reading: Reading, at: int) -> Flag | None:
    """The flag that stands right before a word and takes none."""
    return next((given.flag for given in reading.given if given.at == at - 1 and not given.values), None)


def _joined(word: str, line: Line) -> tuple[str, ...]:
    """The words in one that was meant to be several: "--port 8200". Empty when it is one indeed."""
    flags = [flag for flag in _INSIDE.findall(f" {word}") if line.named(flag)]
    whole = word.startswith("-") and " " in word.partition("=")[0].strip()
    if not flags or (len(flags) == 1 and word.startswith(flags[0]) and not whole):
        return ()
    try:
        return tuple(shlex.split(word))
    except ValueError:
        return tuple(word.split())


class _Parser:
    """One reading of words. A parser says which words are flags, and which words a flag takes."""

    stops = False  # whether a word that is no flag ends the reading

    def __init__(self, reading: Reading, words: Sequence[str]) -> None:
        self.reading, self.words, self.line = reading, words, reading.line

    def run(self) -> None:
        at = 0
        while at < len(self.words):
            if self.words[at] == "--":
                self.reading.bare.extend(range(at + 1, len(self.words)))
                return
            if several := self.is_several(at):
                at = self.tell(Problem("joined", at, self.words[at], several=several))
            elif self.is_flag(at):
                at = self.flag(at)
            elif self.stops:
                self.tell(Problem("stopped", at, self.words[at], _switch_before(self.reading, at)))
                return
            else:
                self.reading.bare.append(at)
                at += 1

    def is_flag(self, at: int) -> bool:
        return self.words[at].startswith("-") and len(self.words[at]) > 1

    def is_several(self, at: int) -> tuple[str, ...]:
        return _joined(self.words[at], self.line)

    def flag(self, at: int) -> int:
        """Read the flag at a word; the number of the word to go on with."""
        spelled, glued, rest = self.taken_apart(self.words[at])
        near = self.meant(spelled)
        flags = {flag.key: flag for flag in near.values()}
        if len(flags) == 1:
            return self.take(at, next(iter(flags.values())), next(iter(near)), glued, rest)
        written = self.words[at].partition("=")[0]
        about = written.partition(".")[0] if self.line.style.get("dotted") else written
        self.tell(Problem("ambiguous" if flags else "unknown", at, about, several=tuple(sorted(near))))
        meant = range(at + 1, len(self.words)) if glued is None else range(0)  # words that were meant for it
        return (
            next((number for number in meant if self.is_flag(number) or self.is_several(number)), len(self.words))
            if meant
            else at + 1
        )

    def taken_apart(self, word: str) -> tuple[str, str | None, str]:
        """A word as its flag, the value after =, and what follows a dot in the flag."""
        spelled, equals, glued = word.partition("=")
        return spelled, glued if equals else None, ""

    def meant(self, spelled: str) -> dict[str, Flag]:
        """The flags that may be meant, by their whole spelling."""
        flag = self.line.named(spelled)
        return {spelled: flag} if flag else {}

    def arity(self, flag: Flag) -> tuple[int, int]:
        return flag.takes

    def following(self, at: int, most: int) -> list[int]:
        """The numbers of the words after this one that a flag may take as its values."""
        numbers = list(range(at + 1, min(at + 1 + most, len(self.words))))
        return numbers if most == 1 else self.before_a_flag(numbers)

    def before_a_flag(self, numbers: list[int]) -> list[int]:
        end = next((number for number in numbers if self.words[number] == "--" or self.is_flag(number)), None)
        return numbers if end is None else [number for number in numbers if number < end]

    def take(self, at: int, flag: Flag, spelled: str, glued: str | None, rest: str) -> int:
        no = spelled in flag.negations
        least, most = (1, 1) if rest else (0, 0) if no else self.arity(flag)
        if glued is not None and most == 0:
            return self.tell(Problem("not-a-switch", at, glued, flag))
        numbers = self.following(at, most) if glued is None else []
        if glued is None and len(numbers) < least:
            return self.tell(Problem("no-value", at, spelled, flag))
        taken = ((at, glued),) if glued is not None else tuple((number, self.words[number]) for number in numbers)
        given = Given(flag, at, spelled, taken, rest, no)
        self.reading.given.append(given)
        self.judge(given)
        return at + 1 + len(numbers)

    def judge(self, given: Given) -> None:
        if given.flag.data.get("refused"):
            self.tell(Problem("refused", given.at, given.spelled, given.flag))
        for number, text in given.values:
            if several := _joined(text, self.line) if number != given.at else ():
                self.tell(Problem("joined", number, text, several=several))
            elif given.rest:
                continue
            elif fault := values.wrong(given.flag, text, self.line.style):
                self.tell(Problem(fault, number, text, given.flag))

    def tell(self, problem: Problem) -> int:
        self.reading.problems.append(problem)
        return problem.at + 1


class _Argparse(_Parser):
    """Python's argparse: beginnings of flags count where only one flag begins like that."""

    def is_flag(self, at: int) -> bool:
        word = self.words[at]
        if not super().is_flag(at) or _NEGATIVE.match(word):
            return False
        return " " not in word.partition("=")[0]  # with a blank it is a word like any other

    def taken_apart(self, word: str) -> tuple[str, str | None, str]:
        spelled, glued, rest = super().taken_apart(word)
        for short, whole in self.line.style.get("rewrites", {}).items():  # -O3 is --optimization-level 3
            if spelled.startswith(short):
                return whole, glued or spelled.removeprefix(short) or None, "level"
        if self.line.style.get("dotted") and "." in spelled:
            spelled, _, rest = spelled.partition(".")
        if self.line.style.get("snake") and spelled.startswith("--"):
            spelled = spelled.replace("_", "-")
        if rest or glued is not None or spelled.startswith("--") or self.line.named(spelled):
            return spelled, glued, rest
        if len(spelled) > 2 and self.line.named(spelled[:2]):  # -q8: a flag of one letter with its value
            return spelled[:2], spelled[2:], ""
        return spelled, glued, rest

    def meant(self, spelled: str) -> dict[str, Flag]:
        if near := super().meant(spelled):
            return near
        return self.line.beginning(spelled) if self.line.style.get("abbreviations") else {}

    def following(self, at: int, most: int) -> list[int]:
        return self.before_a_flag(super().following(at, most))


class _Click(_Parser):
    """click, as trtllm-serve uses it: a flag that wants a value takes the next word, whatever it is."""


class _Pflag(_Parser):
    """Go's pflag: yes or no stands after = only; -v2 and -v=2 are -v 2."""

    def taken_apart(self, word: str) -> tuple[str, str | None, str]:
        spelled, glued, rest = super().taken_apart(word)
        if not word.startswith("--") and len(spelled) > 2:
            return spelled[:2], word[2:].removeprefix("="), rest
        return spelled, glued, rest

    def meant(self, spelled: str) -> dict[str, Flag]:
        return {spelled: HELP} if spelled in HELP.spellings else super().meant(spelled)

    def take(self, at: int, flag: Flag, spelled: str, glued: str | None, rest: str) -> int:
        if flag.kind == "bool" and glued is None:
            self.reading.given.append(Given(flag, at, spelled))
            if not self.stops and " ".join(self.words[at + 1 : at + 2]) in ("false", "False", "0"):
                self.tell(Problem("surplus", at + 1, self.words[at + 1], flag))
            return at + 1
        return super().take(at, flag, spelled, glued, rest)


class _Goflag(_Pflag):
    """Go's own flag package: one dash or two, and the first word that is no flag ends the reading."""

    stops = True

    def taken_apart(self, word: str) -> tuple[str, str | None, str]:
        spelled, equals, glued = word.partition("=")
        return "--" + spelled.lstrip("-"), glued if equals else None, ""


PARSERS: Mapping[str, type[_Parser]] = {"argparse": _Argparse, "click": _Click, "pflag": _Pflag, "goflag": _Goflag}
