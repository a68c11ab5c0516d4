"""Where a pod stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ENDING = "ending"
NORMAL = frozenset(["PodInitializing", "ContainerCreating"])


@dataclass(frozen=True)
class PodState:
    """One pod: `state` in a word or two, `reason` and `message` when something is wrong with it.

    `images` are (container, image, what the node found under that name) of all of its containers.
    """

    name: str
    owner: str
    ready: bool
    state: str
    reason: str = ""
    message: str = ""
    container: str = ""
    restarts: int = 0
    labels: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    images: tuple[tuple[str, str, str], ...] = field(default=(), compare=False, repr=False)

    @property
    def words(self) -> str:
        parts = [self.reason or self.state]
        if self.restarts:
            parts.append(f"{self.restarts} restarts" if self.restarts > 1 else "1 restart")
        where = f"{self.name} {self.container}".strip()
        return f"{where}: {', '.join(parts)}" + (f": {self.message}" if self.message else "")


def pod_state(pod: Mapping[str, Any]) -> PodState:
    """Where a pod of the API stands."""
    about, status = pod["metadata"], pod.get("status") or {}
    owner = next((f"{o['kind']}/{o['name']}" for o in about.get("ownerReferences") or []), "")
    statuses = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    restarts = sum(one.get("restartCount", 0) for one in statuses)
    conditions = {c["type"]: c for c in status.get("conditions") or []}
    ready = (conditions.get("Ready") or {}).get("status") == "True"

    def state(words: str, reason: str = "", message: str = "", container: str = "") -> PodState:
        said = message.strip()
        return PodState(
            about["name"], owner, ready, words, reason, said, container, restarts, about.get("labels") or {},
            tuple(_images(pod, statuses)),
        )  # fmt: skip

    if about.get("deletionTimestamp"):
        return state(ENDING)
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


def _images(pod: Mapping[str, Any], statuses: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    spec = pod.get("spec") or {}
    ids = {one["name"]: str(one.get("imageID") or "") for one in statuses}
    for one in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        yield one["name"], str(one.get("image") or ""), ids.get(one["name"], "")


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
