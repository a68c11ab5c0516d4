"""A place in somebody's values: what stands there, and its path, so that a rule can name it.

Nothing is trusted: values may hold anything anywhere. What has the wrong type reads as if it were not there, because
shape is the JSON Schemas' business and a rule must not fall over it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from wellit.findings import Location
from wellit.source import Key, Keys

MISSING: Any = object()
_WHOLE = re.compile(r"[0-9]{1,18}")  # Python counts more digits as decimal, and reads no number of thousands of them
Also = tuple[tuple[str, Location], ...]


class Owner(Protocol):
    """What values belong to: a release, or a rendered object.

    `locate` finds where the value at a path is written (the nearest parent when it is not written itself), `also` the
    further places that belong to it, with a note each ("engine chosen here"). `path` is the path as that place has it.
    `read` collects the paths that were read.
    """

    @property
    def read(self) -> set[Keys]: ...

    @property
    def locate(self) -> Callable[[Keys], Location]: ...

    @property
    def also(self) -> Callable[[Keys], Also]: ...

    @property
    def path(self) -> Callable[[Keys], Keys]: ...


@dataclass(frozen=True, eq=False)
class Node:
    """The value at `keys` of an owner. Reading it notes the path in the owner's `read`."""

    owner: Owner
    keys: Keys
    _raw: Any

    def __getitem__(self, key: Key) -> Node:
        raw = self._raw
        inner = MISSING
        if isinstance(raw, list):
            if isinstance(key, int) and 0 <= key < len(raw):
                inner = raw[key]
        elif raw is not MISSING and isinstance(raw, (dict, Mapping)):
            inner = raw.get(key, MISSING)
        return Node(self.owner, (*self.keys, key), inner)

    def at(self, *keys: Key) -> Node:
        node = self
        for key in keys:
            node = node[key]
        return node

    @property
    def written(self) -> bool:
        """Whether it is written at all; ``key: null`` is."""
        self.owner.read.add(self.keys)
        return self._raw is not MISSING

    @property
    def value(self) -> Any:
        """What is written; None when nothing is."""
        self.owner.read.add(self.keys)
        return None if self._raw is MISSING else self._raw

    def __bool__(self) -> bool:
        return bool(self.value)

    def text(self, default: str = "") -> str:
        """The words written there; `default` when it is not written, "" for null or another type."""
        value = self.value
        if self._raw is MISSING:
            return default
        return value if isinstance(value, str) else ""

    def number(self, default: int | None = None) -> int | None:
        """The whole number written there, also as a word ("8000"); `default` when it is not written."""
        if not self.written:
            return default
        return whole(self.value)

    def flag(self, default: bool) -> bool:
        """The yes or no written there; `default` when it is not written or something else."""
        value = self.value
        return value if isinstance(value, bool) else default

    def items(self) -> Iterator[tuple[str, Node]]:
        """The entries of a map, by name."""
        self.owner.read.add(self.keys)
        if isinstance(self._raw, (dict, Mapping)):
            for key in self._raw:
                yield str(key), self[key]

    def __iter__(self) -> Iterator[Node]:
        """The members of a list."""
        self.owner.read.add(self.keys)
        if isinstance(self._raw, list):
            for number in range(len(self._raw)):
                yield self[number]

    def strings(self) -> Iterator[Node]:
        """Every word at or below this place."""
        if isinstance(self._raw, str):
            yield self
        for _, child in self.items():
            yield from child.strings()
        for child in self:
            yield from child.strings()

    def misspelt(self, key: str) -> Node | None:
        """The entry of this map that was probably meant to be `key`, which is not written itself."""
        if self[key].written:
            return None
        near = difflib.get_close_matches(key, [name for name, _ in self.items()], n=1, cutoff=0.8)
        return self[near[0]] if near else None


def whole(value: Any) -> int | None:
    """A whole number, also one written as a word; None for anything else."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def spoken(value: Any) -> str:
    """A value as helm writes it into a template: yes and no in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
