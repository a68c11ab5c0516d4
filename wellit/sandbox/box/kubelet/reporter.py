"""Writes a pod's status whenever something of it has changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from wellit.sandbox.box.kubelet.api import Refused, Unreachable, named
from wellit.sandbox.box.kubelet.status import status

if TYPE_CHECKING:
    from wellit.sandbox.box.kubelet.pod import PodRun

Object = dict[str, Any]
GATHER_SECONDS = 0.02  # changes that come together are written together
OWN = ("PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready")
GONE, ANOTHER = 404, 409  # answers for a pod that is there no more, or has given its name to another


class Reporter:
    """The status of one pod. It is written for its uid, so that another pod of the same name never gets it."""

    def __init__(self, pod: PodRun) -> None:
        self._pod = pod
        self._conditions: list[Object] = []
        self._dirty = asyncio.Event()

    def changed(self) -> None:
        self._dirty.set()

    async def live(self) -> None:
        """Write until this is cancelled. What is not taken is written again: the API server may be away."""
        ground, path = self._pod.ground, named("pods", self._pod.namespace, self._pod.name) + "/status"
        while True:
            await self._dirty.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._dirty.clear()
            try:
                written = await ground.api.patch(path, {"metadata": {"uid": self._pod.uid}, "status": self._status()})
                self._conditions = written["status"].get("conditions") or []
            except (Refused, Unreachable) as problem:
                if isinstance(problem, Refused) and problem.code in (GONE, ANOTHER):
                    continue
                ground.box.log(f"{self._pod.title}: its status: {problem}")
                self._dirty.set()
                await asyncio.sleep(ground.settings.retry)

    def _status(self) -> Object:
        """The watch may be behind what was written: of our own conditions the written ones count."""
        pod = self._pod
        known = {one["type"]: one for one in (pod.pod.get("status") or {}).get("conditions") or []}
        known |= {one["type"]: one for one in self._conditions if one["type"] in OWN or one["type"] not in known}
        seen = pod.pod | {"status": {"conditions": list(known.values())}}
        said = "; ".join([*(f"{run.name}: {run.stands_in}" for run in pod.runs if run.stands_in), *pod.empty])
        found = status(seen, pod.states, pod.place, pod.since, f"wellit's sandbox: {said}" if said else "")
        for key in ("podIPs", "hostIPs"):
            if key in found:  # merged by address otherwise: those of an earlier box would stay
                found[key] = [*found[key], {"$patch": "replace"}]
        return found
