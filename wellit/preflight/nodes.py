"""Whether nodes offer what pods ask for by name, and may take them at all: before it is counted what is free.

WL613 labels, affinity and taints let the pods onto a node   WL614 accelerators   WL615 other devices (RDMA)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit import affinity, capabilities, catalogue, placement
from wellit.access import Unread
from wellit.cluster import Cluster, Node
from wellit.demand import Demand, Workload
from wellit.findings import Check
from wellit.preflight.words import counted

# Where the cluster itself lets pods tolerate taints that are called as a device they ask for
# (ExtendedResourceToleration, an admission plugin that GKE turns on).
TOLERATES = "-gke."
OF_STATE = "node.kubernetes.io/"  # taints that Kubernetes itself puts on a node and takes away again


def nodes(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    """WL614 and WL615 for each device, WL613 for each workload that nodes with its devices refuse.

    `values` are the stack's settings: a fix names those that ask for a device.
    """
    if isinstance(cluster.nodes, Unread):
        return  # which WL606 says
    for name in sorted(demand.devices):
        yield _offered(name, cluster.nodes, values, cluster.flags)
    for workload in admitted(demand.workloads, cluster):
        yield from _let_in(workload, cluster.nodes, cluster.flags)


def admitted(workloads: Iterable[Workload], cluster: Cluster) -> list[Workload]:
    """The workloads as the cluster's admission leaves them: with the tolerations that it adds."""
    if TOLERATES not in cluster.version:
        return list(workloads)
    return [
        replace(
            one, tolerations=(*one.tolerations, *({"key": name, "operator": "Exists"} for name in sorted(one.devices)))
        )
        for one in workloads
    ]


def _offered(name: str, nodes: Iterable[Node], values: Mapping[str, Any], flags: str) -> Check:
    kinds = accelerators()
    id_, what = ("WL614", "accelerators") if name in kinds else ("WL615", "devices")
    title = f"nodes offer {name}"
    with_it = [node.name for node in nodes if node.offers.get(name)]
    if with_it:
        return Check(id_, title, "pass", counted(len(with_it), "node"))
    others: dict[str, int] = {}
    for node in nodes:
        for other, amount in node.offers.items():
            if "/" in other and amount and (other in kinds) == (name in kinds):
                others[other] = others.get(other, 0) + 1
    shows = f"kubectl {flags} describe nodes shows what is offered"
    if not others:
        on_cpu = [f"--accelerator {one}" for one in catalogue.component_names("accelerator") if one == "cpu"]
        fix = ", or ".join([*on_cpu, shows]) if name in kinds else _without(name, values, shows)
        return Check(id_, title, "fail", f"no node does, nor any other {what}: is its device plugin installed?", fix)
    there = ", ".join(f"{other} on {counted(number, 'node')}" for other, number in sorted(others.items()))
    known = [f"--accelerator {kinds[other]}" for other in sorted(others) if other in kinds]
    fix = ", or ".join(known) or _without(name, values, shows, min(others))
    return Check(id_, title, "fail", f"no node does; nodes offer {there}", fix)


def _without(name: str, values: Mapping[str, Any], shows: str, other: str = "") -> str:
    """The settings that ask for a device no more, or for the `other` in its place."""
    asking = list(_asking(name, values))
    if not asking:
        return f"ask for {other} in the place of {name}; {shows}" if other else f"do not ask for {name}; {shows}"
    words = [f"--set {path}.{name}=0" + (f" --set {path}.{other}={amount}" if other else "") for path, amount in asking]
    return f"{' '.join(words)}; {shows}"


def _asking(name: str, values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """(path, amount) of each of the settings' resources that has a device."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            if key == "resources" and value.get(name):
                yield f"{above}{key}", value[name]
            yield from _asking(name, value, f"{above}{key}.")


def accelerators() -> dict[str, str]:
    """The resource names of accelerators, each with the component that stands for it, by the newest chart's word."""
    chart = "llm-d-modelservice"
    resources = capabilities.contract(chart, capabilities.versions(chart)[-1])["accelerators"]
    found: dict[str, str] = {}
    for name in catalogue.component_names("accelerator"):
        kind = catalogue.component_data("accelerator", name)["type"]
        if resource := resources.get(kind):
            found.setdefault(resource, name)
    return found


def _let_in(workload: Workload, nodes: Iterable[Node], flags: str) -> Iterator[Check]:
    """One check where something is said about nodes, or where they refuse; nothing for pods that go anywhere."""
    having = [node for node in nodes if all(node.offers.get(name) for name in workload.devices)]
    if not having:
        return
    title = f"nodes let pods of {workload} in"
    reasons: dict[str, list[Node]] = {}
    for node in having:
        said = "cordoned" if node.unschedulable else "not ready" if not node.ready else ""
        reasons.setdefault(said or placement.refused(workload, node), []).append(node)
    if good := reasons.get(""):
        chosen = workload.node_selector or affinity.terms(workload.spec) is not None or workload.tolerations
        if chosen:
            yield Check("WL613", title, "pass", f"{len(good)} of {counted(len(having), 'node')}")
        return
    told = "; ".join(f"{_names(some)}: {why}" for why, some in reasons.items())
    fix = _open(workload, reasons, flags)
    yield Check("WL613", title, "fail", f"{counted(len(having), 'node')} would do, and none lets them in", fix, told)


def _names(nodes: list[Node]) -> str:
    return ", ".join(node.name for node in nodes[:3]) + (f" and {len(nodes) - 3} more" if len(nodes) > 3 else "")


def _open(workload: Workload, reasons: dict[str, list[Node]], flags: str) -> str:
    """The command that opens one node; what is in its way is mended all together."""
    best = min((nodes for why, nodes in reasons.items() if why not in ("not ready",)), key=_work(workload), default=[])
    if not best:
        return f"kubectl {flags} get nodes shows why they are not ready"
    node, commands = best[0], []
    if node.unschedulable:
        commands.append(f"kubectl {flags} uncordon {node.name}")
    labels = {k: v for k, v in workload.node_selector.items() if node.labels.get(k) != v}
    terms = affinity.terms(workload.spec)
    if terms is not None and not affinity.chosen(terms, node):
        labels |= affinity.lacking(terms, node)
    if labels:
        said = " ".join(f"{key}={value}" for key, value in labels.items())
        commands.append(f"kubectl {flags} label node {node.name} --overwrite {said}")
    taints = [
        f"{taint['key']}:{taint['effect']}-"
        for taint in node.taints
        if taint.get("effect") in placement.STOPS
        and not taint["key"].startswith(OF_STATE)
        and not any(placement.tolerates(t, taint) for t in workload.tolerations)
    ]
    if taints:
        commands.append(f"kubectl {flags} taint node {node.name} {' '.join(taints)}")
    keys = ", ".join(f"{{key: {taint.partition(':')[0]}, operator: Exists}}" for taint in taints)
    other = f"; or let the pods tolerate it, in a file for -f: tolerations: [{keys}]" if taints else ""
    return (" && ".join(commands) or f"kubectl {flags} describe node {node.name} shows why") + other


def _work(workload: Workload) -> Callable[[list[Node]], int]:
    """How much is in the way on the first of some nodes: a label that says something else already weighs most."""

    def much(nodes: list[Node]) -> int:
        node = nodes[0]
        labels = sum(
            20 if key in node.labels else 3
            for key, value in workload.node_selector.items()
            if node.labels.get(key) != value
        )
        terms = affinity.terms(workload.spec)
        kept_out = terms is not None and not affinity.chosen(terms, node)
        return labels + 3 * kept_out + len(node.taints) + node.unschedulable

    return much
