"""How much of a file is read: enough for anything a person writes or helm renders, and a bound on time and memory."""

from __future__ import annotations

from typing import Any, NamedTuple

MAX_BYTES = 32 * 1024 * 1024  # of a file
MAX_DEPTH = 100  # maps and lists inside one another
MAX_VALUES = 500_000  # in one document; what aliases and merges repeat counts each time


class Mark(NamedTuple):
    """A place in a text; lines and columns count from 0."""

    line: int
    column: int

    @classmethod
    def of(cls, mark: Any) -> Mark:
        """The place that a mark of the YAML library stands for."""
        return tuple.__new__(cls, (mark.line, mark.column))  # half the time of cls(...)


class Unreadable(Exception):
    """Why a text has no data, and between which marks. `slug` is that of the finding."""

    def __init__(
        self, message: str, start: Mark, end: Mark, *, slug: str = "yaml", write: str = "", why: str = ""
    ) -> None:
        super().__init__(message)
        self.message, self.slug, self.write, self.why = message, slug, write, why
        self.start, self.end = start, end


def too_deep(start: Mark, end: Mark) -> Unreadable:
    message = f"maps and lists stand more than {MAX_DEPTH} deep in one another here; wellit reads {MAX_DEPTH}"
    return Unreadable(message, start, end, slug="too-much", write="a flatter file")


def too_many(start: Mark, end: Mark) -> Unreadable:
    return Unreadable(
        f"more than {MAX_VALUES:,} values stand in this document; wellit reads {MAX_VALUES:,}", start, end,
        slug="too-much", write="split the file, or write out what its aliases stand for",
        why="an alias or a merge repeats all that it names, so a few lines can stand for billions of values",
    )  # fmt: skip
