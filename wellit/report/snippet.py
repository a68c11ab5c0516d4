"""A source line with carets below it, and the words beside or below the carets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from wellit.findings import Location
from wellit.report.style import LONGEST, Style, cells, clean

PIPE_WIDTH = 120
# A hint that begins like this is a sentence of its own; everything else is what to write, and gets that word in front.
_SENTENCE = re.compile(
    r"(did you mean|known:|"
    r"(add|check|choose|delete|drop|give|keep|leave|make|move|name|put|quote|remove|run|say|set|take|try|use|write)\s)"
)


@dataclass
class Mark:
    """One underlined place. `label` stands beside the caret; `colour` paints both."""

    at: Location
    label: str = ""
    colour: str = "red"
    caret: str = "^"
    where: str = field(init=False)

    def __post_init__(self) -> None:
        """Of a very long line only what is around the place is looked at."""
        self.where = str(self.at)
        if len(self.at.text) > LONGEST:
            left = max(0, min(self.at.column - LONGEST // 2, len(self.at.text) - LONGEST))
            text, column = self.at.text[left : left + LONGEST], self.at.column - left
            self.at = replace(self.at, text=text, column=column)


@dataclass
class Place:
    """All marks on one line of one file."""

    marks: list[Mark] = field(default_factory=list)

    @property
    def at(self) -> Location:
        return min((m.at for m in self.marks), key=lambda at: at.column)

    @property
    def where(self) -> str:
        return min(self.marks, key=lambda mark: mark.at.column).where


def advice(write: str) -> str:
    """The caret's label for a finding's `write`: ``write "x"``, or the hint itself when it is a sentence."""
    return write if not write or _SENTENCE.match(write) else f"write {write}"


def places(marks: Iterable[Mark]) -> list[Place]:
    """Marks gathered by line, in the order in which the lines first come up."""
    found: dict[tuple[str, int], Place] = {}
    for mark in marks:
        found.setdefault((mark.at.file, mark.at.line), Place()).marks.append(mark)
    return list(found.values())


def gutter(marks: Iterable[Mark]) -> int:
    """The width of the largest line number to be shown."""
    return max([len(str(m.at.line)) for m in marks if m.at.line and not m.at.typed], default=1)


def fits(mark: Mark, indent: int, style: Style) -> bool:
    """Whether the label has room on the caret's line, and there is such a line."""
    if not mark.at.line or not mark.at.text or "\n" in mark.label:
        return False
    start, length = _span(mark.at)
    room = style.width or PIPE_WIDTH
    shown = _window(mark.at, room - indent - 3) if style.width else None
    at = start - shown[1] if shown else start
    return indent + 3 + at + length + 1 + cells(mark.label) <= room


def render(place: Place, indent: int, style: Style, *, first: bool = True) -> list[str]:
    """The lines of one place: where it is, the source line, one line of carets for each mark."""
    at = place.at
    bar = style.paint(" " * (indent + 1) + "|", "blue")
    arrow = "-->" if first else ":::"
    where = "the command line" if at.typed else clean(place.where)
    lines = [style.paint(" " * indent + arrow, "blue") + " " + where]
    if not at.line or not at.text:
        return lines
    text, shift = _window(at, (style.width or 10**6) - indent - 3)
    number = "" if at.typed else str(at.line)
    lines += [bar, style.paint(f"{number:>{indent}} |", "blue") + f" {text}".rstrip()]
    for mark in sorted(place.marks, key=lambda m: m.at.column):
        start, length = _span(mark.at)
        length = max(1, min(length, cells(text) - (start - shift)))
        pointed = mark.caret * length + (f" {clean(mark.label)}" if mark.label else "")
        lines.append(f"{bar} {' ' * (start - shift)}{style.paint(pointed, mark.colour, 'bold')}")
    return lines


def _span(at: Location) -> tuple[int, int]:
    """The caret's first cell and its width, in the cleaned line."""
    start = max(0, at.column - 1)
    before = cells(clean(at.text[:start]))
    return before, max(1, cells(clean(at.text[: start + at.length])) - before)


def _window(at: Location, room: int) -> tuple[str, int]:
    """The cleaned source line cut to `room` cells around the caret, and how many cells are missing on its left."""
    text = clean(at.text).rstrip()
    if cells(text) <= room:
        return text, 0
    start, length = _span(at)
    left = 0 if start + length < room - 1 else max(0, min(start - room // 4, cells(text) - room))
    shown = _from(text, left + 1 if left else 0)
    head = "…" if left else ""
    return head + _upto(shown, room - cells(head)), left


def _from(text: str, left: int) -> str:
    """`text` without its first `left` cells; half of a wide character becomes a space."""
    gone = 0
    for i, char in enumerate(text):
        if gone >= left:
            return " " * (gone - left) + text[i:]
        gone += cells(char)
    return ""


def _upto(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    while text and cells(text) > room - 1:
        text = text[:-1]
    return text + "…"
