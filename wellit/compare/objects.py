"""The objects of a stack as a map: rendered ones, live ones, or those that a values file would become."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

Object = Mapping[str, Any]
CHART = re.compile(r"(.+?)-(v?\d+\.\d+\.\d+.*)")
WORKLOADS = ("Deployment", "StatefulSet", "LeaderWorkerSet")


class Objects:
    """Objects by kind. `unread` are the kinds (or KIND/NAME) that could not be read, each with why."""

    def __init__(self, objects: Iterable[Object], unread: Mapping[str, str] | None = None) -> None:
        self.all = list(objects)
        self.unread = dict(unread or {})

    def of(self, *kinds: str) -> list[Object]:
        return [item for item in self.all if item.get("kind") in kinds]

    def named(self, kind: str, name: str) -> Object | None:
        return next((item for item in self.of(kind) if name_of(item) == name), None)

    def workloads(self) -> list[Object]:
        return self.of(*WORKLOADS)

    def picker_of(self, pool: Object) -> Object | None:
        """The workload that answers for a pool: behind the Service that the pool names."""
        spec = pool.get("spec") or {}
        ref = spec.get("endpointPickerRef") or spec.get("extensionRef") or {}
        service = self.named("Service", str(ref.get("name", "")))
        wanted = ((service or {}).get("spec") or {}).get("selector") or {}
        found = [one for one in self.workloads() if wanted and within(wanted, pod_labels(one))]
        found += [one for one in self.workloads() if name_of(pool) in _pool_names(one)]
        return found[0] if found else None

    def selected_by(self, pool: Object) -> list[Object]:
        """The workloads whose pods a pool selects."""
        wanted = selector(pool)
        return [one for one in self.workloads() if wanted and within(wanted, pod_labels(one))]


def name_of(item: Object) -> str:
    return str((item.get("metadata") or {}).get("name", ""))


def labels_of(item: Object) -> dict[str, str]:
    return dict((item.get("metadata") or {}).get("labels") or {})


def templates(workload: Object) -> Object:
    """The pod template of a workload."""
    spec = workload.get("spec") or {}
    group = spec.get("leaderWorkerTemplate") or {}
    found: Object = group.get("leaderTemplate") or group.get("workerTemplate") or spec.get("template") or {}
    return found


def pod_of(workload: Object) -> Object:
    found: Object = templates(workload).get("spec") or {}
    return found


def pod_labels(workload: Object) -> dict[str, str]:
    return labels_of(templates(workload))


def selector(pool: Object) -> dict[str, str]:
    """The labels that a pool asks for; the old API has them without matchLabels."""
    asked = (pool.get("spec") or {}).get("selector") or {}
    return dict(asked.get("matchLabels", asked) or {})


def within(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in wanted.items())


def containers(pod: Object) -> list[Object]:
    """The containers that run beside each other: an init container that always restarts is one of them."""
    init = [one for one in pod.get("initContainers") or [] if one.get("restartPolicy") == "Always"]
    return [*init, *(pod.get("containers") or [])]


def chart_of(item: Object) -> tuple[str, str] | None:
    """The chart and version that helm's label names."""
    found = CHART.fullmatch(labels_of(item).get("helm.sh/chart", ""))
    return (found.group(1), found.group(2)) if found else None


def own_labels(labels: Mapping[str, str], asked: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Labels but those that helm, the chart or a controller writes by itself, and nobody has `asked` for."""
    for key, value in labels.items():
        told = not key.startswith(("app.kubernetes.io/", "helm.sh/")) and key != "pod-template-hash"
        if told or key in asked:
            yield key, str(value)


def leaves(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a tree with its dotted path."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif data is not None:
        yield path, str(data).lower() if isinstance(data, bool) else str(data)


def _pool_names(workload: Object) -> set[str]:
    """The pools that a picker's command line names."""
    found = set()
    for container in containers(pod_of(workload)):
        words = [str(word) for word in container.get("args") or []]
        for before, word in pairwise(words):
            found |= {word} if before.lstrip("-") in ("pool-name", "poolName") else set()
        found |= {w.partition("=")[2] for w in words if w.lstrip("-").startswith(("pool-name=", "poolName="))}
    return found
