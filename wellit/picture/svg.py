"""The picture as an SVG: boxes and arrows, readable on light and on dark, the same bytes for the same stack."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from wellit.picture.boxes import CHAR, LINE, PAD, Box, Text, broken
from wellit.picture.layout import BESIDE, LABEL, MARGIN, STEP, Layout, lay_out
from wellit.picture.model import ASKED, Edge, Picture

# class -> (on light, on dark)
INK = {"name": ("#1f2328", "#f0f6fc"), "fact": ("#59636e", "#9198a1"), "label": ("#1f2328", "#f0f6fc"),
       "heading": ("#1f2328", "#f0f6fc"), "note": ("#9a6700", "#d29922"), "good": ("#1a7f37", "#3fb950"),
       "waiting": ("#9a6700", "#d29922"), "unknown": ("#59636e", "#9198a1"),
       "broken": ("#cf222e", "#f85149")}  # fmt: skip
FRAMES = {"client": ("#59636e", "#9198a1"), "gateway": ("#0969da", "#4493f8"), "route": ("#8250df", "#ab7df8"),
          "pool": ("#1a7f37", "#3fb950"), "service": ("#1a7f37", "#3fb950"), "picker": ("#bf3989", "#db61a2"),
          "frontend": ("#0969da", "#4493f8"), "pods": ("#bc4c00", "#db6d28"), "workload": ("#59636e", "#9198a1"),
          "filter": ("#bf3989", "#db61a2"), "proxy": ("#8250df", "#ab7df8"),
          "engine": ("#bc4c00", "#db6d28"), "other": ("#59636e", "#9198a1"),
          "absent": ("#cf222e", "#f85149")}  # fmt: skip
PAPER, CARD, INNER = ("#ffffff", "#0d1117"), ("#f6f8fa", "#151b23"), ("#ffffff", "#0d1117")
ARROW = ("#59636e", "#9198a1")
NECK = 52.0  # how far below a box's upper edge an arrow leaves or meets its side: room for three labels
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def render(picture: Picture) -> str:
    """One SVG document, ending in a line break."""
    layout = lay_out(picture)
    size = f'width="{_n(layout.width)}" height="{_n(layout.height)}"'
    about = ", ".join(f"{key} {value}" for key, value in picture.about.items()) or "a stack"
    view = f'viewBox="0 0 {_n(layout.width)} {_n(layout.height)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img">',
        f"<title>{escape(about)}</title>",
        f"<style>{_style()}</style>",
        f'<rect class="paper" x="0" y="0" {size}/>',
        *_heading(layout),
        *(line for edge in picture.edges for line in _arrow(layout, picture, edge)),
        *(line for box in layout.boxes.values() for line in _box(box)),
        *(line for key, box in layout.boxes.items() for line in _above(box, layout.labels[key])),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _style() -> str:
    return (
        f"text{{font:12px {FONT}}} .name,.heading,.kind{{font-weight:600}} "
        ".arrow{fill:none; stroke-width:1.5} .wrong{stroke-dasharray:5 4} .head.wrong{stroke-dasharray:none} "
        f"{_sheet(0)} @media (prefers-color-scheme: dark) {{{_sheet(1)}}}"
    )


def _sheet(dark: int) -> str:
    """The colours on light (0) or on dark (1)."""
    fills = {"paper": PAPER, "card": CARD, "inner": INNER, "head": ARROW, "head.wrong": INK["broken"]}
    fills |= INK | {f"k-{name}": both for name, both in FRAMES.items()}
    strokes = {"arrow": ARROW, "arrow.wrong": INK["broken"]} | {f"f-{name}": both for name, both in FRAMES.items()}
    rules = [f".{name}{{fill:{both[dark]}}}" for name, both in fills.items()]
    return " ".join([*rules, *(f".{name}{{stroke:{both[dark]}}}" for name, both in strokes.items())])


def _heading(layout: Layout) -> Iterator[str]:
    for number, line in enumerate(layout.heading):
        yield _text(line, MARGIN, MARGIN + LINE * (number + 0.5))


def _box(box: Box) -> Iterator[str]:
    shadows = box.node and box.node.kind == "pods" and int(box.node.facts.get("pods", 1)) > 1
    for shift in (6, 3) if shadows else ():
        yield _rect(box, "card", shift)
    yield _rect(box, "card")
    yield from _lines(box)
    for number, inner in enumerate(box.inside):
        yield _rect(inner, "inner")
        yield from _lines(inner)
        if inner.style == "proxy" and number + 1 < len(box.inside):
            yield from _line([(inner.middle, inner.bottom), (inner.middle, inner.bottom + PAD)], wrong=False)


def _rect(box: Box, fill: str, shift: int = 0) -> str:
    dashed = ' stroke-dasharray="5 4"' if box.style == "absent" else ""
    return (
        f'<rect class="{fill} f-{box.style}" x="{_n(box.x + shift)}" y="{_n(box.y + shift)}" width="{_n(box.width)}" '
        f'height="{_n(box.height)}" rx="6"{dashed}/>'
    )


def _lines(box: Box) -> Iterator[str]:
    for number, line in enumerate(box.lines):
        style = f"kind k-{box.style}" if line.style == "kind" else line.style
        yield _text(Text(line.words, style), box.x + PAD, box.y + PAD / 2 + LINE * (number + 0.8))


def _above(box: Box, labels: list[Text]) -> Iterator[str]:
    """Labels over the arrow into a box, on paper so that the arrow does not strike them through."""
    if not labels:
        return
    top = box.y - STEP - len(labels) * LINE
    width = max(line.width for line in labels) + 8
    yield _paper(box.middle - width / 2, top, width, len(labels) * LINE)
    for number, line in enumerate(labels):
        yield _text(line, box.middle, top + LINE * (number + 0.75), middle=True)


def _arrow(layout: Layout, picture: Picture, edge: Edge) -> Iterator[str]:
    source, target = layout.boxes[edge.source], layout.boxes[edge.target]
    draw = {"sends": _down, "tells": _up}.get(edge.does, _across)
    yield from draw(layout, picture, edge, source, target)


def _across(_: Layout, picture: Picture, edge: Edge, source: Box, target: Box) -> Iterator[str]:
    """Between two boxes of a row: a straight line with its labels when they are side by side."""
    forth, back = source.x < target.x, edge.does in ASKED
    start, end = (source.right, target.x) if forth else (source.x, target.right)
    if (back or forth) and abs(start - end) <= BESIDE + 1:
        y = max(source.y, target.y) + NECK
        yield from _line([(start, y), (end, y)], wrong=bool(edge.broken))
        yield from _beside(edge, (start + end) / 2, y - 8)
        return
    # Not side by side: over the row for a picker, under it for prompts, each a little further than the one before.
    turn = 10.0 + 6.0 * [one for one in picture.edges if one.does == edge.does].index(edge)
    y = min(source.y, target.y) - turn if back else max(source.bottom, target.bottom) + turn
    from_y, to_y = (source.y, target.y) if back else (source.bottom, target.bottom)
    aside = 30.0
    points = [(source.middle + aside, from_y), (source.middle + aside, y), (target.middle + aside, y)]
    yield from _line([*points, (target.middle + aside, to_y)], wrong=bool(edge.broken))


def _up(layout: Layout, _: Picture, edge: Edge, source: Box, target: Box) -> Iterator[str]:
    """From pods to the picker above and beside them, where nothing is in the way; the boxes tell it in words too."""
    y, x = source.y + NECK, target.middle
    between = [box for box in layout.boxes.values() if box is not source and box.y <= y <= box.bottom]
    if source.right > x or any(source.right < box.right and box.x < x for box in between):
        return
    yield from _line([(source.right, y), (x, y), (x, target.bottom)], wrong=bool(edge.broken))
    for number, words in enumerate(edge.labels):  # to the right of its upright part, below the picker
        yield _text(Text(words, "label"), x + 8, y - 8 - LINE * (len(edge.labels) - 1 - number))


def _beside(edge: Edge, x: float, y: float) -> Iterator[str]:
    """The labels of an arrow over it, the last one at `y`."""
    lines = [line for label in edge.labels for line in broken(label, LABEL)]
    for number, words in enumerate(lines):
        yield _text(Text(words, "label"), x, y - LINE * (len(lines) - 1 - number), middle=True)


def _down(layout: Layout, picture: Picture, edge: Edge, source: Box, target: Box) -> Iterator[str]:
    """From the lower edge of one box to the upper of another; a second arrow into a box comes beside the first."""
    into = list(dict.fromkeys(one.source for one in picture.edges if one.target == edge.target and one.does == "sends"))
    aside = 22.0 * into.index(edge.source)
    bus = target.y - STEP - len(layout.labels[edge.target]) * LINE - 8.0 - aside / 3
    x = target.middle + aside
    points = [(source.middle, source.bottom), (source.middle, bus), (x, bus), (x, target.y)]
    if abs(source.middle - x) < 1:
        points = [points[0], points[-1]]
    yield from _line(points, wrong=bool(edge.broken))


def _line(points: list[tuple[float, float]], *, wrong: bool) -> Iterator[str]:
    """A line through `points`, with a head at the last."""
    more = " wrong" if wrong else ""
    (x0, y0), (x, y) = points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    neck = (x - 7 * dx, y - 7 * dy)
    path = " ".join(f"{_n(a)},{_n(b)}" for a, b in [*points[:-1], neck])
    yield f'<polyline class="arrow{more}" points="{path}"/>'
    corners = [(x, y), (neck[0] - 4 * dy, neck[1] - 4 * dx), (neck[0] + 4 * dy, neck[1] + 4 * dx)]
    yield f'<polygon class="head{more}" points="{" ".join(f"{_n(a)},{_n(b)}" for a, b in corners)}"/>'


def _paper(x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="paper" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"/>'


def _text(line: Text, x: float, y: float, *, middle: bool = False) -> str:
    words = line.words.lstrip()  # what is indented stands further to the right: not every reader keeps spaces
    x += (len(line.words) - len(words)) * CHAR
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text class="{line.style}" x="{_n(x)}" y="{_n(y)}"{anchor}>{escape(words)}</text>'


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
