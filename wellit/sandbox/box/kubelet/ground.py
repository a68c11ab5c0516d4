"""What a pod stands on: the box, the API server, and what is found there for it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wellit.sandbox.box.context import Box
from wellit.sandbox.box.kubelet.api import Api, named
from wellit.sandbox.box.kubelet.settings import Settings
from wellit.sandbox.box.programs import Programs

Object = dict[str, Any]
# The names of the API server that its certificate has, by which programs in pods find it.
API_HOST = "kubernetes.default.svc"
API_NAMES = (API_HOST, f"{API_HOST}.cluster.local", "kubernetes.default", "kubernetes")


@dataclass
class Ground:
    """What all pods share. `http` is an aiohttp.ClientSession for probes, `room` lets so many pods in at a time."""

    box: Box
    api: Api
    http: Any
    programs: Programs
    settings: Settings
    room: asyncio.Semaphore
    _nodes: dict[str, Object] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def node(self, name: str) -> Object:
        """The node of that name; {} for one that is gone."""
        if name not in self._nodes:
            self._nodes[name] = await self.api.found(f"/api/v1/nodes/{name}") or {}
        return self._nodes[name]

    async def look(self, namespace: str, kind: str, name: str) -> Object | None:
        return await self.api.found(named(kind, namespace, name))

    async def token(self, pod: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
        """A token of the pod's service account, good as long as the pod is there."""
        metadata, spec = pod["metadata"], pod["spec"]
        account = named("serviceaccounts", metadata["namespace"], spec.get("serviceAccountName") or "default")
        bound = {"kind": "Pod", "apiVersion": "v1", "name": metadata["name"], "uid": metadata["uid"]}
        asked: Object = {"expirationSeconds": self.settings.token, "boundObjectRef": bound}
        if audience := wanted.get("audience"):
            asked["audiences"] = [audience]
        made = await self.api.create(f"{account}/token", {"spec": asked})
        return str(made["status"]["token"])

    def spawn(self, work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        """A task of one pod's; what nobody foresaw goes into the box's log, and the other pods go on."""
        task = asyncio.create_task(work)
        self._tasks.add(task)

        def done(_: object) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (problem := task.exception()):
                self.box.log(f"{what}: {''.join(traceback.format_exception(problem))}")

        task.add_done_callback(done)
        return task


def address(node: Mapping[str, Any]) -> str:
    """A node's own address."""
    known = {one["type"]: one["address"] for one in (node.get("status") or {}).get("addresses") or []}
    return str(known.get("InternalIP") or "127.0.0.1")


def offers(node: Mapping[str, Any]) -> dict[str, str]:
    """What a node offers to pods."""
    return dict((node.get("status") or {}).get("allocatable") or {})


def folders(box: Box) -> Path:
    """Where each pod has a folder, by its uid."""
    return box.folder / "kubelet" / "pods"
