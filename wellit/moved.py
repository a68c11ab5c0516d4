"""Keys that a chart renamed, moved or took away (`moved` of its capability data), in somebody's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit import capabilities
from wellit.capabilities import Contract
from wellit.source import Keys, lookup

ROLES = ("decode", "prefill")


@dataclass(frozen=True)
class Moved:
    """A key at `keys` that this version does not read: it went (`gone`), or is not there yet.

    `instead` are the places of what is read in its stead that are written as well.
    """

    keys: Keys
    move: Mapping[str, Any]
    gone: bool
    instead: tuple[Keys, ...]

    def lost(self, values: Any) -> bool:
        """Whether what it says is said nowhere else: nothing stands instead, or another word does."""
        mine = lookup(values, self.keys)
        others = [lookup(values, keys) for keys in self.instead]
        plain = not isinstance(mine, (Mapping, list))
        return not others or any(plain and not isinstance(o, (Mapping, list)) and o != mine for o in others)


def unread(contract: Contract, values: Any) -> Iterator[Moved]:
    """The keys of these values that this version of the chart reads no longer, or not yet."""
    if not contract.moved:
        return
    published = capabilities.versions(contract.of)
    now = published.index(contract.version) if contract.version in published else len(published)
    for move in contract.moved:
        gone = now >= published.index(move["since"])
        mine, other = ("old", "new") if gone else ("new", "old")
        instead = tuple(keys for keys in _at(values, move.get(other, "")) if lookup(values, keys))
        for keys in () if gone and _still_read(values, move) else _at(values, move.get(mine, "")):
            if lookup(values, keys) not in (None, {}, []):
                yield Moved(keys, move, gone, _of_same_role(keys, instead))


def _still_read(values: Any, move: Mapping[str, Any]) -> bool:
    """Whether another setting makes the chart read the old key."""
    unless = (
        (word, lookup(values, keys)) for path, word in move.get("unless", {}).items() for keys in _at(values, path)
    )
    return any(isinstance(said, str) and word.lower() in said.lower() for word, said in unless)


def _of_same_role(keys: Keys, others: tuple[Keys, ...]) -> tuple[Keys, ...]:
    return tuple(o for o in others if o[0] == keys[0] or o[0] not in ROLES or keys[0] not in ROLES)


def _at(values: Any, path: str) -> Iterator[Keys]:
    """The places that a path with ``role`` and ``[]`` names and that are written."""
    found: list[tuple[Keys, Any]] = [((), values)] if path else []
    for step in path.split("."):
        found = [((*keys, key), inner) for keys, value in found for key, inner in _members(value, step)]
    return (keys for keys, _ in found)


def _members(value: Any, step: str) -> list[tuple[Any, Any]]:
    if step == "[]":
        return list(enumerate(value)) if isinstance(value, list) else []
    names = ROLES if step == "role" else (step,)
    return [(name, value[name]) for name in names if name in value] if isinstance(value, Mapping) else []
