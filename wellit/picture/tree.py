"""The picture as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from wellit.picture import told
from wellit.picture.model import Edge, Node, Picture
from wellit.report.style import Style, one_line

LINES = {False: ("├─ ", "└─ ", "│  ", "→", "←"), True: ("|- ", "`- ", "|  ", "->", "<-")}


def render(picture: Picture, style: Style) -> str:
    """The tree, from the client to the pods; what nothing leads to stands by itself."""
    writer = _Writer(picture, style)
    about = ", ".join(f"{key} {value}" for key, value in picture.about.items())
    lines = [style.paint(about, "bold"), ""] if about else []
    lines += [line for note in picture.notes for line in style.wrap(note)]
    for root in picture.roots:
        lines += [*([""] if lines and lines[-1] else []), *writer.node(root, "", "", "")]
    return "\n".join(line.rstrip() for line in lines) + "\n"


@dataclass
class _Writer:
    picture: Picture
    style: Style
    written: set[str] = field(default_factory=set)

    def node(self, node: Node, way: str, first: str, rest: str) -> Iterator[str]:
        """A node and all that is below it; `first` and `rest` stand before its lines, `way` before its name."""
        name = f"{self.style.paint(told.title(node), 'cyan')} {self.style.paint(one_line(node.name), 'bold')}"
        again = node.id in self.written
        yield f"{first}{way}{name if node.kind != 'client' else self.style.paint('client', 'bold')}" + (
            " (see above)" if again else ""
        )
        if again:
            return
        self.written.add(node.id)
        below = list(self._below(node))
        _, _, bar, *_ = LINES[self.style.ascii]
        inside = rest + (bar if below else "   ")
        yield from self._about(node, inside)
        for number, (edge, other, backwards) in enumerate(below):
            last = number == len(below) - 1
            branch = LINES[self.style.ascii][1 if last else 0]
            further = rest + ("   " if last else bar)
            yield from self._broken(edge, rest + bar)
            yield from self.node(other, self._way(edge, backwards), rest + branch, further)

    def _below(self, node: Node) -> Iterator[tuple[Edge, Node, bool]]:
        if node.kind in ("pool", "gateway"):
            yield from ((edge, picker, True) for edge, picker in self.picture.pickers(node))
        yield from ((edge, other, False) for edge, other in self.picture.below(node))

    def _way(self, edge: Edge, backwards: bool) -> str:
        *_, forth, back = LINES[self.style.ascii]
        labels = one_line("; ".join(edge.labels))
        return f"{labels} {back if backwards else forth} " if labels else ""

    def _broken(self, edge: Edge, indent: str) -> Iterator[str]:
        yield from self._lines(f"broken: {edge.broken}" if edge.broken else "", indent, "red")

    def _about(self, node: Node, indent: str) -> Iterator[str]:
        if node.state:
            colour = {True: "green", False: "yellow", None: "blue"}[node.state.good]
            yield from self._lines(f"now: {node.state.text}", indent, colour)
        for words in node.troubles:
            yield from self._lines(f"broken: {words}", indent, "red")
        for line in told.lines(node):
            yield from self._lines(line, indent)
        for container in node.containers:
            yield from self._lines(told.container_title(container), indent, "bold")
            for line in told.container_lines(container):
                yield from self._lines(line, f"{indent}  ")
        for edge in self.picture.edges:
            if edge.source == node.id and edge.does in ("prefills", "tells"):
                target = self.picture.node(edge.target).name
                yield from self._lines(f"{self._way(edge, False)}{target}", indent)
                yield from self._broken(edge, indent)

    def _lines(self, text: str, indent: str, *colours: str) -> Iterator[str]:
        for line in self.style.wrap(one_line(text), indent, f"{indent}  ") if text else []:
            yield indent + self.style.paint(line[len(indent) :], *colours) if colours else line
