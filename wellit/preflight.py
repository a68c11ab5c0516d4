"""Would this stack run on that cluster? Pure: a demand and a look at the cluster give checks, titled as the good state.

WL601 the cluster answers            WL606 pods find room (GPUs first)
WL602 its Kubernetes is new enough   WL607 secrets that the pods read
WL603 the namespace                  WL608 permissions
WL604 the kinds that are rendered    WL609 no other pods behind the pool
WL610 what stands in (in a sandbox) has the plugins   WL611 the controllers of kinds that have one of their own
WL960-966 what such a controller goes by (besides)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit import besides, capabilities, operators, placement, publishers
from wellit.access import Missing, Unread
from wellit.cluster import Cluster
from wellit.demand import Act, Demand, Wanted, Workload
from wellit.findings import Check

# Containers that stay beside the main one (the routing proxy is an init container with restartPolicy Always) are on
# by default from here.
OLDEST: Mapping[str, str] = {
    "version": "1.29",
    "because": "the routing proxy would keep the pods from starting",
    "instead": "do without the proxy: --set proxy.enabled=false",
}
SMALLER = "--size small, fewer pods (--set decode.replicas=N), or fewer GPUs in each (--set decode.tensorParallel=N)"
TOKEN = "HF_TOKEN"
SKEW = 1  # minor releases between kubectl and the server that Kubernetes promises to work


def preflight(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> list[Check]:
    """All checks. `values` are the stack's settings: the fix of a missing CRD names the version train's release."""
    return [
        _reachable(cluster),
        _version(cluster, values["versions"].get("kubernetes") or OLDEST),
        _namespace(demand, cluster),
        *_kinds(demand, cluster, values),
        *classes(demand, cluster, values),
        *operators.checks(demand, cluster, values),
        *(one for item, found in cluster.besides.items() for one in besides.checks(item, found, values, cluster.flags)),
        room(demand, cluster),
        *secrets(demand, cluster, str((values.get("model") or {}).get("secret") or "")),
        _permissions(demand, cluster),
        *_neighbours(demand, cluster),
        *_stand_ins(demand, cluster),
    ]


def _stand_ins(demand: Demand, cluster: Cluster) -> Iterator[Check]:
    """Where another release's picker stands in: whether it has the plugins that are configured."""
    for image, found in cluster.stand_ins.items():
        theirs = capabilities.picker(found.image) if found.image else None
        if theirs:
            known = {fact.removeprefix("plugin.") for fact in theirs.facts if fact.startswith("plugin.")}
            missing = sorted(set(demand.plugins) - known)
            title = f"what stands in for {image} here can do what is asked"
            if missing:
                detail = f"{found.words}; it does not start with {', '.join(missing)}"
                fix = "a newer release train (--versions), or: invoke sandbox.up --simulated"
                yield Check("WL610", title, "fail", detail, fix)
            else:
                yield Check("WL610", title, "pass")


def _reachable(cluster: Cluster) -> Check:
    return Check("WL601", "the cluster answers", "pass", cluster.label)


def _version(cluster: Cluster, oldest: Mapping[str, str]) -> Check:
    title = f"Kubernetes is {oldest['version']} or newer"
    server, client = _minor(cluster.version), _minor(cluster.client_version)
    if server is None:
        return Check("WL602", title, "unknown", "the cluster does not tell its version")
    if server < (_minor(oldest["version"]) or ()):
        detail = f"it is {cluster.version}: {oldest['because']}"
        return Check("WL602", title, "fail", detail, f"a newer cluster, or {oldest['instead']}")
    if client and abs(client[1] - server[1]) > SKEW:
        detail = f"it is {cluster.version}, and kubectl {cluster.client_version} is more than {SKEW} minor release away"
        return Check("WL602", title, "warn", detail, f"kubectl {server[0]}.{server[1]} on PATH")
    return Check("WL602", title, "pass", f"it is {cluster.version}")


def _minor(version: str) -> tuple[int, int] | None:
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


