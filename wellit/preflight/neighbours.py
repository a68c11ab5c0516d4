"""Pods of others behind the same pool."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.access import Unread
from wellit.cluster import Cluster
from wellit.demand import Demand
from wellit.findings import Check
from wellit.preflight.words import counted


def neighbours(demand: Demand, cluster: Cluster) -> Iterator[Check]:
    for pool, selector in demand.selectors:
        title = f"the pool {pool} selects only this stack's pods"
        if isinstance(cluster.neighbours, Unread):
            yield Check("WL609", title, "unknown", cluster.neighbours.words)
            continue
        others = [
            pod.name for pod in cluster.neighbours
            if all(pod.labels.get(key) == value for key, value in selector.items())
            and not any(pod.made_for(workload.object) for workload in demand.workloads)
        ]  # fmt: skip
        if others:
            detail = (
                f"{counted(len(others), 'pod')} of something else would get its requests too: {', '.join(others[:3])}"
            )
            yield Check("WL609", title, "fail", detail, "another namespace (-n), or another name: --set postfix=NAME")
        else:
            yield Check("WL609", title, "pass")
