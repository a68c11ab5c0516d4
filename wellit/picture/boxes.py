"""The boxes of a drawing and the text in them, measured.

Every character is as wide as the widest of the usual fixed-width fonts, so that text fits whichever one a reader has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from wellit.picture import told
from wellit.picture.model import Edge, Node, Picture
from wellit.report.style import cells, one_line

CHAR, LINE, PAD = 7.3, 17.0, 12.0
CHARS = 42  # in one line of a box
LEAST = 170.0  # the narrowest box


@dataclass(frozen=True)
class Text:
    """One line; `style` is a class of the drawing."""

    words: str
    style: str = "fact"

    @property
    def width(self) -> float:
        return cells(self.words) * CHAR


@dataclass
class Box:
    """A rectangle with lines of text, and boxes in it below them. `x`, `y` is its upper left corner."""

    node: Node | None
    style: str
    lines: list[Text]
    inside: list[Box] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    room: float = 0.0  # of a box within another: as wide as that allows

    @property
    def width(self) -> float:
        own = max((line.width for line in self.lines), default=0.0) + 2 * PAD
        return max(LEAST, self.room, own, *(box.width + 2 * PAD for box in self.inside))

    @property
    def text_height(self) -> float:
        return len(self.lines) * LINE + PAD

    @property
    def height(self) -> float:
        return self.text_height + sum(box.height + PAD for box in self.inside)

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def right(self) -> float:
        return self.x + self.width


def box_of(picture: Picture, node: Node) -> Box:
    """The box of a node with all its lines."""
    lines = [Text(told.title(node), "kind"), *_texts([node.name] if node.kind != "client" else [], "name")]
    if node.state:
        mark = {True: "good", False: "waiting", None: "unknown"}[node.state.good]
        lines += _texts([f"now: {node.state.text}"], mark)
    lines += _texts([f"broken: {words}" for words in _wrong(picture, node)], "broken")
    lines += _texts(told.lines(node, apart=True), "fact")
    inside = [
        Box(
            None, container.does,
            [*_texts([told.container_title(container)], "name", CHARS - 4),
             *_texts(told.container_lines(container), "fact", CHARS - 4)],
        )
        for container in node.containers
    ]  # fmt: skip
    return Box(node, node.kind if node.there else "absent", lines, inside)


def _wrong(picture: Picture, node: Node) -> list[str]:
    """Its own troubles, and those of the arrows that have no label above it."""
    arrows: list[Edge] = [e for e in picture.edges if e.source == node.id and e.does != "sends" and e.broken]
    return [*node.troubles, *(edge.broken for edge in arrows)]


def _texts(lines: Iterable[str], style: str, width: int = CHARS) -> list[Text]:
    made = []
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        made += [Text(indent + part, style) for part in broken(line, width - len(indent))]
    return made


def broken(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters, broken at spaces, and where a name is longer within it."""
    text = one_line(text)
    lines = [""]
    for word in re.findall(r"\S+\s*", text):
        parts = [word] if cells(word.rstrip()) <= width else re.findall(r"[^\-/=,.:@_]*[\-/=,.:@_]?\s*", word)
        for part in parts:
            if lines[-1] and cells(lines[-1]) + cells(part.rstrip()) > width:
                lines.append("")
            lines[-1] += part
            while cells(lines[-1].rstrip()) > width:
                lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return [line.rstrip() for line in lines if line.strip()]
