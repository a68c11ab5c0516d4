"""What the modelservice chart makes of its values: which pods, started how, listening where.

Defaults are those of the chart version (Release.facts). A role that the chart does not create is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit.capabilities import Contract
from wellit.node import Node, spoken
from wellit.seen.artifact import Artifact
from wellit.seen.container import Container
from wellit.seen.devices import Devices
from wellit.seen.parallel import Parallel
from wellit.seen.proxy import Proxy
from wellit.subject import DECODE, MODELSERVICE, ROLES, Release, Subject


@dataclass(frozen=True, eq=False)
class Service:
    """One modelservice release."""

    release: Release

    @property
    def facts(self) -> Contract:
        return self.release.facts

    @cached_property
    def proxy(self) -> Proxy:
        return Proxy(self.release.root.at("routing", "proxy"), self.facts)

    @cached_property
    def artifact(self) -> Artifact:
        return Artifact(self)

    @property
    def port_node(self) -> Node:
        return self.release.root.at("routing", "servicePort")

    @property
    def port(self) -> int | None:
        """The port of the pods that the pool sends requests to."""
        return self.port_node.number(self.facts["ports"]["service"])

    @cached_property
    def pods(self) -> list[Pod]:
        """The roles that are created and have containers of their own."""
        roles = (Pod(self, role, self.release.root[role]) for role in ROLES)
        return [pod for pod in roles if pod.created]

    @property
    def labels_node(self) -> Node:
        return self.release.root.at("modelArtifacts", "labels")

    @cached_property
    def labels(self) -> dict[str, str | None]:
        """The labels that every pod has; None for a value that only the installed release has."""
        defaults = {key: None if "{" in value else value for key, value in self.facts["defaultLabels"].items()}
        if not self.facts["labelsSettable"]:
            return defaults
        given = {key: node.value for key, node in self.labels_node.items()}
        merged: dict[str, Any] = defaults | given
        return {key: spoken(value) for key, value in merged.items() if value is not None}

    @property
    def multinode(self) -> bool:
        """Whether a role is a LeaderWorkerSet, whose groups may have several pods, and no Deployment."""
        return self.release.root["multinode"].flag(False)

    @property
    def pod_labels(self) -> list[dict[str, str | None]]:
        """The labels of each role's pods."""
        roles = [role for role in ROLES if self.release.root[role]["create"].flag(True)]
        return [self.labels | {str(self.facts["roleLabel"]): role} for role in roles]


@dataclass(frozen=True, eq=False)
class Pod:
    """The pods of one role."""

    service: Service
    role: str
    node: Node

    @property
    def created(self) -> bool:
        return self.node["create"].flag(True) and bool(list(self.node["containers"]))

    @cached_property
    def containers(self) -> list[Container]:
        return [Container(self, node) for node in self.node["containers"]]

    @cached_property
    def main(self) -> Container:
        """The container that runs the engine: the first that is known for one, else the first."""
        known = [container for container in self.containers if container.engine]
        return (known or self.containers)[0]

    @cached_property
    def parallel(self) -> Parallel:
        return Parallel(self)

    @cached_property
    def devices(self) -> Devices:
        return Devices(self)

    @property
    def proxied(self) -> bool:
        """Whether the routing proxy stands before the engine."""
        return self.role == DECODE and self.service.proxy.on

    @property
    def expected_port(self) -> int | None:
        """Where the engine must listen to be reached."""
        return self.service.proxy.engine_port if self.proxied else self.service.port

    @property
    def expected_node(self) -> Node:
        """The setting that says so."""
        return self.service.proxy.port_node if self.proxied else self.service.port_node

    @property
    def injected_port(self) -> int | None:
        """The port that the chart writes on a command line of its own making."""
        follows = self.service.facts["proxyOff"]["enginePortFollows"]
        if self.role == DECODE and (self.service.proxy.on or not follows):
            return self.service.proxy.engine_port
        return self.service.port


def services(subject: Subject) -> Iterator[Service]:
    """Every modelservice release."""
    return iter(subject.once(_services))


def _services(subject: Subject) -> list[Service]:
    return [Service(release) for release in subject.of(MODELSERVICE)]


def pods(subject: Subject) -> Iterator[Pod]:
    """Every role of every modelservice release."""
    return (pod for service in services(subject) for pod in service.pods)


def mains(subject: Subject) -> Iterator[Container]:
    """The engine's container of every role."""
    return (pod.main for pod in pods(subject))
