"""What the charts hand to Kubernetes as it is written: containers, and the pods they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from wellit.capabilities import Contract
from wellit.node import Node
from wellit.subject import INFERENCEPOOL, MODELSERVICE, ROLES, Release, Subject

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@dataclass(frozen=True, eq=False)
class ContainerSpec:
    """One container that somebody wrote. `first` tells that it is one of the init containers."""

    pod: PodSpec
    node: Node
    first: bool = False

    def fields(self, name: str) -> list[Node]:
        """Where a field of the container is written: itself, or in its extraConfig."""
        return [node for node in (self.node[name], self.node["extraConfig"][name]) if node.written]

    def listed(self, name: str) -> Iterator[Node]:
        """The members of a field that is a list."""
        return (item for node in self.fields(name) for item in node)

    @property
    def probes(self) -> Iterator[tuple[str, Node]]:
        return ((name, node) for name in PROBES for node in self.fields(name))

    @property
    def title(self) -> str:
        return self.node["name"].text() or str(self.node.keys[-1])


@dataclass(frozen=True, eq=False)
class PodSpec:
    """The pods of one role of a modelservice release, or the picker's."""

    release: Release
    node: Node
    role: str = ""

    @property
    def facts(self) -> Contract:
        return self.release.facts

    @cached_property
    def main(self) -> list[ContainerSpec]:
        if self.role:
            return [ContainerSpec(self, node) for node in self.node["containers"]]
        sidecar = self.node["sidecar"]
        return [ContainerSpec(self, sidecar)] if sidecar["enabled"].flag(False) else []

    @cached_property
    def containers(self) -> list[ContainerSpec]:
        """All of them, the init containers last."""
        lists = [self.node["initContainers"], self.node["extraConfig"]["initContainers"]] if self.role else []
        return [*self.main, *(ContainerSpec(self, node, True) for nodes in lists for node in nodes)]

    @property
    def volumes(self) -> Iterator[Node]:
        extra = self.node["extraConfig"] if self.role else self.node["sidecar"]
        return (volume for place in (self.node, extra) for volume in place["volumes"])


def pod_specs(subject: Subject) -> Iterator[PodSpec]:
    """Every kind of pod that is made and has something of the person's in it."""
    return iter(subject.once(_pod_specs))


def containers(subject: Subject) -> Iterator[ContainerSpec]:
    """Every container that is made and written in the values."""
    return (container for pod in pod_specs(subject) for container in pod.containers)


def _pod_specs(subject: Subject) -> list[PodSpec]:
    roles = [
        PodSpec(release, release.root[role], role)
        for release in subject.of(MODELSERVICE)
        for role in ROLES
        if release.root[role]["create"].flag(True)
    ]
    return [*roles, *(PodSpec(release, release.root["inferenceExtension"]) for release in subject.of(INFERENCEPOOL))]
