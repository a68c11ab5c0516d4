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
from wellit.subject import ROLES, Subject

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "LeaderWorkerSet", "Pod")
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
    for node in objects(subject, *WORKLOADS):
        for spec in pod_specs(node):
            yield from among(spec)


def pod_specs(node: Node) -> Iterator[Node]:
    """The specs of the pods that an object makes."""
    for template in templates(node):
        yield template["spec"]


def templates(node: Node) -> Iterator[Node]:
    """The pods that an object makes: what has metadata and spec."""
    if node["kind"].text() == "Pod":
        yield node
    elif node["kind"].text() == "LeaderWorkerSet":
        for name in ("leaderTemplate", "workerTemplate"):
            if node.at("spec", "leaderWorkerTemplate", name).written:
                yield node.at("spec", "leaderWorkerTemplate", name)
    else:
        yield node.at("spec", "template")


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
