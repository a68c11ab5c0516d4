"""What is known of a container, and how a pod's status says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Object = Mapping[str, Any]
CRASH = "CrashLoopBackOff"
# What a container is said to have ended with when nobody saw it end: its box is gone.
UNSEEN = {"exitCode": 255, "reason": "Unknown", "message": "the sandbox's data plane was started anew"}


def now() -> str:
    """This moment, as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class State:
    """One container. `state` and `last` are as Kubernetes has them: {"waiting" | "running" | "terminated": {...}}.

    `started` is what the startup probe says, `ready` the readiness probe. `played` names what runs in it.
    """

    name: str
    image: str
    state: dict[str, Any]
    init: bool = False
    sidecar: bool = False
    last: dict[str, Any] | None = None
    restarts: int = 0
    started: bool = False
    ready: bool = False
    played: str = ""
    identity: str = ""

    @property
    def running(self) -> bool:
        return "running" in self.state

    @property
    def ended(self) -> dict[str, Any] | None:
        """How it ended, for good or until it is started again; None while it runs or was never started."""
        if "terminated" in self.state:
            found: dict[str, Any] = self.state["terminated"]
            return found
        return (self.last or {}).get("terminated") if "waiting" in self.state else None

    def wait(self, reason: str, message: str = "") -> None:
        """It waits to be started, for the first time or again."""
        self._keep()
        self.state = {"waiting": {"reason": reason} | ({"message": message} if message else {})}
        self.started = self.ready = False

    def run(self, identity: str) -> None:
        """It runs; `identity` tells this run of it from those before."""
        self._keep()
        self.state = {"running": {"startedAt": now()}}
        self.identity = identity

    def end(self, code: int, reason: str = "", message: str = "") -> None:
        """It has ended; Kubernetes' own reason is taken where none is given."""
        begun = self.state.get("running", {}).get("startedAt") or now()
        self.state = {
            "terminated": {
                "exitCode": code,
                "reason": reason or ("Completed" if code == 0 else "Error"),
                "startedAt": begun,
                "finishedAt": now(),
                "containerID": self.identity,
            }
            | ({"message": message} if message else {})
        }
        self.started = False
        self.ready = self.init and not self.sidecar and code == 0

    def _keep(self) -> None:
        if "terminated" in self.state:
            self.last = self.state

    def written(self) -> dict[str, Any]:
        """As a containerStatus."""
        return {
            "name": self.name,
            "image": self.image,
            "imageID": self.played,
            "containerID": self.identity,
            "restartCount": self.restarts,
            "ready": self.ready,
            "started": self.started,
            "state": self.state,
            "lastState": self.last or {},
        }


def first_states(pod: Object) -> dict[str, State]:
    """The containers of a pod before any of them runs: of one that ran in a box that is gone, a restart more."""
    spec, said = pod["spec"], pod.get("status") or {}
    before = {one["name"]: one for key in ("initContainerStatuses", "containerStatuses") for one in said.get(key) or []}
    init = spec.get("initContainers") or []
    states = {}
    for container in [*init, *spec["containers"]]:
        name = container["name"]
        is_init = any(container is one for one in init)
        sidecar = is_init and container.get("restartPolicy") == "Always"
        reason = "PodInitializing" if init else "ContainerCreating"
        state = State(name, container["image"], {"waiting": {"reason": reason}}, is_init, sidecar)
        _remember(state, before.get(name) or {})
        states[name] = state
    return states


def _remember(state: State, before: Object) -> None:
    state.restarts = before.get("restartCount", 0)
    state.last = before.get("lastState") or None
    shown = before.get("state") or {}
    if "running" in shown:
        begun, identity = shown["running"].get("startedAt") or now(), before.get("containerID", "")
        state.last = {"terminated": UNSEEN | {"startedAt": begun, "finishedAt": now(), "containerID": identity}}
    elif "terminated" in shown:
        state.last = shown
    state.restarts += 1 if state.last else 0
