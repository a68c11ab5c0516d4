"""What containers may take and ask for, wherever a chart takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wellit.node import Node
from wellit.quantities import milli
from wellit.seen.podspec import ContainerSpec, containers
from wellit.subject import INFERENCEPOOL, INFRA, Subject


@dataclass(frozen=True, eq=False)
class Amounts:
    """The resources of one container. `filled` are those that the chart writes where they are not, `overwritten` those
    that it writes whatever stands here."""

    limits: Mapping[str, Node]
    requests: Mapping[str, Node]
    filled: frozenset[str] = frozenset()
    overwritten: frozenset[str] = frozenset()

    @staticmethod
    def device(name: str) -> bool:
        """Whether it comes in whole devices: a name with a domain that is not Kubernetes' own."""
        domain, slash, _ = name.partition("/")
        return bool(slash) and not (domain == "kubernetes.io" or domain.endswith(".kubernetes.io"))

    @staticmethod
    def more(one: Node, other: Node) -> bool:
        first, second = read(one), read(other)
        return first is not None and second is not None and first > second


def read(node: Node) -> int | None:
    """An amount in thousandths, or None where it is none."""
    try:
        return milli(node.value) if not isinstance(node.value, bool) else None
    except ValueError:
        return None


def everywhere(subject: Subject) -> Iterator[Amounts]:
    """The resources of every container that is written in the values, and of the picker and the gateway."""
    for container in containers(subject):
        filled = _filled(container)
        wins = not container.pod.role or container.pod.facts["userGpuLimitWins"]
        for node in container.fields("resources"):
            yield _amounts(node, filled, frozenset() if wins else filled)
    for release in subject.of(INFERENCEPOOL):
        yield _amounts(release.root["inferenceExtension"]["resources"])
    for release in subject.of(INFRA):
        yield _amounts(release.root["gateway"]["gatewayParameters"]["resources"])


def _amounts(node: Node, filled: frozenset[str] = frozenset(), overwritten: frozenset[str] = frozenset()) -> Amounts:
    return Amounts(dict(node["limits"].items()), dict(node["requests"].items()), filled, overwritten)


def _filled(container: ContainerSpec) -> frozenset[str]:
    """The accelerators that the chart may ask for by itself, in a container of the model."""
    if not container.pod.role or container.first:
        return frozenset()
    facts = container.pod.facts
    return frozenset(filter(None, (*facts["accelerators"].values(), facts["acceleratorFallback"])))
