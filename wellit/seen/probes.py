"""The probes of a container: what they ask, where, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.seen.container import Container
from wellit.seen.podspec import PROBES

HANDLERS = ("httpGet", "tcpSocket", "grpc")


@dataclass(frozen=True, eq=False)
class Probe:
    """One probe. `node` is where its port is written, `names` the container's ports by name, `spec` all of it."""

    name: str
    node: Node
    names: dict[str, int | None]
    spec: Node
    handler: str

    @property
    def unknown_name(self) -> str:
        """The port's name when the container has no such port; "" otherwise. A number in quotes is a name, too."""
        name = self.node.text()
        known = not name or name in self.names or "{{" in name
        return "" if known else name

    @property
    def port(self) -> int | None:
        return self.names.get(self.node.text()) or self.node.number()

    @property
    def path_node(self) -> Node:
        return self.spec.at(self.handler, "path")

    @property
    def path(self) -> str:
        """What an httpGet asks for; "" for another probe."""
        if self.handler != "httpGet":
            return ""
        return "/" + self.path_node.text("/").partition("?")[0].lstrip("/")

    @property
    def https(self) -> bool:
        return self.spec.at(self.handler, "scheme").text().upper() == "HTTPS"

    @property
    def patience(self) -> int:
        """After how many seconds without a good answer it has failed; Kubernetes' defaults where nothing is written."""
        initial = self.spec["initialDelaySeconds"].number(0) or 0
        return initial + (self.spec["periodSeconds"].number(10) or 10) * (self.spec["failureThreshold"].number(3) or 3)

    def asks_engine(self, container: Container) -> bool:
        """Whether it asks the engine itself, and not the proxy before it or another program."""
        return container is container.pod.main and self.port is not None and self.port == container.pod.expected_port

    def reaches_engine(self, container: Container) -> bool:
        """Whether the engine answers in the end: the proxy hands on what it does not answer itself."""
        pod = container.pod
        handed_on = container is pod.main and pod.proxied and self.port is not None and self.port == pod.service.port
        return self.asks_engine(container) or handed_on


def probes(container: Container) -> Iterator[Probe]:
    """The probes that ask a port, also those below extraConfig."""
    return probes_of(container.node, container.node["extraConfig"])


def probes_of(node: Node, *more: Node) -> Iterator[Probe]:
    """The probes of a container that ask a port; `more` are other places where they may stand."""
    names = {port["name"].text(): port["containerPort"].number() for port in node["ports"] if port["name"]}
    for place in (node, *more):
        for name in PROBES:
            for handler in HANDLERS:
                port = place.at(name, handler, "port")
                if port.written:
                    yield Probe(name, port, names, place[name], handler)


def has(container: Container, *names: str) -> bool:
    """Whether the container has one of these probes, whatever it asks."""
    return any(place[name].value for place in (container.node, container.node["extraConfig"]) for name in names)
