"""Where everything of a drawing stands: boxes in rows, a row for each step of a request, each parent over its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from wellit.picture.boxes import CHAR, LINE, PAD, Box, Text, box_of, broken
from wellit.picture.model import Node, Picture

BETWEEN = 36.0  # boxes of one row
BESIDE = 100.0  # a pool and its picker, or decode and prefill pods: a label stands there
LABEL = 12  # characters in one line of such a label
STEP = 26.0  # above and below the labels between two rows
MARGIN = 24.0
HEADING = 88  # characters in one line over the drawing
ROWS = {
    "client": 0,
    "gateway": 1,
    "filter": 1,
    "route": 2,
    "pool": 3,
    "service": 3,
    "picker": 3,
    "frontend": 3,
    "pods": 4,
    "workload": 4,
}


@dataclass
class Unit:
    """A box with all that stands below it; `left` and `right` are the room it takes from the box's middle."""

    box: Box
    below: list[Unit] = field(default_factory=list)
    beside: list[Box] = field(default_factory=list)
    gap: float = BETWEEN
    left: float = 0.0
    right: float = 0.0

    def measure(self) -> None:
        for unit in self.below:
            unit.measure()
        half = self.box.width / 2
        anchor = self._centres()[-1] / 2 if self.below else 0.0
        first, last = (self.below[0].left, self.below[-1].right) if self.below else (0.0, 0.0)
        self.left = max(half, first + anchor)
        self.right = max(half + sum(BESIDE + box.width for box in self.beside), last + anchor)

    def place(self, middle: float, tops: dict[int, float]) -> None:
        self._put(self.box, middle - self.box.width / 2, tops)
        edge = self.box.right
        for box in self.beside:
            self._put(box, edge + BESIDE, tops)
            edge = box.right
        centres = self._centres()
        for unit, centre in zip(self.below, centres, strict=True):
            unit.place(middle - centres[-1] / 2 + centre, tops)

    def all(self) -> Iterator[Box]:
        yield self.box
        yield from self.beside
        for unit in self.below:
            yield from unit.all()

    def _centres(self) -> list[float]:
        """The middles of the boxes below, from the first one's."""
        centres: list[float] = []
        for before, unit in zip([None, *self.below], self.below, strict=False):
            centres.append(centres[-1] + before.right + self.gap + unit.left if before else 0.0)
        return centres

    def _put(self, box: Box, x: float, tops: dict[int, float]) -> None:
        assert box.node
        box.x, box.y = x, tops[ROWS[box.node.kind]]
        top = box.y + box.text_height
        for inner in box.inside:
            inner.x, inner.y, inner.room = box.x + PAD, top, box.width - 2 * PAD
            top += inner.height + PAD


@dataclass
class Layout:
    """A picture, laid out. `labels` are those of the arrows into a node, which stand above its box."""

    boxes: dict[str, Box]
    labels: dict[str, list[Text]]
    width: float
    height: float
    heading: list[Text]


def lay_out(picture: Picture) -> Layout:
    units = list(_units(picture))
    boxes = {box.node.id: box for unit in units for box in unit.all() if box.node}
    labels = {key: _labels(picture, key, box) for key, box in boxes.items()}
    about = ", ".join(f"{key} {value}" for key, value in picture.about.items())
    told = [(about, "heading"), *((note, "note") for note in picture.notes)]
    heading = [Text(line, style) for words, style in told for line in broken(words, HEADING)]
    tops, height = _tops(boxes, labels, MARGIN + len(heading) * LINE + (PAD if heading else 0))
    x = MARGIN
    for unit in units:
        unit.measure()
        unit.place(x + unit.left, tops)
        x += unit.left + unit.right + BETWEEN
    right = max([box.right for box in boxes.values()] + [MARGIN + line.width for line in heading], default=0.0)
    return Layout(boxes, labels, right + MARGIN, height + MARGIN, heading)


def _tops(boxes: dict[str, Box], labels: dict[str, list[Text]], top: float) -> tuple[dict[int, float], float]:
    """The upper edge of each row, and the lower edge of the last."""
    tops: dict[int, float] = {}
    for row in sorted(set(ROWS.values())):
        here = [box for box in boxes.values() if box.node and ROWS[box.node.kind] == row]
        if not here:
            tops[row] = top
            continue
        told_above = max(len(labels[box.node.id]) for box in here if box.node)
        top += (2 * STEP + told_above * LINE) if tops and any(_in(boxes, r) for r in tops) else 0
        tops[row] = top
        top += max(box.height for box in here)
    return tops, top


def _in(boxes: dict[str, Box], row: int) -> bool:
    return any(box.node and ROWS[box.node.kind] == row for box in boxes.values())


def _labels(picture: Picture, key: str, box: Box) -> list[Text]:
    """What stands above a box: the labels of the arrow into it; of further ones with where they come from."""
    width = max(24, int(box.width / CHAR))
    found: list[Text] = []
    sources: list[str] = []
    for edge in [one for one in picture.edges if one.target == key and one.does == "sends"]:
        if edge.source not in sources:
            sources.append(edge.source)
        before = f"from {edge.source.partition('/')[2]}: " if len(sources) > 1 else ""
        if edge.labels:
            found += [Text(line, "label") for line in broken(before + ", ".join(edge.labels), width)]
        found += [Text(line, "broken") for line in broken(edge.broken, width)] if edge.broken else []
    return found


def _units(picture: Picture) -> Iterator[Unit]:
    """The trees of the drawing: each node stands below the first that leads to it."""
    placed: set[str] = set()
    for node in picture.roots:
        yield _unit(picture, node, placed)


def _unit(picture: Picture, node: Node, placed: set[str]) -> Unit:
    placed.add(node.id)
    unit = Unit(box_of(picture, node))
    for _, picker in picture.pickers(node):
        if picker.id not in placed:
            placed.add(picker.id)
            unit.beside.append(box_of(picture, picker))
    for _, other in picture.below(node):
        if other.id not in placed:
            unit.below.append(_unit(picture, other, placed))
    prefilled = {edge.source for edge in picture.edges if edge.does == "prefills"}
    if any(one.box.node and one.box.node.id in prefilled for one in unit.below):
        unit.gap = BESIDE
    return unit
