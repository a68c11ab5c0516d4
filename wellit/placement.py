"""Whether the pods of a stack find room on the nodes: first fit, largest pods first, node by node.

A sum over all nodes would say yes to a pod of 8 GPUs where every node has 4 left. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wellit import affinity
from wellit.cluster import Node, Pod
from wellit.demand import Workload

STOPS = ("NoSchedule", "NoExecute")


@dataclass(frozen=True)
class Room:
    """One node and what is left on it, in thousandths; `closed` says why no pod may go there, for every pod."""

    node: Node
    free: Mapping[str, int]
    closed: str = ""


@dataclass(frozen=True)
class Placed:
    """How far it went. `misfit` is the first pod shape without room, `short` says for each node why."""

    pods: int
    wanted: int
    misfit: Workload | None = None
    short: tuple[str, ...] = ()


def rooms(nodes: Iterable[Node], pods: Iterable[Pod], ours: Iterable[Workload] = (), namespace: str = "") -> list[Room]:
    """What is free on each node. Pods of `ours` in `namespace` do not count: an install replaces them."""
    objects = {workload.object for workload in ours}
    used: dict[str, dict[str, int]] = {}
    for pod in pods:
        if pod.node and not (pod.namespace == namespace and any(pod.made_for(one) for one in objects)):
            on_node = used.setdefault(pod.node, {})
            for resource, amount in pod.asks.items():
                on_node[resource] = on_node.get(resource, 0) + amount
    result = []
    for node in nodes:
        taken = used.get(node.name, {})
        free = {name: amount - taken.get(name, 0) for name, amount in node.offers.items()}
        closed = "cordoned" if node.unschedulable else "" if node.ready else "not ready"
        result.append(Room(node, free, closed))
    return result


def place(workloads: Iterable[Workload], rooms: Iterable[Room]) -> Placed:
    """Put every pod on the first node that has room for it."""
    left = [(room, dict(room.free)) for room in rooms]
    order = sorted(workloads, key=lambda w: (-sum(w.devices.values()), -w.asks.get("memory", 0), w.object.name))
    wanted, placed = sum(w.pods for w in order), 0
    for workload in order:
        # Where one pod of a shape had no room the next has none either: go on from the node of the last.
        start, alone = 0, affinity.apart(workload.spec, workload.labels)
        for _ in range(workload.pods):
            while start < len(left) and misfits(workload, left[start][0], left[start][1]):
                start += 1
            if start == len(left):
                return Placed(placed, wanted, workload, tuple(_reasons(workload, left)))
            free = left[start][1]
            for resource, amount in workload.asks.items():
                free[resource] = free.get(resource, 0) - amount
            placed, start = placed + 1, start + alone
    return Placed(placed, wanted)


def misfits(workload: Workload, room: Room, free: Mapping[str, int]) -> str:
    """Why a pod cannot go onto a node that has `free` left; empty when it can."""
    if said := room.closed or refused(workload, room.node):
        return said
    for resource, amount in sorted(workload.asks.items(), key=lambda ask: "/" not in ask[0]):  # devices first
        if free.get(resource, 0) < amount:
            return f"{resource} {words(resource, free.get(resource, 0))} < {words(resource, amount)}"
    return ""


def refused(workload: Workload, node: Node) -> str:
    """Why a pod may not go onto a node, however much is free there; empty when it may."""
    for key, value in workload.node_selector.items():
        if node.labels.get(key) != value:
            return f"not labelled {key}={value}"
    if (terms := affinity.terms(workload.spec)) is not None and not affinity.chosen(terms, node):
        return f"not what its node affinity wants ({affinity.words(terms)})"
    for taint in node.taints:
        if taint.get("effect") in STOPS and not any(tolerates(t, taint) for t in workload.tolerations):
            return f"tainted {taint['key']}"
    return ""


def words(resource: str, amount: int) -> str:
    """An amount in thousandths as a person writes it: ``16Gi`` for memory, ``2`` devices, ``500m`` of a CPU."""
    if resource in ("memory", "ephemeral-storage"):
        return f"{amount / 1000 / 1024**3:.4g}Gi"
    return f"{amount / 1000:.4g}" if amount % 1000 == 0 or amount > 1000 else f"{amount}m"


def tolerates(toleration: Mapping[str, str], taint: Mapping[str, str]) -> bool:
    """Whether a toleration of a pod takes a taint of a node."""
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    return toleration.get("key") == taint["key"] and (toleration.get("value") or "") == (taint.get("value") or "")


def _reasons(workload: Workload, left: Iterable[tuple[Room, Mapping[str, int]]]) -> Iterable[str]:
    """Why not, nodes with the same reason together: ``gpu-0, gpu-1: nvidia.com/gpu 0 < 2``."""
    nodes: dict[str, list[str]] = {}
    for room, free in left:
        nodes.setdefault(misfits(workload, room, free), []).append(room.node.name)
    for reason, names in nodes.items():
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield f"{shown}: {reason}"
