"""What a stack's objects are at this moment: workloads, their pods, and what controllers say of the others.

One look reads all of it side by side. install waits on it, verify and status report it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from wellit import carriers
from wellit.access import Access, Missing, Unread
from wellit.cluster import whole
from wellit.demand import Kind, Object
from wellit.live import graph
from wellit.live.graph import held
from wellit.live.part import WORKLOADS, Live, Part
from wellit.live.pods import PodState, pod_state
from wellit.live.sample import PODS, one_of, sample
from wellit.owners import made_for

__all__ = [
    "PODS",
    "WORKLOADS",
    "Live",
    "Part",
    "PodState",
    "existing",
    "held",
    "last_lines",
    "look",
    "part_of",
    "pod_state",
    "whole_stack",
]

HELMS = "app.kubernetes.io/managed-by=Helm"  # helm's own label
PARALLEL = 12
DEPLOYMENTS = Kind("apps/v1", "Deployment")
# Conditions that say that something is in use, and where they stand. A condition of the second list may be absent.
CONDITIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Gateway": (("Accepted", "Programmed"), ()),
    "HTTPRoute": (("Accepted", "ResolvedRefs"), ()),
    "InferencePool": (("Accepted",), ("ResolvedRefs",)),
}


def look(access: Access, namespace: str, objects: Iterable[Object], known: Sequence[PodState] | None = None) -> Live:
    """Read the state of `objects`. Raises CannotAnswer when the cluster does not answer.

    How many pods are ready, their workloads say; of the pods a sample is read, which of thousands is not all of them.
    With the pods `known` from a look before, none are read.
    """
    mine = _watched(objects)
    return _stand(access, namespace, mine, mine, known)


def whole_stack(access: Access, namespace: str, objects: Iterable[Object]) -> Live:
    """The same, with all objects as they are: one list a kind, of what helm put there."""
    wanted = tuple(objects)
    return _stand(access, namespace, _watched(wanted), wanted, None, labelSelector=HELMS)


def _watched(objects: Iterable[Object]) -> list[Object]:
    """Those that have a state of their own."""
    mine = [item for item in objects if item.of.kind in WORKLOADS or item.of.kind in CONDITIONS or item.of.carried]
    routed = any(item.of.kind == "HTTPRoute" for item in mine)
    # Nothing accepts a pool that no route leads to.
    return [item for item in mine if item.of.kind != "InferencePool" or routed]


def _stand(
    access: Access, namespace: str, mine: Sequence[Object], wanted: Sequence[Object],
    known: Sequence[PodState] | None, **query: str,
) -> Live:  # fmt: skip
    with ThreadPoolExecutor(PARALLEL) as pool:
        sampled = pool.submit(sample, access, namespace) if known is None else None
        kinds = sorted({item.of for item in wanted})
        lists = {kind: pool.submit(_listed, access, kind.path(namespace), query) for kind in kinds}
        theirs = {item: pool.submit(_made_of, access, namespace, item) for item in mine if item.of.carried}
        found = _found(wanted, {kind: soon.result() for kind, soon in lists.items()})
        if query:  # one that is not there, though others are, may have lost its label
            away = [item for item, one in found.items() if isinstance(one, Missing)]
            found |= zip(away, pool.map(lambda one: access.get(one.of.path(namespace, one.name)), away), strict=True)
        made = {item: future.result() for item, future in theirs.items()}
        states = sampled.result() if sampled else tuple(known or ())
    parts = []
    for item in mine:
        live = found[item]
        part = _part(access, item, live, states, made.get(item, ()))
        if sampled and isinstance(live, Mapping) and part.ready and part.of and not part.pods:
            part = replace(part, simulated=any(pod.state == "simulated" for pod in one_of(access, namespace, live)))
        parts.append(part)
    gateways = [(item, found[item]) for item in mine if item.of.kind == "Gateway"]
    addresses = {
        item.name: address["value"]
        for item, live in gateways
        if isinstance(live, Mapping)
        for address in ((live.get("status") or {}).get("addresses") or [])[:1]
    }
    return Live(tuple(parts), addresses, states, found)


def _listed(access: Access, path: str, query: Mapping[str, str]) -> tuple[dict[str, Any], ...] | Unread:
    return whole(access, path, dict, **query)


def _found(
    wanted: Iterable[Object], lists: Mapping[Kind, Sequence[Mapping[str, Any]] | Unread]
) -> dict[Object, Mapping[str, Any] | Missing | Unread]:
    """Each object as it is in the list of its kind."""
    named = {
        kind: listed if isinstance(listed, Unread) else {one["metadata"]["name"]: one for one in listed}
        for kind, listed in lists.items()
    }
    found: dict[Object, Mapping[str, Any] | Missing | Unread] = {}
    for item in wanted:
        of = named[item.of]
        found[item] = of if isinstance(of, Unread) else of.get(item.name, Missing())
    return found


def _part(
    access: Access, item: Object, live: Mapping[str, Any] | Missing | Unread, states: Iterable[PodState],
    made: Sequence[Mapping[str, Any]],
) -> Part:  # fmt: skip
    if isinstance(live, Unread):
        return Part(item, unread=live.why)
    there = None if isinstance(live, Missing) else live
    part = part_of(item, there, states, made)
    if part.settled or there is None or graph.heard(there):
        return part
    return replace(part, idle=carriers.idle(access, item.of))


def _made_of(access: Access, namespace: str, item: Object) -> tuple[dict[str, Any], ...]:
    """The Deployments that a controller made of its object; none of one that makes no such, or that may not be read."""
    known = item.of.carried
    if not known or DEPLOYMENTS not in {Kind(version, kind) for version, kind, _ in known.makes}:
        return ()
    found = whole(access, DEPLOYMENTS.path(namespace), dict, labelSelector=known.selector(item.name))
    return () if isinstance(found, Unread) else found


def part_of(
    item: Object,
    live: Mapping[str, Any] | None,
    pods: Iterable[PodState] = (),
    made: Sequence[Mapping[str, Any]] = (),
) -> Part:
    """How one object stands, by what the API has of it (None: nothing); `pods` are those of its namespace.

    `made` are the Deployments that a project's own controller made of it.
    """
    if live is None:
        return Part(item, there=False)
    if item.of.carried:
        return graph.part_of(item, live, pods, made)
    return _workload(item, live, pods) if item.of.kind in WORKLOADS else _conditions(item, live)


def _workload(item: Object, live: Mapping[str, Any], pods: Iterable[PodState]) -> Part:
    spec, status = live["spec"], live.get("status") or {}
    of = spec.get("replicas", 1)
    seen = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
    updated, ready = status.get("updatedReplicas", 0), status.get("readyReplicas", 0)
    settled = seen and updated == of and ready >= of and status.get("replicas", 0) == of
    failures = tuple(
        f"no pod can be made: {c.get('message', '')}"
        for c in status.get("conditions") or []
        if c["type"] == "ReplicaFailure" and c["status"] == "True"
    )
    own = tuple(pod for pod in pods if made_for(item, pod.owner, pod.labels))
    return Part(
        item, ready=settled, done=min(ready, updated if seen else 0), of=of, missing=failures, pods=own,
        simulated=any(pod.state == "simulated" for pod in own),
    )  # fmt: skip


def _conditions(item: Object, live: Mapping[str, Any]) -> Part:
    needed, optional = CONDITIONS[item.of.kind]
    status, generation = live.get("status") or {}, live["metadata"].get("generation", 0)
    # A parent of kind Status is a pool's own "nobody has looked at it yet".
    parents = [p for p in status.get("parents") or [] if (p.get("parentRef") or {}).get("kind") != "Status"]
    groups = [one.get("conditions") or [] for one in (parents if "parents" in status else [status])]
    missing = []
    for group in groups or [[]]:
        by_type = {c["type"]: c for c in group if c.get("observedGeneration", generation) >= generation}
        for name in (*needed, *(name for name in optional if name in by_type)):
            condition = by_type.get(name)
            if condition is None:
                missing.append(f"{name}: nothing has said so yet")
            elif condition["status"] != "True":
                missing.append(f"{name}: {condition.get('reason', '')}: {condition.get('message', '')}".rstrip(": "))
    simulated = any("Simulated" in c.get("reason", "") for group in groups for c in group)
    return Part(item, ready=not missing, missing=tuple(dict.fromkeys(missing)), simulated=simulated)


def last_lines(access: Access, namespace: str, pod: PodState, count: int = 5) -> str:
    """The last log lines of the container that fails (of its previous run when it restarts), or nothing."""
    words = ["logs", pod.name, "-n", namespace, f"--tail={count}", *(["-c", pod.container] if pod.container else [])]
    for run in (["--previous"], []) if pod.restarts else ([],):
        done = access.call(*words, *run)
        if done.ok and done.out.strip():
            return done.out.strip()
    return ""


def existing(access: Access, namespace: str, kinds: Iterable[Kind], releases: Iterable[str]) -> list[str]:
    """Objects of `kinds` in the namespace that helm made for one of `releases`, as ``Kind NAME``."""
    names = set(releases)
    with ThreadPoolExecutor(6) as pool:
        lists = pool.map(lambda kind: (kind, whole(access, kind.path(namespace), _maker)), sorted(set(kinds)))
        return [
            f"{kind.kind} {name}"
            for kind, found in lists
            if not isinstance(found, (Unread, Missing))
            for name, release in found
            if release in names
        ]


def _maker(item: Mapping[str, Any]) -> tuple[str, str]:
    about = item["metadata"]
    return about["name"], (about.get("annotations") or {}).get("meta.helm.sh/release-name", "")
