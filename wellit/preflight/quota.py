"""Whether the pods and objects of a stack fit into what is left of the namespace's ResourceQuotas (WL616). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wellit.access import Unread
from wellit.cluster import Cluster
from wellit.demand import Demand, Manifest, Workload, containers
from wellit.findings import Check
from wellit.placement import words
from wellit.preflight.ranges import defaulted
from wellit.preflight.room import SMALLER
from wellit.preflight.words import apply
from wellit.quantities import amounts, milli, pod_asks, pod_limits, written

# What each container must say where a quota counts it (podEvaluator.Constraints in Kubernetes).
SAID = ("cpu", "memory")
PLAIN = (*SAID, "ephemeral-storage")
FILLED = {"cpu": ("1", "100m"), "memory": ("1Gi", "256Mi")}  # (limit, request) that are safe for a helper container
Amounts = dict[str, int]


def quotas(demand: Demand, cluster: Cluster) -> Iterator[Check]:
    """One check for each quota; one that passes when there is none."""
    around = cluster.around
    if around is None:
        return
    title = f"the quotas of {demand.namespace} leave room"
    if isinstance(around.quotas, Unread):
        yield Check("WL616", title, "unknown", around.quotas.words)
        return
    ranges = () if isinstance(around.ranges, Unread) else around.ranges
    pods = [(one, defaulted(one.spec, ranges), _more(one, cluster)) for one in demand.workloads]
    for quota in around.quotas:
        yield _one(quota, demand, cluster, pods)
    if not around.quotas:
        yield Check("WL616", title, "pass", "there is none")


def _one(quota: Manifest, demand: Demand, cluster: Cluster, pods: list[tuple[Workload, Manifest, int]]) -> Check:
    name = quota["metadata"]["name"]
    title = f"the quota {name} of {demand.namespace} leaves room"
    hard = {key: milli(amount) for key, amount in ((quota.get("spec") or {}).get("hard") or {}).items()}
    used = {key: milli(amount) for key, amount in ((quota.get("status") or {}).get("used") or {}).items()}
    counted_pods = [(w, spec, more) for w, spec, more in pods if more and _in_scope(quota["spec"], spec)]
    if silent := list(_silent(hard, counted_pods)):
        what = sorted({resource for _, _, resource in silent})
        detail = "; ".join(f"{w}: container {container} does not say {said}" for w, container, said in silent[:4])
        return Check("WL616", title, "fail", f"pods that do not say {', '.join(what)} are refused: {detail}",
                     _defaults(what, demand.namespace, cluster.flags))  # fmt: skip
    wanted = _wanted(demand, cluster, counted_pods)
    short = {
        key: used.get(key, 0) + wanted[key] for key in hard if wanted.get(key, 0) > max(hard[key] - used.get(key, 0), 0)
    }
    if not short:
        told = ", ".join(f"{_words(key, wanted[key])} of {_words(key, hard[key] - used.get(key, 0))} {key}" for key in
                         sorted(hard) if wanted.get(key))  # fmt: skip
        return Check("WL616", title, "pass", told)
    detail = "; ".join(
        f"{key}: {_words(key, wanted[key])} wanted, {_words(key, max(hard[key] - used.get(key, 0), 0))} left of "
        f"{_words(key, hard[key])}"
        for key in sorted(short)
    )
    patch = json.dumps({"spec": {"hard": {key: written(key, amount) for key, amount in sorted(short.items())}}})
    raised = f"kubectl {cluster.flags} patch resourcequota {name} -n {demand.namespace} --type=merge -p '{patch}'"
    return Check("WL616", title, "fail", detail, f"{raised}; or {SMALLER}")


def _more(workload: Workload, cluster: Cluster) -> int:
    """How many of its pods are new: those that are there are counted as used already."""
    there = () if isinstance(cluster.neighbours, Unread) else cluster.neighbours
    return max(workload.pods - sum(pod.made_for(workload.object) for pod in there), 0)


def _wanted(demand: Demand, cluster: Cluster, pods: list[tuple[Workload, Manifest, int]]) -> Amounts:
    total: Amounts = {}

    def add(key: str, amount: int) -> None:
        total[key] = total.get(key, 0) + amount

    for _, spec, more in pods:
        add("pods", 1000 * more)
        add("count/pods", 1000 * more)
        for resource, amount in pod_asks(spec).items():
            add(f"requests.{resource}", amount * more)
            if resource in PLAIN:
                add(resource, amount * more)
        for resource, amount in pod_limits(spec).items():
            add(f"limits.{resource}", amount * more)
    for _, claim in demand.claims:
        size = milli(((claim.get("resources") or {}).get("requests") or {}).get("storage", 0))
        for key, amount in (("requests.storage", size), ("persistentvolumeclaims", 1000)):
            add(key, amount)
            if claim.get("storageClassName"):
                add(f"{claim['storageClassName']}.storageclass.storage.k8s.io/{key}", amount)
    for resource, number in _objects(demand, cluster).items():
        add(f"count/{resource}", 1000 * number)
        add(resource, 1000 * number)
    return total


def _objects(demand: Demand, cluster: Cluster) -> dict[str, int]:
    """How many objects of each resource are new: those of releases that are there are counted as used already."""
    there = set() if isinstance(cluster.releases, Unread) else {release.name for release in cluster.releases}
    fresh = [item for item in demand.objects if item.release not in there]
    found: dict[str, int] = {}
    for item in fresh:
        name = f"{item.of.resource}.{item.of.group}" if item.of.group else item.of.resource
        found[name] = found.get(name, 0) + 1
        if item.of.kind == "Deployment":
            found["replicasets.apps"] = found.get("replicasets.apps", 0) + 1
    releases = {item.release for item in fresh if item.release}
    # helm's note of each release, and the record of the stack
    found["secrets"] = found.get("secrets", 0) + len(releases) + bool(releases and not there)
    return found


def _silent(hard: Mapping[str, int], pods: list[tuple[Workload, Manifest, int]]) -> Iterator[tuple[Workload, str, str]]:
    """Containers that do not say what a quota counts: the API server refuses their pods."""
    for key in sorted(hard):
        block, _, resource = key.rpartition(".")
        if (block or "requests") not in ("requests", "limits") or resource not in SAID:
            continue
        for workload, spec, _ in pods:
            for container in containers(spec):
                blocks = ("limits",) if block == "limits" else ("limits", "requests")
                if resource not in amounts(container, *blocks):
                    yield workload, str(container.get("name")), f"{block or 'requests'}.{resource}"


def _defaults(what: list[str], namespace: str, flags: str) -> str:
    """The LimitRange that says it for containers that do not."""
    limits: dict[str, str] = {}
    requests: dict[str, str] = {}
    for said in what:
        block, _, resource = said.rpartition(".")
        requests[resource] = FILLED[resource][1]
        if block == "limits":
            limits[resource] = FILLED[resource][0]
    one: dict[str, Any] = {"type": "Container", "defaultRequest": requests} | ({"default": limits} if limits else {})
    about = {"name": "container-defaults", "namespace": namespace}
    return apply({"apiVersion": "v1", "kind": "LimitRange", "metadata": about, "spec": {"limits": [one]}}, flags)


def _in_scope(spec: Manifest, pod: Manifest) -> bool:
    """Whether a quota counts pods like this one; those that run to an end are not ours."""
    asks = bool(pod_asks(pod) or pod_limits(pod))
    plain = {"Terminating": False, "NotTerminating": True, "BestEffort": not asks, "NotBestEffort": asks}
    for scope in spec.get("scopes") or []:
        if not plain.get(scope, False):
            return False
    for one in (spec.get("scopeSelector") or {}).get("matchExpressions") or []:
        name, operator, values = one["scopeName"], one["operator"], one.get("values") or []
        if name != "PriorityClass":
            if not plain.get(name, False):
                return False
            continue
        said = pod.get("priorityClassName") or ""
        held = {"In": said in values, "NotIn": said not in values, "Exists": bool(said), "DoesNotExist": not said}
        if not held.get(operator, False):
            return False
    return True


def _words(key: str, amount: int) -> str:
    return words("memory" if key.endswith(("memory", "storage")) else key, amount)
