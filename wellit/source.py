"""YAML with positions: what a file says, and at which line and column it says it.

A duplicate key, a tab, broken YAML and a file that is not there are findings like any other, so that every caller
shows them with the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from wellit.errors import CannotAnswer
from wellit.findings import Finding, Location
from wellit.paths import shown

Key = str | int
Keys = tuple[Key, ...]

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ACTION = re.compile(r"\{\{-?.*?-?\}\}", re.DOTALL)
_REFERENCE = re.compile(r"(\.Values\.|\$(?:v|engine)\.)(\w+(?:\.\w+)*)")


class Mark(NamedTuple):
    """A place in a text; lines and columns count from 0."""

    line: int
    column: int


class BadSource(CannotAnswer):
    """A file that cannot be read as YAML; `finding` has the place."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message, where=str(finding.at), why=finding.why, write=finding.write)
        self.finding = finding


@dataclass
class Source:
    """One YAML document: its `data`, and where each path in it is written.

    `name` is what a person typed or would type for the file.
    """

    name: str
    text: str
    data: Any
    marks: dict[Keys, tuple[Mark, Mark, Mark | None]] = field(repr=False)

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
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise BadSource(_finding(f"cannot read {name}: {reason}", Location(name), write="check the path")) from problem
    return parse(text, name)


def parse(text: str, name: str) -> Source:
    """Read one YAML document from `text`. Raises BadSource as load() does."""
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as problem:
        raise BadSource(_broken(problem, text, name)) from problem
    source = Source(name, text, None, {})
    if node is not None:
        source.data = _Builder(source).build(node, (), None)
    return source


def parse_all(text: str, name: str) -> list[Source]:
    """Read every YAML document of a stream; lines are those of the whole stream. Raises BadSource as load() does."""
    try:
        nodes = list(yaml.compose_all(text, Loader=LOADER))
    except yaml.YAMLError as problem:
        raise BadSource(_broken(problem, text, name)) from problem
    sources = [Source(name, text, None, {}) for _ in nodes]
    lines = text.splitlines()
    for source, node in zip(sources, nodes, strict=True):
        source.lines = lines  # one list for all: a stream may hold thousands of documents
        source.data = _Builder(source).build(node, (), None)
    return sources


def parse_template(text: str, name: str) -> Source:
    """Read a gotmpl values file: template actions become blanks or placeholders, so that every line stays where it is.

    Only positions are of use here: what it renders to comes from helmfile. Raises BadSource as load() does.
    """
    blanked, done = "", 0
    for action in _ACTION.finditer(text):
        line = text[text.rfind("\n", 0, action.start()) + 1 : (text + "\n").find("\n", action.end())]
        alone = "\n" in action.group() or not _ACTION.sub("", line).strip()
        blanked += text[done : action.start()] + re.sub(r"[^\n]", " " if alone else "x", action.group())
        done = action.end()
    source = parse(blanked + text[done:], name)
    source.text = text
    return source


def referenced(line: str) -> list[str]:
    """The dotted paths of the settings that a template line reads (``.Values.a.b``, ``$v.a.b``, ``$engine.b``)."""
    found = _REFERENCE.findall(line)
    return [path if root in ("$v.", ".Values.") else f"{root.strip('$.')}.{path}" for root, path in found]


class _Builder:
    """Builds plain data from YAML nodes and notes where each value and key stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.constructor: Any = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, keys: Keys, key_mark: Mark | None) -> Any:
        self.source.marks[keys] = (_mark(node.start_mark), _mark(node.end_mark), key_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*keys, i), None) for i, child in enumerate(node.value)]
        try:
            return self.constructor.construct_object(node)
        except yaml.YAMLError as problem:
            raise BadSource(_broken(problem, self.source.text, self.source.name)) from problem

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[Any, Any]:
        self.constructor.flatten_mapping(node)
        built: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._bad(key_node, "a key must be a word", write="a plain key, as in name: value")
            key = self.constructor.construct_object(key_node)
            if key in built:
                first = self.source.marks[(*keys, key)][2]
                line = first.line + 1 if first else 0
                raise self._bad(
                    key_node, f'the key "{key}" stands here twice; the first is on line {line}',
                    write="keep one of the two", slug="duplicate-key",
                    why="helm and helmfile keep the last without a word",
                )  # fmt: skip
            built[key] = self.build(value_node, (*keys, key), _mark(key_node.start_mark))
        return built

    def _bad(self, node: yaml.Node, message: str, *, write: str, why: str = "", slug: str = "yaml") -> BadSource:
        mark = node.start_mark
        at = self.source._location(mark.line, mark.column, node.end_mark.column - mark.column)
        return BadSource(_finding(message, at, write=write, why=why, slug=slug))


def _mark(mark: yaml.Mark) -> Mark:
    return Mark(mark.line, mark.column)


def _broken(problem: yaml.YAMLError, text: str, name: str) -> Finding:
    mark = getattr(problem, "problem_mark", None)
    if mark is None:
        return _finding(f"not YAML: {problem}", Location(name))
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    at = Location(name, mark.line + 1, mark.column + 1, 1, line)
    said = str(getattr(problem, "problem", "") or problem)
    if "\t" in line[: mark.column + 1] or "\\t" in said:
        at = Location(name, mark.line + 1, line.find("\t") + 1 or mark.column + 1, 1, line)
        return _finding("a tab stands where YAML wants spaces", at, write="spaces", slug="yaml")
    context = str(getattr(problem, "context", "") or "")
    return _finding(f"not YAML: {said}" + (f", {context}" if context else ""), at, slug="yaml")


def _finding(message: str, at: Location, *, write: str = "", why: str = "", slug: str = "unreadable") -> Finding:
    ids = {"unreadable": "WL001", "yaml": "WL002", "duplicate-key": "WL003"}
    return Finding(ids[slug], slug, "error", message, at, write=write, why=why)


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
