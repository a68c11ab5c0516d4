"""More words in a list of somebody's values; every word, old or new, keeps the place where it is written."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wellit import source
from wellit.findings import Location
from wellit.node import Also
from wellit.source import Keys
from wellit.subject import Release, Subject


@dataclass(frozen=True)
class Word:
    """A word that is put in: where it is written, and its path there."""

    text: str
    at: Location
    path: Keys


@dataclass(frozen=True)
class Insert:
    """Words that stand from `start` on in the list at `keys`."""

    keys: Keys
    start: int
    words: tuple[Word, ...]

    def _number(self, keys: Keys) -> int:
        """Which member of the list `keys` leads to or through; -1 when it leads elsewhere."""
        depth = len(self.keys)
        number = keys[depth] if len(keys) > depth and keys[:depth] == self.keys else -1
        return number if isinstance(number, int) else -1

    def word(self, keys: Keys) -> Word | None:
        """The word that was put in where `keys` leads to."""
        number = self._number(keys) - self.start
        return self.words[number] if 0 <= number < len(self.words) else None

    def before(self, keys: Keys) -> Keys:
        """What `keys` was before the words were there."""
        number = self._number(keys)
        if number < self.start + len(self.words):
            return keys
        return (*self.keys, number - len(self.words), *keys[len(self.keys) + 1 :])


def subject(whole: Subject, inserts: Mapping[str, Sequence[Insert]]) -> Subject:
    """A subject with words put into its releases, by their names; one insert a list."""
    releases = tuple(
        release(one, inserts[one.name]) if inserts.get(one.name) else one for one in whole.releases
    )  # fmt: skip
    return replace(whole, releases=releases, _kept={})


def release(old: Release, inserts: Sequence[Insert]) -> Release:
    """A release with words put in."""
    values: Any = copy.deepcopy(dict(old.values))
    for insert in inserts:
        into = source.lookup(values, insert.keys)
        into[insert.start : insert.start] = [word.text for word in insert.words]

    def put_in(keys: Keys) -> Word | None:
        return next(filter(None, (insert.word(keys) for insert in inserts)), None)

    def before(keys: Keys) -> Keys:
        for insert in inserts:
            keys = insert.before(keys)
        return keys

    def locate(keys: Keys) -> Location:
        word = put_in(keys)
        return word.at if word else old.locate(before(keys))

    def also(keys: Keys) -> Also:
        return () if put_in(keys) else old.also(before(keys))

    def path(keys: Keys) -> Keys:
        word = put_in(keys)
        return word.path if word else old.path(before(keys))

    return replace(old, values=values, locate=locate, also=also, path=path, read=set())
