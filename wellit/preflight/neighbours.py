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


def pools(demand: Demand, cluster: Cluster) -> Iterator[Check]:
    """WL628: no pool of another stack selects this stack's pods."""
    around = cluster.around
    if around is None or not demand.selectors:
        return
    title = "no other pool selects this stack's pods"
    if isinstance(around.pools, Unread):
        yield Check("WL628", title, "unknown", around.pools.words)
        return
    own = {name for name, _ in demand.selectors}
    taken = [
        f"{name} selects pods of {workload}"
        for name, selector in around.pools
        for workload in demand.workloads
        if name not in own and selector and all(workload.labels.get(key) == said for key, said in selector.items())
    ]
    if taken:
        detail = f"requests of another stack would come here: {'; '.join(taken[:3])}"
        yield Check("WL628", title, "fail", detail, "another namespace (-n), or another name: --set postfix=NAME")
    else:
        yield Check("WL628", title, "pass")
