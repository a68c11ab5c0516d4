"""What is wrong with a section of a config file: keys that are not taken, values that do not arrive as written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit import flags
from wellit.capabilities import Unknown
from wellit.configfile import kinds, values
from wellit.configfile.data import ConfigFile, Writes
from wellit.configfile.section import Section
from wellit.configfile.words import FileWord, words
from wellit.findings import Edit, Finding, Location
from wellit.flags import Answer, Line, Problem, history
from wellit.source import dotted


@dataclass(frozen=True, eq=False)
class Reader:
    """Who reads the file: the engine's config file, and the program of schemas/flags whose flags are taken in it.

    `other` are the flags of the program that starts the engine, where those are not taken in the file.
    """

    config: ConfigFile
    writes: Writes
    program: str
    version: str
    other: Line | None = None

    @property
    def title(self) -> str:
        return f"{self.config.title} {self.writes.version}"

    @cached_property
    def line(self) -> Line | None:
        """The flags that are taken; None when they are not known for this version."""
        answer = self.ask(())
        return None if isinstance(answer, Unknown) else answer.line

    def ask(self, said: Sequence[str]) -> Answer | Unknown:
        return flags.ask(self.program, self.version, said)

    def is_switch(self, spelled: str) -> bool:
        """Whether a flag takes no value; a deprecated one is no switch to the merger."""
        flag = self.line.named(spelled) if self.line else None
        return bool(flag and flag.kind == "none" and not flag.data.get("deprecated"))

    def others(self, spelled: str, *, ever: bool = False) -> str:
        """Whose own flag it is, of those that start the engine; with `ever` in any version. "" when it is none."""
        if self.other is None:
            return ""
        program, version = self.other.program, self.other.version
        own = [flag for name in program.names.get(spelled, ()) if (flag := program.flag(name, version))]
        has = (ever and spelled in program.names) or any(spelled in flag.spellings for flag in own)
        return program.title if has else ""

    def words(self, section: Section) -> list[FileWord]:
        return words(section.values, section.keys, self.writes, self.is_switch)


def findings(section: Section, reader: Reader) -> list[Finding]:
    """Everything that is wrong with it, in the order of the file; of one key only what is said first."""
    said = reader.words(section)
    answer = reader.ask([word.text for word in said])
    problems: dict[Any, list[tuple[FileWord, Problem]]] = {}
    if not isinstance(answer, Unknown):
        for problem in answer.problems:
            word = said[problem.at]
            problems.setdefault(word.keys[len(section.keys)], []).append((word, problem))
    found: list[Finding] = []
    for key, value in section.values.items():
        told = _Key(section, reader, key, value, problems.get(key, []), answer).told()
        found += [first for first in [next(told, None)] if first]
    return found


@dataclass(frozen=True, eq=False)
class _Key:
    section: Section
    reader: Reader
    key: Any
    value: Any
    problems: Sequence[tuple[FileWord, Problem]]
    answer: Answer | Unknown

    def told(self) -> Iterator[Finding]:
        yield from self._key()
        yield from self._value()
        for word, problem in self.problems:
            yield self._refused(word, problem)

    @property
    def flag(self) -> str:
        return f"--{self.key}"

    def _key(self) -> Iterator[Finding]:
        config, title = self.reader.config, self.reader.title
        if self.flag == config.flag:
            message, why = f"{title} reads no file that a config file names", "it is taken, and nothing is done with it"
            yield self._wrong_key(message, "its keys, in this file", why)
        if self.flag in self.reader.writes.refuses:
            why = f"it ends with a ValueError: Unsupported config option '{str(self.key).replace('-', '_')}'"
            write = f"it in the worker's args: {self._spoken()}"
            yield self._wrong_key(f"{title} does not take {self.flag} in a file", write, why)
        elif (also := self.reader.others(self.flag)) and self.reader.line and self.reader.line.named(self.flag):
            message = f"{self.key} is a flag of {also} too, and only {title} reads the file"
            why = "one of the two would be told of it, and not the other"
            yield self._wrong_key(message, f"it in the worker's args: {self._spoken()}", why)
        unknown = next((p for word, p in self.problems if word.key and p.kind in ("unknown", "ambiguous")), None)
        if unknown and not isinstance(self.answer, Unknown):
            yield self._unknown(self.answer, unknown)
        elif isinstance(self.answer, Unknown) and "_" in str(self.key):
            yield self._respelt(str(self.key).replace("_", "-"), "its flags are written with dashes")

    def _unknown(self, answer: Answer, problem: Problem) -> Finding:
        line, why = answer.line, flags.says(answer.line, problem)
        bare = f"--{str(self.key).lstrip('-')}"
        if meant := history.respelt(line, bare) or (bare if line.named(bare) else ""):
            return self._respelt(meant.lstrip("-"), why)
        if other := self.reader.others(bare, ever=True):
            message = f"{self.key} is a flag of {other}, and only {self.reader.title} reads the file"
            return self._wrong_key(message, f"it in the worker's args: {self._spoken()}", why)
        if isinstance(self.value, dict):
            message = f'{answer.title} has no flag {self.flag}: "{self.key}" is a section'
            return self._wrong_key(message, f"--config-key {dotted((*self.section.keys, self.key))}", why)
        if problem.several:
            several = " or ".join(flag.lstrip("-") for flag in problem.several)
            return self._wrong_key(f"{self.flag} begins several flags of {answer.title}", several, why)
        near, elsewhere = history.near(line, bare), history.elsewhere(line, bare)
        message = f"{answer.title} has no flag {bare}" + (f"; {elsewhere}" if elsewhere else "")
        if instead := history.instead(line, bare):
            near = instead
        if near:
            return self._wrong_key(f'{message}; did you mean "{near.lstrip("-")}"?', near.lstrip("-"), why)
        return self._wrong_key(message, "take it away", why)

    def _respelt(self, right: str, why: str) -> Finding:
        at = self._at_key()
        fix = Edit(at, right) if at.words == str(self.key) else None
        return self._wrong_key(f'"{self.key}" is written "{right}"', right, why, fix=fix)

    def _value(self) -> Iterator[Finding]:
        keys = (*self.section.keys, self.key)
        writes, switch = self.reader.writes, self.reader.is_switch(self.flag)
        for below, message, write, why in values.lost(self.key, self.value, switch, writes, self.reader.title):
            yield self._wrong(keys + below, message, write, why)
        for below, member in values.members(self.value):
            at = self.section.at(keys + below)
            if why := values.misread(member, at.words):
                message = f"YAML reads {at.words} as the number {member}"
                yield self._wrong(keys + below, message, f'"{at.words}"', why)

    def _refused(self, word: FileWord, problem: Problem) -> Finding:
        assert not isinstance(self.answer, Unknown)
        message, write = values.told(self.answer, problem, self.flag, self.reader.is_switch(self.flag))
        return self._wrong(word.keys, message, write, flags.says(self.answer.line, problem))

    def _spoken(self) -> str:
        """The key and its value as words of a command line."""
        if self.value is True:
            return self.flag
        said = self.value if isinstance(self.value, list) else [self.value]
        return " ".join([self.flag, *(json.dumps(one) if isinstance(one, dict) else str(one) for one in said)])

    def _at_key(self) -> Location:
        return self.section.at((*self.section.keys, self.key), key=True)

    def _wrong_key(self, message: str, write: str, why: str, fix: Edit | None = None) -> Finding:
        path = dotted((*self.section.keys, self.key))
        return kinds.finding(kinds.KEY, message, self._at_key(), path=path, write=write, why=why, fix=fix)

    def _wrong(self, keys: tuple[Any, ...], message: str, write: str, why: str) -> Finding:
        return kinds.finding(
            kinds.VALUE, message, self.section.at(keys), path=dotted(keys), write=write, why=why
        )  # fmt: skip
