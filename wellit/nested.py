"""Positions inside YAML that is written as text within YAML, as in a chart's ``pluginsCustomConfig``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wellit.findings import Location
from wellit.source import BadSource, Key, Source, lookup, parse


@dataclass(frozen=True)
class Nested:
    """Finds paths of a file, also those that go on inside a block of text: (..., "plugins.yaml", "featureGates", 0)."""

    outer: Source

    def at(self, keys: Sequence[Key]) -> Location:
        """Where the value at `keys` is written; the nearest parent when it is not written itself."""
        for cut in range(1, len(keys)):
            text = _value(self.outer.data, keys[:cut])
            if isinstance(text, str):
                return self._inside(keys[:cut], text, keys[cut:])
        return self.outer.at(keys)

    def _inside(self, block: Sequence[Key], text: str, rest: Sequence[Key]) -> Location:
        whole = self.outer.at(block)
        try:
            source = parse(text, self.outer.name)
        except BadSource:
            return whole
        if not source.has(rest[:1]):
            return whole
        inner = source.at(rest)
        # The block's text begins on the line after its key; when it is folded or quoted the lines are not the same.
        start = self.outer.marks[tuple(block)][0].line + 1
        number = start + inner.line - 1
        line = self.outer.lines[number] if inner.line and number < len(self.outer.lines) else ""
        if not inner.line or line.strip() != inner.text.strip() or not line.strip():
            return whole
        indent = len(line) - len(line.lstrip()) - (len(inner.text) - len(inner.text.lstrip()))
        return Location(self.outer.name, number + 1, inner.column + indent, inner.length, line)


def _value(data: Any, keys: Sequence[Key]) -> Any:
    try:
        return lookup(data, keys)
    except KeyError:
        return None


def problem(text: str) -> str:
    """Why a text is not YAML; "" when it is."""
    try:
        parse(text, "")
    except BadSource as bad:
        return bad.finding.message
    return ""


def parsed(text: str) -> Any:
    """The data of a YAML text; None when it is not YAML."""
    try:
        return parse(text, "").data
    except BadSource:
        return None
