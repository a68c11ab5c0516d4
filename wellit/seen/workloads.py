"""Rendered objects as Kubernetes sees them: workloads and their pods, and what refers to what by name and label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit.node import Node, spoken
from wellit.source import Keys
from wellit.subject import Manifest, Subject

# Kinds that make pods, and where the template of the pods is.
TEMPLATES: dict[str, tuple[Keys, ...]] = {
    "Deployment": (("spec", "template"),),
    "StatefulSet": (("spec", "template"),),
    "DaemonSet": (("spec", "template"),),
    "ReplicaSet": (("spec", "template"),),
    "Job": (("spec", "template"),),
    "CronJob": (("spec", "jobTemplate", "spec", "template"),),
    "LeaderWorkerSet": (
        ("spec", "leaderWorkerTemplate", "leaderTemplate"),
        ("spec", "leaderWorkerTemplate", "workerTemplate"),
    ),
    "Pod": ((),),
}
SERVING = tuple(kind for kind in TEMPLATES if kind not in ("Job", "CronJob"))  # those whose pods are to stay


@dataclass(frozen=True, eq=False)
class Object:
    """One rendered object."""

    manifest: Manifest

    @property
    def root(self) -> Node:
        return self.manifest.root

    @cached_property
    def kind(self) -> str:
        return self.root["kind"].text()

    @cached_property
    def api(self) -> str:
        return self.root["apiVersion"].text()

    @property
    def group(self) -> str:
        return self.api.rpartition("/")[0]

    @cached_property
    def name(self) -> str:
        return self.root.at("metadata", "name").text()

    @cached_property
    def namespace(self) -> str:
        """The namespace that it says itself; "" for the one that it is applied to."""
        return self.root.at("metadata", "namespace").text()

    @property
    def title(self) -> str:
        return f"{self.kind} {self.name}"

    @cached_property
    def templates(self) -> list[Template]:
        """The pod templates."""
        found = [Template(self, node) for node in templates_of(self.root)]
        return [template for template in found if template.spec.written]


@dataclass(frozen=True, eq=False)
class Template:
    """A pod template of a workload."""

    object: Object
    node: Node

    @property
    def spec(self) -> Node:
        return self.node["spec"]

    @property
    def labels_node(self) -> Node:
        return self.node.at("metadata", "labels")

    @cached_property
    def labels(self) -> dict[str, str]:
        return {key: spoken(value.value) for key, value in self.labels_node.items()}

    @property
    def containers(self) -> Iterator[Node]:
        """Every container, those that run before the others included."""
        yield from self.spec["initContainers"]
        yield from self.spec["containers"]

    def has(self, wanted: Mapping[str, str]) -> bool:
        """Whether its pods have all these labels."""
        return all(self.labels.get(key) == value for key, value in wanted.items())


def templates_of(root: Node) -> list[Node]:
    """The pods that an object makes: what has metadata and spec."""
    return [root.at(*keys) for keys in TEMPLATES.get(root["kind"].text(), ())]


def objects(subject: Subject) -> list[Object]:
    """Every rendered object."""
    return subject.once(_objects)


def _objects(subject: Subject) -> list[Object]:
    return [Object(manifest) for manifest in subject.manifests or ()]


def of_kind(subject: Subject, *kinds: str) -> Iterator[Object]:
    return (one for one in objects(subject) if one.kind in kinds)


def templates(subject: Subject) -> list[Template]:
    """Every pod template."""
    return [template for one in objects(subject) for template in one.templates]


def labels_of(node: Node) -> dict[str, str]:
    """A map of labels; a label that is no word reads as one."""
    value: Any = node.value
    return {key: spoken(each.value) for key, each in node.items()} if isinstance(value, Mapping) else {}


def pool_selector(pool: Object) -> Node:
    """The labels of a pool's pods: the older API has them at another place."""
    selector = pool.root.at("spec", "selector")
    return selector["matchLabels"] if selector["matchLabels"].written else selector


def pool_ports(pool: Object) -> list[Node]:
    """Where a pool says its pods' ports."""
    old = pool.root.at("spec", "targetPortNumber")
    return [old] if old.written else [port["number"] for port in pool.root.at("spec", "targetPorts")]


def picker_of(pool: Object) -> Node:
    """The reference to the endpoint picker's Service, under its newer or its older name."""
    new = pool.root.at("spec", "endpointPickerRef")
    return new if new.written else pool.root.at("spec", "extensionRef")


def same_namespace(one: Object, other: Object) -> bool:
    """Whether two objects are in one namespace; one that says none is where it is applied."""
    return not one.namespace or not other.namespace or one.namespace == other.namespace
