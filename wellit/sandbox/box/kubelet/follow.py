"""Follows all pods of the API server."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from wellit.sandbox.box.context import Box
from wellit.sandbox.box.kubelet.api import Api, Refused, Unreachable, listing
from wellit.sandbox.box.kubelet.ground import Ground, folders
from wellit.sandbox.box.kubelet.pod import PodRun, delete
from wellit.sandbox.box.kubelet.settings import settings
from wellit.sandbox.box.kubelet.volumes import remove
from wellit.sandbox.box.programs import Programs

Object = dict[str, Any]
ENDED = ("Succeeded", "Failed")


async def run(box: Box) -> None:
    """Run the pods of every node, until this is cancelled or something that nobody foresaw is raised."""
    # A new connection for each probe, as the kubelet does it.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with Api(box.kubeconfig) as api, aiohttp.ClientSession(connector=connector) as http:
        figures = settings()
        programs = Programs(box.folder / "kubelet" / "programs", box.python, box.tool)
        ground = Ground(box, api, http, programs, figures, asyncio.Semaphore(figures.pods))
        kubelet = Kubelet(ground)
        async for kind, seen in api.changes(listing("pods")):
            kubelet.take(kind, seen)


class Kubelet:
    """The pods that are run, by uid."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._pods: dict[str, PodRun] = {}

    def take(self, kind: str, seen: Object) -> None:
        """What the API server says."""
        if kind == "LISTED":
            listed = {pod["metadata"]["uid"]: pod for pod in seen["items"]}
            for uid in set(self._pods) - set(listed):
                self._pods[uid].gone()
            self._tidy(set(listed))
            for pod in listed.values():
                self._see(pod)
        elif kind == "DELETED":
            if known := self._pods.get(seen["metadata"]["uid"]):
                known.gone()
        else:
            self._see(seen)

    def _see(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        going = bool(pod["metadata"].get("deletionTimestamp"))
        if known := self._pods.get(uid):
            known.seen(pod)
        elif going and pod["spec"].get("nodeName"):
            self._ground.spawn(self._confirm(pod), pod["metadata"]["name"])
        elif pod["spec"].get("nodeName") and (pod.get("status") or {}).get("phase") not in ENDED:
            self._pods[uid] = PodRun(pod, self._ground)
            self._ground.spawn(self._until_over(uid), pod["metadata"]["name"])

    def _tidy(self, listed: set[str]) -> None:
        """Remove what pods left that went while no box was there."""
        for folder in folders(self._ground.box).glob("*"):
            if folder.name not in listed and folder.name not in self._pods:
                remove(folder)

    async def _confirm(self, pod: Object) -> None:
        """A pod of which nothing runs here is to be deleted."""
        try:
            await delete(self._ground, pod)
        except (Refused, Unreachable) as problem:
            self._ground.box.log(f"{pod['metadata']['name']}: {problem}")

    async def _until_over(self, uid: str) -> None:
        await self._pods[uid].over()
        del self._pods[uid]
