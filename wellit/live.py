"""What a stack's objects are at this moment: workloads, their pods, and the conditions of gateway, route and pool.

One look reads all of it side by side. install waits on it, verify and status report it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from wellit.access import Access, Missing, Unread
from wellit.cluster import whole
from wellit.demand import Kind, Object

WORKLOADS = ("Deployment", "StatefulSet")
PODS = Kind("v1", "Pod")
# Conditions that say that something is in use, and where they stand. A condition of the second list may be absent.
CONDITIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Gateway": (("Accepted", "Programmed"), ()),
    "HTTPRoute": (("Accepted", "ResolvedRefs"), ()),
    "InferencePool": (("Accepted",), ("ResolvedRefs",)),
}
NORMAL = frozenset(["PodInitializing", "ContainerCreating"])


@dataclass(frozen=True)
class PodState:
    """One pod: `state` in a word or two, `reason` and `message` when something is wrong with it."""

    name: str
    owner: str
    ready: bool
    state: str
    reason: str = ""
    message: str = ""
    container: str = ""
    restarts: int = 0

    @property
    def words(self) -> str:
        parts = [self.reason or self.state]
        if self.restarts:
            parts.append(f"{self.restarts} restarts" if self.restarts > 1 else "1 restart")
        where = f"{self.name} {self.container}".strip()
        return f"{where}: {', '.join(parts)}" + (f": {self.message}" if self.message else "")


@dataclass(frozen=True)
class Part:
    """One workload, gateway, route or pool. `missing` are the conditions that are not met, in words."""

    object: Object
    there: bool = True
    ready: bool = False
    done: int = 0
    of: int = 0
    missing: tuple[str, ...] = ()
    pods: tuple[PodState, ...] = ()
    unread: str = ""
    simulated: bool = False

    @property
    def words(self) -> str:
        """Where it stands: ``1 of 2 pods ready``, ``programmed: waiting for the controller``."""
        if self.unread:
            return f"not looked at: you may not {self.unread}"
        if not self.there:
            return "not there yet"
        if self.of or self.object.of.kind in WORKLOADS:
            trouble = self.trouble
            return f"{self.done} of {self.of} pods ready" + (f"; {trouble}" if trouble and not self.ready else "")
        return "; ".join(self.missing) if self.missing else "accepted"

    @property
    def trouble(self) -> str:
        """What keeps it from being ready; of its pods the first that says why."""
        waiting = sorted((pod for pod in self.pods if not pod.ready), key=lambda pod: not pod.reason)
        return "; ".join([*self.missing, *(pod.words for pod in waiting[:1])])


@dataclass(frozen=True)
class Live:
    """One look."""

    parts: tuple[Part, ...]
    addresses: Mapping[str, str] = field(default_factory=dict)  # of gateways

    @property
    def ready(self) -> bool:
        return all(part.ready for part in self.parts)

    @property
    def waiting(self) -> list[Part]:
        return [part for part in self.parts if not part.ready]

    @property
    def simulated(self) -> bool:
        """Whether anything of it is ready because a sandbox says so."""
        return any(part.simulated for part in self.parts)


def look(access: Access, namespace: str, objects: Iterable[Object]) -> Live:
    """Read the state of `objects`. Raises CannotAnswer when the cluster does not answer."""
    mine = [item for item in objects if item.of.kind in WORKLOADS or item.of.kind in CONDITIONS]
    routed = any(item.of.kind == "HTTPRoute" for item in mine)
    # Nothing accepts a pool that no route leads to.
    mine = [item for item in mine if item.of.kind != "InferencePool" or routed]
    kinds = sorted({item.of for item in mine})
    with ThreadPoolExecutor(6) as pool:
        lists = {kind: pool.submit(whole, access, kind.path(namespace), dict) for kind in [*kinds, PODS]}
        found = {kind: future.result() for kind, future in lists.items()}
    pods = found[PODS]
    states = () if isinstance(pods, Unread) else tuple(pod_state(pod) for pod in pods)
    addresses: dict[str, str] = {}
    parts = []
    for item in mine:
        listed = found[item.of]
        if isinstance(listed, Unread):
            parts.append(Part(item, unread=listed.why))
            continue
        live = next((one for one in listed if one["metadata"]["name"] == item.name), None)
        parts.append(part_of(item, live, states))
        if live is not None and item.of.kind == "Gateway":
            for address in ((live.get("status") or {}).get("addresses") or [])[:1]:
                addresses[item.name] = address["value"]
    return Live(tuple(parts), addresses)


def part_of(item: Object, live: Mapping[str, Any] | None, pods: Iterable[PodState] = ()) -> Part:
    """How one object stands, by what the API has of it (None: nothing); `pods` are those of its namespace."""
    if live is None:
        return Part(item, there=False)
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
    own = tuple(pod for pod in pods if made_by(pod.owner, item.name))
    return Part(
        item, ready=settled, done=min(ready, updated if seen else 0), of=of, missing=failures, pods=own,
        simulated=any(pod.state == "simulated" for pod in own),
    )  # fmt: skip


def made_by(owner: str, workload: str) -> bool:
    """Whether an owner (``ReplicaSet/NAME``) is the Deployment or StatefulSet `workload` or stems from it."""
    kind, _, name = owner.partition("/")
    return name.rpartition("-")[0] == workload if kind == "ReplicaSet" else name == workload


def pod_state(pod: Mapping[str, Any]) -> PodState:
    """Where a pod of the API stands."""
    about, status = pod["metadata"], pod.get("status") or {}
    owner = next((f"{o['kind']}/{o['name']}" for o in about.get("ownerReferences") or []), "")
    statuses = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    restarts = sum(one.get("restartCount", 0) for one in statuses)
    conditions = {c["type"]: c for c in status.get("conditions") or []}
    ready = (conditions.get("Ready") or {}).get("status") == "True"

    def state(words: str, reason: str = "", message: str = "", container: str = "") -> PodState:
        return PodState(about["name"], owner, ready, words, reason, message.strip(), container, restarts)

    if about.get("deletionTimestamp"):
        return state("ending")
    if ready:
        return state("simulated" if "Simulated" in conditions["Ready"].get("reason", "") else "ready")
    scheduled = conditions.get("PodScheduled") or {}
    if scheduled.get("status") == "False":
        return state("pending", scheduled.get("reason", ""), scheduled.get("message", ""))
    for one in statuses:
        reason, message = _stuck(one)
        if reason:
            return state("waiting", reason, message, one["name"])
    if status.get("phase") == "Failed":
        return state("failed", status.get("reason", "Failed"), status.get("message", ""))
    return state({"Running": "running, not ready yet"}.get(status.get("phase", ""), "starting"))


def _stuck(container: Mapping[str, Any]) -> tuple[str, str]:
    """Why a container does not run: (reason, message), empty when it does or is on its way."""
    now, before = container.get("state") or {}, container.get("lastState") or {}
    waiting, ended = now.get("waiting") or {}, now.get("terminated") or {}
    if waiting.get("reason") and waiting["reason"] not in NORMAL:
        last = before.get("terminated") or {}
        ended_with = f"it ended with {last.get('exitCode')} ({last.get('reason', 'no reason')})" if last else ""
        return waiting["reason"], ended_with or waiting.get("message", "")
    if ended and ended.get("exitCode"):
        return ended.get("reason") or "Error", f"it ended with {ended['exitCode']}"
    return "", ""


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
