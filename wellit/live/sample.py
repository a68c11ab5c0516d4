"""Pods of a namespace, as many as tell how its workloads stand: all of a small one, a bounded number of a large one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit.access import Access, Unread
from wellit.cluster import first
from wellit.demand import Kind
from wellit.live.pods import PodState, pod_state

PODS = Kind("v1", "Pod")
# Of thousands of pods those are worth a look that are stuck: without a node, without their image.
STUCK = "status.phase!=Running,status.phase!=Succeeded"


def sample(access: Access, namespace: str) -> tuple[PodState, ...]:
    """The first page of the pods; when there are more, also the first page of those that do not run.

    None where they may not be read: how many are ready, their workload says.
    """
    path = PODS.path(namespace)
    read = first(access, path, pod_state)
    if isinstance(read, Unread):
        return ()
    found, whole = read
    if whole:
        return found
    more = first(access, path, pod_state, fieldSelector=STUCK)
    stuck = () if isinstance(more, Unread) else more[0]
    return tuple({pod.name: pod for pod in (*found, *stuck)}.values())


def one_of(access: Access, namespace: str, workload: Mapping[str, Any]) -> tuple[PodState, ...]:
    """One pod of a workload of which a sample has none; whoever owns it is told by its labels alone."""
    labels = ((workload["spec"].get("selector") or {}).get("matchLabels") or {}).items()
    if not labels:
        return ()
    selector = ",".join(f"{key}={value}" for key, value in labels)
    read = first(access, PODS.path(namespace), pod_state, limit="1", labelSelector=selector)
    return () if isinstance(read, Unread) else read[0]
