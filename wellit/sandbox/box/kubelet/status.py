"""The status of a pod from the states of its containers, with Kubernetes' phases, conditions, reasons and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wellit.sandbox.box.kubelet.states import State, now

Object = Mapping[str, Any]
SIMULATED = "SimulatedByWellit"
Said = tuple[str, str, str]
NOBODY: Said = ("True", SIMULATED, "who opens this gate is not in the sandbox")


def status(pod: Object, states: Mapping[str, State], place: Object, started: str, message: str) -> dict[str, Any]:
    """What the kubelet writes below `status`.

    `place` has podIP (empty while there is none) and hostIP; `started` is when the pod was taken up; `message` says
    what stands in for something in this pod.
    """
    said: dict[str, Any] = {
        "phase": phase(pod, states),
        "message": message or None,
        "startTime": started,
        "hostIP": place["hostIP"],
        "hostIPs": [{"ip": place["hostIP"]}],
        "conditions": conditions(pod, states, bool(place["podIP"])),
        "containerStatuses": [one.written() for one in states.values() if not one.init],
        "observedGeneration": pod["metadata"].get("generation"),
    }
    if init := [one.written() for one in states.values() if one.init]:
        said["initContainerStatuses"] = init
    if place["podIP"]:
        said |= {"podIP": place["podIP"], "podIPs": [{"ip": place["podIP"]}]}
    return said


def done(state: State) -> bool:
    """Whether an init container lets the next one start."""
    if state.sidecar:
        return state.started
    return (state.state.get("terminated") or {}).get("exitCode") == 0


def phase(pod: Object, states: Mapping[str, State]) -> str:
    policy = pod["spec"].get("restartPolicy", "Always")
    mains = [one for one in states.values() if not one.init]
    if policy == "Never" and any(one.init and not one.sidecar and _failed(one) for one in states.values()):
        return "Failed"
    if any(not one.running and one.ended is None for one in mains):
        return "Pending"
    if any(one.running for one in mains) or policy == "Always":
        return "Running"
    if any("waiting" in one.state for one in mains):
        return "Running"
    if not any(_failed(one) for one in mains):
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def _failed(state: State) -> bool:
    return bool(state.ended and state.ended["exitCode"] != 0)


def conditions(pod: Object, states: Mapping[str, State], networked: bool) -> list[dict[str, Any]]:
    """The conditions of a pod; one that has not changed keeps its time."""
    ended = phase(pod, states)
    init = _initialized(states, ended)
    containers = _ready(states, ended)
    gates = {one["conditionType"]: NOBODY for one in pod["spec"].get("readinessGates") or []}
    found: dict[str, Said] = {
        "PodReadyToStartContainers": ("True" if networked else "False", "", ""),
        "Initialized": init,
        "ContainersReady": containers,
        "Ready": containers if containers[0] == "False" else _gates(pod) or containers,
    }
    before = {one["type"]: one for one in (pod.get("status") or {}).get("conditions") or []}
    # Whoever opens a gate elsewhere is not in the sandbox; what somebody here has said of one stands.
    found |= {kind: about for kind, about in gates.items() if kind not in before}
    return [_condition(kind, *about, before.get(kind)) for kind, about in found.items()]


def _condition(kind: str, value: str, reason: str, message: str, before: Object | None) -> dict[str, Any]:
    same = before is not None and before.get("status") == value
    since = before["lastTransitionTime"] if same and before else now()
    return {"type": kind, "status": value, "reason": reason or None, "message": message or None,
            "lastTransitionTime": since}  # fmt: skip


def _initialized(states: Mapping[str, State], ended: str) -> Said:
    if ended == "Succeeded":
        return "True", "PodCompleted", ""
    begun = any(not one.init and (one.running or one.ended) for one in states.values())
    left = [one.name for one in states.values() if one.init and not done(one)]
    if left and not begun:
        return "False", "ContainersNotInitialized", f"containers with incomplete status: [{' '.join(left)}]"
    return "True", "", ""


def _ready(states: Mapping[str, State], ended: str) -> Said:
    if ended in ("Succeeded", "Failed"):
        return "False", "PodCompleted" if ended == "Succeeded" else "PodFailed", ""
    left = [one.name for one in states.values() if (not one.init or one.sidecar) and not one.ready]
    if left:
        return "False", "ContainersNotReady", f"containers with unready status: [{' '.join(left)}]"
    nobody = _names(one for one in states.values() if one.played == SIMULATED and not one.init)
    if nobody:
        return "True", SIMULATED, f"nothing runs in: {nobody}"
    return "True", "", ""


def _gates(pod: Object) -> Said | None:
    known = {one["type"]: one["status"] for one in (pod.get("status") or {}).get("conditions") or []}
    for gate in pod["spec"].get("readinessGates") or []:
        kind = gate["conditionType"]
        if known.get(kind, "True") != "True":
            said = f'the status of pod readiness gate "{kind}" is not "True", but {known[kind]}'
            return "False", "ReadinessGatesNotReady", said
    return None


def _names(states: Iterable[State]) -> str:
    return ", ".join(one.name for one in states)