def _namespace(demand: Demand, cluster: Cluster) -> Check:
    title = f"the namespace {demand.namespace} is there or may be made"
    if cluster.namespace is True:
        return Check("WL603", title, "pass", "it is there")
    if isinstance(cluster.namespace, Unread):
        return Check("WL603", title, "unknown", cluster.namespace.words)
    make = f"kubectl {cluster.flags} create namespace {demand.namespace}"
    fix = f"have it made: {make}; or name one that is yours: -n NAMESPACE"
    if cluster.may_create_namespace is None:
        return Check("WL603", title, "unknown", "it is not there, and the cluster hides whether you may make it", fix)
    if not cluster.may_create_namespace:
        return Check("WL603", title, "fail", "it is not there, and you may not make it (create namespaces)", fix)
    return Check("WL603", title, "pass", "it is not there; install makes it")


def _kinds(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    for kind, served in cluster.served.items():
        title = f"the cluster knows {kind.kind} ({kind.api_version})"
        if isinstance(served, Unread):
            yield Check("WL604", title, "unknown", served.words)
        elif not served:
            detail = f"{_count(demand.kinds[kind], 'object')} would be refused: its definition is not in the cluster"
            if others := cluster.other_versions.get(kind):
                detail = f"the cluster knows it as {', '.join(others)} only: its controller is of an older release"
            release = publishers.wants(kind.group, values)
            yield Check(
                "WL604",
                title,
                "fail",
                f"{detail}; {release}" if release else detail,
                operators.bring(kind, cluster, values),
            )
    if all(served is True for served in cluster.served.values()):
        names = sorted({kind.kind for kind in cluster.served})
        detail = ", ".join(names) or "only Kubernetes' own kinds"
        yield Check("WL604", "the cluster knows every kind that is rendered", "pass", detail)


def classes(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    """WL605, one for each gateway class."""
    for name in demand.gateway_classes:
        title = f"the gateway class {name} is there and accepted"
        found = cluster.gateway_classes.get(name, Missing())
        if isinstance(found, Unread):
            yield Check("WL605", title, "unknown", found.words)
        elif isinstance(found, Missing):
            of = values["gateway"].get("title", name)
            fix = f"invoke prerequisites, with the same flags, shows what {of} needs; or --gateway none"
            yield Check("WL605", title, "fail", "it is not there: nothing would make the gateway", fix)
        elif not found and cluster.sandbox:
            yield Check("WL605", title, "warn", "in this sandbox nothing accepts it: what follows is simulated")
        elif not found:
            fix = f"kubectl {cluster.flags} describe gatewayclass {name}"
            yield Check("WL605", title, "fail", "it is there, and no controller has accepted it", fix)
        else:
            yield Check("WL605", title, "pass")


def room(demand: Demand, cluster: Cluster) -> Check:
    """WL606."""
    wanted = ", ".join(f"{count} {name}" for name, count in sorted(demand.devices.items()))
    title = f"there is room for {_count(sum(w.pods for w in demand.workloads), 'pod')}"
    title += f" with {wanted}" if wanted else ""
    if isinstance(cluster.nodes, Unread):
        return Check("WL606", title, "unknown", cluster.nodes.words)
    if isinstance(cluster.pods, Unread):
        return Check("WL606", title, "unknown", cluster.pods.words)
    rooms = placement.rooms(cluster.nodes, cluster.pods, demand.workloads, demand.namespace)
    placed = placement.place(demand.workloads, rooms)
    numbers = _numbers(demand, rooms)
    if placed.misfit is None:
        return Check("WL606", title, "pass", numbers)
    detail = f"{placed.pods} of {placed.wanted} pods fit; {numbers}; first that does not: {_shape(placed.misfit)}"
    return Check("WL606", title, "fail", detail, SMALLER, "; ".join(placed.short[:6]) or "there is no node")


def _shape(workload: Workload) -> str:
    amounts = sorted(workload.asks.items(), key=lambda ask: "/" not in ask[0])
    asks = ", ".join(f"{placement.words(name, amount)} {name}" for name, amount in amounts)
    return f"a pod of {workload}, which needs {asks} on one node"


def _numbers(demand: Demand, rooms: Iterable[placement.Room]) -> str:
    said = []
    for name, count in sorted(demand.devices.items()):
        having = [room for room in rooms if not room.closed and room.free.get(name, 0) >= 1000]
        free = sum(room.free[name] for room in having) // 1000
        said.append(f"{count} {name} wanted, {free} free on {_count(len(having), 'node')}")
    return "; ".join(said) or "no GPUs wanted"


def secrets(demand: Demand, cluster: Cluster, token: str = "") -> Iterator[Check]:
    """WL607, one for each secret; `token` is the one that holds the model's HF_TOKEN, also where all of it is read."""
    for wanted in demand.secrets:
        if wanted.name == token and not wanted.keys:
            wanted = replace(wanted, keys=frozenset([TOKEN]))
        keys = f" with {', '.join(sorted(wanted.keys))}" if wanted.keys else ""
        title = f"the secret {wanted.name}{keys} is there"
        found = cluster.secrets.get(wanted.name, Missing())
        if isinstance(found, Unread):
            yield Check("WL607", title, "unknown", found.words)
        elif isinstance(found, Missing):
            detail = f"{wanted.by} reads it and cannot start without"
            yield Check("WL607", title, "fail", detail, _make(wanted, demand, cluster))
        elif missing := wanted.keys - found:
            detail = (
                f"it is there without {', '.join(sorted(missing))}; it has: {', '.join(sorted(found)) or 'nothing'}"
            )
            yield Check("WL607", title, "fail", detail, _make(wanted, demand, cluster))
        else:
            yield Check("WL607", title, "pass")


def _make(wanted: Wanted, demand: Demand, cluster: Cluster) -> str:
    """The command that makes the Secret: its value comes from stdin, where no other user of the machine sees it."""
    key = min(wanted.keys, default="KEY")
    first = "" if cluster.namespace is True else f"kubectl {cluster.flags} create namespace {demand.namespace}; "
    make = f"create secret generic {wanted.name} -n {demand.namespace} --from-file={key}=/dev/stdin"
    fix = f'{first}printf %s "${key}" | kubectl {cluster.flags} {make}'
    return f'{fix}; a model that needs no token: --set model.secret=""' if key == TOKEN else fix


def _permissions(demand: Demand, cluster: Cluster) -> Check:
    title = f"you may make, change and remove all of it in {demand.namespace}"
    refused = [act for act in demand.acts if cluster.allowed.get(act) is False]
    unknown = [act for act in demand.acts if cluster.allowed.get(act) is None]
    if refused:
        look = f"kubectl {cluster.flags} auth can-i --list -n {demand.namespace}"
        fix = f"ask for a Role with these in {demand.namespace}; what you may: {look}"
        return Check("WL608", title, "fail", f"you may not: {_grouped(refused)}", fix)
    if unknown:
        return Check("WL608", title, "warn", f"the cluster does not say whether you may: {_grouped(unknown)}")
    return Check("WL608", title, "pass", f"{_count(len(demand.acts), 'permission')} asked for")


def _grouped(acts: Iterable[Act]) -> str:
    verbs: dict[str, list[str]] = {}
    for act in acts:
        verbs.setdefault(str(act).partition(" ")[2], []).append(act.verb)
    return "; ".join(f"{', '.join(verbs[what])} {what}" for what in sorted(verbs))


def _neighbours(demand: Demand, cluster: Cluster) -> Iterator[Check]:
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
                f"{_count(len(others), 'pod')} of something else would get its requests too: {', '.join(others[:3])}"
            )
            yield Check("WL609", title, "fail", detail, "another namespace (-n), or another name: --set postfix=NAME")
        else:
            yield Check("WL609", title, "pass")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
