"""YAML with positions: what a file says, and at which line and column it says it.

A duplicate key, a tab, broken YAML, a file that is not there or larger than is read (limits) are findings like any
other, so that every caller shows them with the line. Nothing here raises anything else, whatever the bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from wellit.findings import Finding, Location
from wellit.paths import shown
from wellit.source.build import LOADER, Key, Keys, Marks, documents
from wellit.source.limits import Mark, Unreadable
from wellit.source.reading import IDS, BadSource, finding, inside, read

__all__ = ["IDS", "LOADER", "BadSource", "Key", "Keys", "Mark", "inside", "read"]

_ACTION = re.compile(r"\{\{-?.*?-?\}\}", re.DOTALL)
# What YAML takes for text; everything else is a control character, or half of a pair.
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"(\.Values\.|\$(?:v|engine)\.)(\w+(?:\.\w+)*)")


@dataclass
class Source:
    """One YAML document: its `data`, and where each path in it is written.

    `name` is what a person typed or would type for the file.
    """

    name: str
    text: str
    data: Any
    marks: Marks = field(repr=False)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def at(self, keys: Sequence[Key], *, key: bool = False) -> Location:
        """Where the value at `keys` is written (with `key`, its key); the nearest parent when it is not written."""
        wanted = tuple(keys)
        while wanted not in self.marks and wanted:
            wanted = wanted[:-1]
            key = False
        if wanted not in self.marks:
            return Location(self.name)
        start, end, key_mark = self.marks[wanted]
        if key_mark is not None and (key or end.line > start.line or start.line > key_mark.line):
            name = str(wanted[-1])
            return self._location(key_mark.line, key_mark.column, len(name))
        return self._location(start.line, start.column, end.column - start.column if end.line == start.line else 1)

    def _location(self, line: int, column: int, length: int) -> Location:
        text = self.lines[line] if line < len(self.lines) else ""
        return Location(self.name, line + 1, column + 1, max(1, length), text)

    def has(self, keys: Sequence[Key]) -> bool:
        return tuple(keys) in self.marks


def load(path: Path, name: str | None = None) -> Source:
    """Read one YAML file. Raises BadSource when it is not there or not YAML, or a key stands in it twice."""
    name = name or shown(path)
    return parse(read(path, name), name)


def parse(text: str, name: str) -> Source:
    """Read one YAML document from `text`. Raises BadSource as load() does, and for a second document."""
    first: Source | None = None
    for each in _each(text, name):
        if first is None:
            first = each
        elif each.data is not None:
            at = each.at(())
            said = (
                "helm reads the first alone" if first.data is not None else "helm reads the first alone, an empty one"
            )
            message = f"another document begins here; {said}"
            write = "one document, without ---"
            raise BadSource(finding(message, at, write=write, slug="several-documents"))
    return first or Source(name, text, None, {})


def parse_all(text: str, name: str) -> list[Source]:
    """Read every YAML document of a stream; lines are those of the whole stream. Raises BadSource as load() does."""
    return list(_each(text, name))


def _each(text: str, name: str) -> Iterator[Source]:
    if bad := _NO_TEXT.search(text):
        raise BadSource(_no_text(text, bad.start(), name))
    lines = text.splitlines()
    try:
        for data, marks in documents(text):
            source = Source(name, text, data, marks)
            source.lines = lines  # one list for all: a stream may hold thousands of documents
            yield source
    except Unreadable as problem:
        source = Source(name, text, None, {})
        start, end = problem.start, problem.end
        at = source._location(start.line, start.column, end.column - start.column if end.line == start.line else 1)
        told = finding(problem.message, at, write=problem.write, why=problem.why, slug=problem.slug)
        raise BadSource(told) from problem
    except yaml.YAMLError as problem:
        raise BadSource(_broken(problem, lines, name)) from problem


def parse_template(text: str, name: str) -> Source:
    """Read a gotmpl values file: template actions become blanks or placeholders, so that every line stays where it is.

    Only positions are of use here: what it renders to comes from helmfile. Raises BadSource as load() does.
    """
    source = parse(blanked(text), name)
    source.text, source.lines = text, text.splitlines()
    return source


def blanked(text: str) -> str:
    """A template without its actions, every line where it was: spaces for those alone on a line, else a word of x."""
    plain: list[str] = []
    done, line_end, alone = 0, -1, False
    for action in _ACTION.finditer(text, 0, text.rfind("}}") + 2):
        if action.end() > line_end:
            begin, line_end = text.rfind("\n", 0, action.start()) + 1, text.find("\n", action.end())
            line_end = line_end if line_end >= 0 else len(text)
            alone = not _ACTION.sub("", text[begin:line_end]).strip()
        blank = alone or "\n" in action.group()
        plain += [text[done : action.start()], re.sub(r"[^\n]", " " if blank else "x", action.group())]
        done = action.end()
    return "".join(plain) + text[done:]


def referenced(line: str) -> list[str]:
    """The dotted paths of the settings that a template line reads (``.Values.a.b``, ``$v.a.b``, ``$engine.b``)."""
    found = _REFERENCE.findall(line)
    return [path if root in ("$v.", ".Values.") else f"{root.strip('$.')}.{path}" for root, path in found]


def _no_text(text: str, at: int, name: str) -> Finding:
    begin = text.rfind("\n", 0, at) + 1
    place = Location(name, text.count("\n", 0, at) + 1, at - begin + 1, 1, text[begin:].partition("\n")[0])
    code = ord(text[at])
    if not code:
        return finding(f"cannot read {name}: it is a binary file, with a NUL byte", place, write="check the path")
    write = f'leave it out, or write it as "\\u{code:04x}" between double quotes'
    return finding(f"a control character (U+{code:04X}) stands here", place, write=write, slug="yaml")


def _broken(problem: yaml.YAMLError, lines: list[str], name: str) -> Finding:
    mark = getattr(problem, "problem_mark", None)
    if mark is None:
        return finding(f"not YAML: {problem}", Location(name), slug="yaml")
    line = lines[mark.line] if mark.line < len(lines) else ""
    at = Location(name, mark.line + 1, mark.column + 1, 1, line)
    said = str(getattr(problem, "problem", "") or problem)
    if "\t" in line[: mark.column + 1] or "\\t" in said:
        at = Location(name, mark.line + 1, line.find("\t") + 1 or mark.column + 1, 1, line)
        return finding("a tab stands where YAML wants spaces", at, write="spaces", slug="yaml")
    context = str(getattr(problem, "context", "") or "")
    told = finding(f"not YAML: {said}" + (f", {context}" if context else ""), at, slug="yaml")
    start = getattr(problem, "context_mark", None)
    if start is None or start.line >= min(mark.line, len(lines)):
        return told
    begun = Location(name, start.line + 1, start.column + 1, 1, lines[start.line])
    return replace(told, at=begun) if not line else replace(told, also=(("what it reads here begins", begun),))


def lookup(data: Any, keys: Sequence[Key]) -> Any:
    """The value at `keys` in plain data. Raises KeyError when it is not there."""
    for key in keys:
        in_list = isinstance(data, list) and isinstance(key, int) and -len(data) <= key < len(data)
        if in_list or (isinstance(data, Mapping) and key in data):
            data = data[key]
        else:
            raise KeyError(".".join(map(str, keys)))
    return data


def dotted(keys: Sequence[Key]) -> str:
    """``decode.containers[0].image`` for its keys."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else (f".{key}" if text else str(key))
    return text
