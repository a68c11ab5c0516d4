"""Room on the nodes, GPUs first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wellit import placement
from wellit.access import Unread
from wellit.cluster import Cluster
from wellit.demand import Demand, Workload
from wellit.findings import Check
from wellit.preflight.nodes import admitted
from wellit.preflight.words import counted

SMALLER = "--size small, fewer pods (--set decode.replicas=N), or fewer GPUs in each (--set decode.tensorParallel=N)"


def room(demand: Demand, cluster: Cluster, *, behind: Sequence[Check] = ()) -> Check:
    """WL606; not asked `behind` checks that say already that no node takes the pods."""
    wanted = ", ".join(f"{count} {name}" for name, count in sorted(demand.devices.items()))
    title = f"there is room for {counted(sum(w.pods for w in demand.workloads), 'pod')}"
    title += f" with {wanted}" if wanted else ""
    if behind:
        return Check("WL606", title, "skip", f"not counted: not so: {behind[0].title}")
    if isinstance(cluster.nodes, Unread):
        return Check("WL606", title, "unknown", cluster.nodes.words)
    if isinstance(cluster.pods, Unread):
        return Check("WL606", title, "unknown", cluster.pods.words)
    workloads = admitted(demand.workloads, cluster)
    rooms = placement.rooms(cluster.nodes, cluster.pods, workloads, demand.namespace)
    placed = placement.place(workloads, rooms)
    numbers = _numbers(demand, rooms)
    if placed.misfit is None:
        return Check("WL606", title, "pass", numbers)
    detail = f"{placed.pods} of {placed.wanted} pods fit; {numbers}; first that does not: {_shape(placed.misfit)}"
    told = [*_free(placed.misfit, rooms), *placed.short[:6]]
    return Check("WL606", title, "fail", detail, SMALLER, "; ".join(told) or "there is no node")


def _free(misfit: Workload, rooms: Iterable[placement.Room]) -> Iterator[str]:
    """How many devices are free on how many of the nodes that let the pod in: not the sum decides."""
    open_to = [one for one in rooms if not one.closed and not placement.refused(misfit, one.node)]
    for name, each in sorted(misfit.devices.items()):
        free: dict[int, int] = {}
        for one in open_to:
            whole = max(one.free.get(name, 0) // 1000, 0)
            free[whole] = free.get(whole, 0) + 1
        if len(free) > 1:
            told = ", ".join(f"{whole} on {counted(number, 'node')}" for whole, number in sorted(free.items()))
            yield f"{name} free before anything is put there: {told}; each pod takes {each}"


def _shape(workload: Workload) -> str:
    amounts = sorted(workload.asks.items(), key=lambda ask: "/" not in ask[0])
    asks = ", ".join(f"{placement.words(name, amount)} {name}" for name, amount in amounts)
    return f"a pod of {workload}, which needs {asks} on one node"


def _numbers(demand: Demand, rooms: Iterable[placement.Room]) -> str:
    said = []
    for name, count in sorted(demand.devices.items()):
        having = [room for room in rooms if not room.closed and room.free.get(name, 0) >= 1000]
        free = sum(room.free[name] for room in having) // 1000
        said.append(f"{count} {name} wanted, {free} free on {counted(len(having), 'node')}")
    return "; ".join(said) or "no GPUs wanted"
