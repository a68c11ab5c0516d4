"""Hands out ports of one machine, each once."""

from __future__ import annotations


class Ports:
    """`at` gives the wanted port, or the first free one after it, with room for `many` in a row."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def at(self, wanted: int, many: int = 1) -> int:
        first = wanted
        while any(first + more in self._given for more in range(many)):
            first += 1
        self._given |= {first + more for more in range(many)}
        return first
