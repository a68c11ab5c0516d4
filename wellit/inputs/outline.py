"""Where keys stand in a helmfile, which is YAML only once it is rendered: read by indentation, every branch at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit import source
from wellit.findings import Location
from wellit.source import Key, Keys

_DASH = re.compile(r"- +|-$")
_KEY = re.compile(r"""("[^"]+"|'[^']+'|[^\s#:{}\[\]"'][^:#]*?)\s*:(?:\s+|$)""")
_ACTION = re.compile(r"\{\{-?.*?-?\}\}")
_SETTING = re.compile(r"\.(?:Environment\.)?Values\.(\w+(?:\.\w+)*)")


@dataclass(frozen=True)
class Entry:
    """A key, or a plain item of a list: its path, the line (from 0), the column of what it says, and that."""

    path: Keys
    line: int
    column: int
    value: str


@dataclass(frozen=True)
class Outline:
    """A helmfile's text, by lines."""

    name: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def entries(self) -> list[Entry]:
        return list(_entries(source.blanked(self.text)))

    def at(self, entry: Entry | None) -> Location:
        """The value of an entry, or its key when the value is on other lines."""
        if entry is None:
            return Location(self.name)
        line = self.lines[entry.line]
        length = max(1, len(line.rstrip()) - entry.column)
        return Location(self.name, entry.line + 1, entry.column + 1, length, line)

    def release(self, name: str, chart: str) -> Keys:
        """The path of the release of this name and chart: ("releases", 1); () when there is none to be found."""
        items = {entry.path[:2] for entry in self.entries if entry.path[:1] == ("releases",) and len(entry.path) > 1}
        for item in sorted(items, key=lambda path: str(path[1]).zfill(9)):
            said = {str(entry.path[2]): self._said(entry) for entry in self.entries if entry.path[:2] == item
                    and len(entry.path) == 3}  # fmt: skip
            if _may_be(said.get("name", ""), name) and _may_be(said.get("chart", ""), chart):
                return item
        return ()

    def written(self, release: Keys, keys: Keys, value: Any = None) -> Entry | None:
        """Where a release writes a value inline: what has most of `keys`, of several the one that says `value`."""
        best: list[Entry] = []
        most = 0
        for entry in self.entries:
            if entry.path[: len(release)] != release or entry.path[len(release) : len(release) + 1] != ("values",):
                continue
            inner = entry.path[len(release) + 2 :]
            if inner and inner == keys[: len(inner)] and len(inner) >= most:
                best = [entry] if len(inner) > most else [*best, entry]
                most = len(inner)
        if most < len(keys):  # what is below it comes from elsewhere: the line that passes something on
            same = [entry for entry in best if self.setting(entry)]
        else:
            same = [entry for entry in best if value is not None and entry.value.strip("\"'") == str(value)]
        return next(reversed(same or best), None)

    def setting(self, entry: Entry) -> tuple[str, ...]:
        """The state value that a line passes on, on itself or on the action below it; () when it passes none on."""
        for line in self.lines[entry.line : entry.line + 2]:
            plain = _ACTION.sub("", line).strip()
            if (found := _SETTING.search(line)) and (line == self.lines[entry.line] or not plain):
                return tuple(found[1].split("."))
        return ()

    def containing(self, release: Keys, words: str) -> Entry | None:
        """The last entry on the first line of a release that has these words."""
        having = [one for one in self.entries if one.path[: len(release)] == release and words in self.lines[one.line]]
        return next((one for one in reversed(having) if one.line == having[0].line), None)

    def _said(self, entry: Entry) -> str:
        return self.lines[entry.line][entry.column :].strip()


def _may_be(written: str, rendered: str) -> bool:
    """Whether a line of a template may render to a word; of what an action makes nothing is known but its text."""
    parts = re.split(r"\{\{-?.*?-?\}\}", written.split(" #")[0].strip().strip("\"'"))
    printed = re.search(r'printf "([^"]*)"', written)
    if printed:
        parts = printed[1].split("%s")
    return re.fullmatch(".*".join(map(re.escape, parts)), rendered) is not None


def _entries(text: str) -> Iterator[Entry]:
    """Every key and item with its path. An item hangs half a column deeper than its dash, as YAML has it."""
    above: list[tuple[float, Key]] = []
    items: dict[Keys, int] = {}
    for number, line in enumerate(text.splitlines()):
        column = len(line) - len(line.lstrip())
        rest = line[column:]
        if not rest or rest.startswith(("#", "---")):
            continue
        while found := _DASH.match(rest):
            _leave(above, column + 0.5)
            parent = _path(above)
            items[parent] = items.get(parent, -1) + 1
            above.append((column + 0.5, items[parent]))
            column += found.end()
            rest = line[column:]
            yield Entry(_path(above), number, column, rest.strip())
        if key := _KEY.match(rest):
            _leave(above, column)
            above.append((column, key[1].strip("\"'")))
            items = {path: count for path, count in items.items() if path[: len(above)] != _path(above)}
            value = rest[key.end() :].split(" #")[0].strip()
            yield Entry(_path(above), number, column + (key.end() if value else 0), value)


def _leave(above: list[tuple[float, Key]], column: float) -> None:
    while above and above[-1][0] >= column:
        above.pop()


def _path(above: Sequence[tuple[float, Key]]) -> Keys:
    return tuple(key for _, key in above)
