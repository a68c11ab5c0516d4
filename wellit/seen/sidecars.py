"""Routing proxies that stand in pods as somebody's own containers, not as the chart makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from wellit import capabilities
from wellit.capabilities import Contract, Unknown
from wellit.images import Image
from wellit.node import Node
from wellit.seen import words
from wellit.seen.modelservice import services
from wellit.seen.routes import objects
from wellit.seen.words import Given, Words
from wellit.seen.workloads import SERVING, templates_of
from wellit.subject import ROLES, Subject

PLACES = ("initContainers", "containers")


@dataclass(frozen=True, eq=False)
class Sidecar:
    """A container whose image is a routing proxy's."""

    node: Node

    @cached_property
    def words(self) -> Words:
        return words.read(self.node["command"], self.node["args"])

    @cached_property
    def contract(self) -> Contract | Unknown:
        return capabilities.routing_proxy(self.node["image"].text())

    def given(self, flag: str) -> Given | None:
        return self.words.given(flag)


def sidecars(subject: Subject) -> Iterator[Sidecar]:
    """Every routing proxy of the values' own containers, and of the objects that are given."""
    for service in services(subject):
        if service.release.of_objects:
            continue
        for role in ROLES:
            yield from among(service.release.root[role])
    for node in objects(subject, *SERVING):
        for template in templates_of(node):
            yield from among(template["spec"])


def among(spec: Node) -> Iterator[Sidecar]:
    """The routing proxies among the containers of a pod."""
    for place in PLACES:
        for container in spec[place]:
            image = Image.parse(container["image"].text())
            if any(image.is_of(repository) for repository in _repositories()):
                yield Sidecar(container)


@cache
def _repositories() -> frozenset[str]:
    return frozenset(image.rpartition(":")[0] for image, _ in capabilities.published("routing-proxy"))
