"""The objects of a stack, found as Kubernetes finds them: by group, kind, namespace and name, or by labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit.node import Node as Place
from wellit.node import whole
from wellit.picture.plain import mapping
from wellit.subject import Manifest

GATEWAY_API = "gateway.networking.k8s.io"
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "LeaderWorkerSet", "Pod")


@dataclass(frozen=True, eq=False)
class Object:
    """One manifest; `namespace` is its own, or the release's when it names none."""

    manifest: Mapping[str, Any]
    namespace: str

    @property
    def kind(self) -> str:
        return str(self.manifest.get("kind", ""))

    @property
    def api_version(self) -> str:
        return str(self.manifest.get("apiVersion", ""))

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def name(self) -> str:
        return str(mapping(self.manifest.get("metadata")).get("name", "?"))

    @property
    def spec(self) -> Mapping[str, Any]:
        return mapping(self.manifest.get("spec"))

    @cached_property
    def template(self) -> Mapping[str, Any]:
        """The pods that a workload makes: metadata and spec. Of a LeaderWorkerSet those of the leaders."""
        if self.kind == "Pod":
            return self.manifest
        if self.kind == "LeaderWorkerSet":
            both = mapping(self.spec.get("leaderWorkerTemplate"))
            return mapping(both.get("leaderTemplate")) or mapping(both.get("workerTemplate"))
        return mapping(self.spec.get("template"))

    @property
    def pod_labels(self) -> dict[str, str]:
        labels = mapping(mapping(self.template.get("metadata")).get("labels"))
        return {str(key): str(value) for key, value in labels.items()}

    @property
    def replicas(self) -> int:
        """How many pods it makes; of a LeaderWorkerSet leaders and workers together."""
        if self.kind in ("Pod", "DaemonSet"):
            return 1
        size = whole(mapping(self.spec.get("leaderWorkerTemplate")).get("size"))
        count = whole(self.spec.get("replicas"))
        return (1 if count is None else count) * (size or 1)

    @property
    def pod(self) -> Mapping[str, Any]:
        return mapping(self.template.get("spec"))

    def place(self, *keys: str | int) -> Place:
        """The value at `keys` of its pods' spec."""
        return Manifest("", {"spec": self.pod}).root.at("spec", *keys)


@dataclass(frozen=True, eq=False)
class World:
    """All objects of a stack."""

    objects: tuple[Object, ...]

    @classmethod
    def of(cls, manifests: Iterable[Mapping[str, Any]], namespace: str) -> World:
        def where(manifest: Mapping[str, Any]) -> str:
            return str(mapping(manifest.get("metadata")).get("namespace") or namespace)

        return cls(tuple(Object(one, where(one)) for one in manifests if isinstance(one, Mapping)))

    def all(self, *kinds: str) -> Iterator[Object]:
        return (item for item in self.objects if item.kind in kinds)

    def get(self, kind: str, name: str, namespace: str, group: str | None = None) -> Object | None:
        """The object of this name; in any API group when none is given."""
        for item in self.all(kind):
            if item.name == name and item.namespace == namespace and group in (None, item.group):
                return item
        return None

    def selected(self, selector: Mapping[str, Any], namespace: str) -> list[Object]:
        """The workloads whose pods have all labels of a selector; an empty one selects none here."""
        wanted = {str(key): str(value) for key, value in selector.items()}
        return [
            item
            for item in self.all(*WORKLOADS)
            if wanted and item.namespace == namespace and wanted.items() <= item.pod_labels.items()
        ]


def matched_labels(selector: Any) -> dict[str, str]:
    """The labels of a selector, whether they stand below matchLabels or, as in early pools, by themselves."""
    known = mapping(selector)
    labels = mapping(known.get("matchLabels", known))
    return {str(key): str(value) for key, value in labels.items()}
