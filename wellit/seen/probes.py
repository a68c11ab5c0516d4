"""The probes of a container, and the ports they ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.seen.container import Container

NAMES = ("startupProbe", "readinessProbe", "livenessProbe")
HANDLERS = ("httpGet", "tcpSocket", "grpc")


@dataclass(frozen=True, eq=False)
class Probe:
    """One probe. `node` is where its port is written, `names` the container's ports by name."""

    name: str
    node: Node
    names: dict[str, int | None]

    @property
    def unknown_name(self) -> str:
        """The port's name when the container has no such port; "" otherwise. A number in quotes is a name, too."""
        name = self.node.text()
        known = not name or name in self.names or "{{" in name
        return "" if known else name

    @property
    def port(self) -> int | None:
        return self.names.get(self.node.text()) or self.node.number()


def probes(container: Container) -> Iterator[Probe]:
    """The probes that ask a port, also those below extraConfig."""
    names = {port["name"].text(): port["containerPort"].number() for port in container.node["ports"] if port["name"]}
    for place in (container.node, container.node["extraConfig"]):
        for name in NAMES:
            for handler in HANDLERS:
                port = place.at(name, handler, "port")
                if port.written:
                    yield Probe(name, port, names)
