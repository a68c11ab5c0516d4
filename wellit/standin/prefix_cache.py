"""The KV cache of an engine as far as others can tell: which beginnings of prompts it has, page by page.

Pages are shared by all prompts that begin with them. The ones that were not used for the longest time go first, a
prompt's end before its beginning, as vLLM and SGLang both do.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

# Hashes go out as numbers of 64 bits; a small one would be packed shorter, and the picker drops the message then.
_HIGH = 1 << 63


class Page(NamedTuple):
    """A page of tokens; its hash names it and everything before it. `parent` is the hash of the page before."""

    hash: int
    parent: int | None
    tokens: tuple[int, ...]


class Listener(Protocol):
    """Who wants to know what the cache has."""

    def stored(self, pages: Sequence[Page]) -> None:
        """These pages are new, one after the other."""

    def removed(self, hashes: Sequence[int]) -> None:
        """These pages went."""


class PrefixCache:
    """Room for `pages` pages of `size` tokens each.

    `enabled` False keeps nothing: an engine whose prefix cache is turned off.
    """

    def __init__(self, size: int, pages: int, listener: Listener | None = None, *, enabled: bool = True) -> None:
        self.size, self.pages, self.enabled = size, pages, enabled
        self._listener = listener
        self._kept: dict[int, None] = {}  # hashes, those that were used last at the end

    def __len__(self) -> int:
        return len(self._kept)

    def lookup(self, tokens: Sequence[int]) -> int:
        """How many of the prompt's tokens are cached: whole pages, never the last token, which is always computed."""
        found = []
        for page in split(tokens[:-1], self.size):
            if page.hash not in self._kept:
                break
            found.append(page.hash)
        self._use(found)
        return len(found) * self.size

    def insert(self, tokens: Sequence[int]) -> None:
        """Keep the whole pages of a prompt, as many as there is room for."""
        if not self.enabled:
            return
        wanted = list(split(tokens, self.size))[: self.pages]
        new = [page for page in wanted if page.hash not in self._kept]
        self._use([page.hash for page in wanted])
        self.evict(len(self._kept) - self.pages)
        if new and self._listener:
            self._listener.stored(new)

    def evict(self, count: int) -> None:
        """Let go of the pages that were not used for the longest time."""
        gone = list(self._kept)[: max(0, count)]
        for name in gone:
            del self._kept[name]
        if gone and self._listener:
            self._listener.removed(gone)

    def _use(self, hashes: Sequence[int]) -> None:
        """From the end to the beginning, so that a page never goes before the one that follows it."""
        for name in reversed(hashes):
            self._kept.pop(name, None)
            self._kept[name] = None


def hashes(tokens: Sequence[int], size: int) -> Iterator[int]:
    """The hashes of a prompt's whole pages."""
    return (page.hash for page in split(tokens, size))


def split(tokens: Sequence[int], size: int) -> Iterator[Page]:
    """A prompt's whole pages."""
    parent: int | None = None
    for at in range(0, len(tokens) - size + 1, size):
        page = tuple(tokens[at : at + size])
        name = _hash(parent, page)
        yield Page(name, parent, page)
        parent = name


def _hash(parent: int | None, page: Sequence[int]) -> int:
    packed = struct.pack(f">Q{len(page)}Q", parent or 0, *page)
    return int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), "big") | _HIGH
