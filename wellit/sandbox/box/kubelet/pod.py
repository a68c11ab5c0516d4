"""One pod, from the moment it has a node until nothing of it is left."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Any

from wellit.sandbox.box.kubelet import kwok
from wellit.sandbox.box.kubelet.api import MERGE, Refused, Unreachable, named
from wellit.sandbox.box.kubelet.container import ContainerRun
from wellit.sandbox.box.kubelet.env import api_server
from wellit.sandbox.box.kubelet.events import Events
from wellit.sandbox.box.kubelet.ground import API_HOST, API_NAMES, Ground, address, folders, offers
from wellit.sandbox.box.kubelet.logs import PodLogs
from wellit.sandbox.box.kubelet.ports import of_gateway, of_pod
from wellit.sandbox.box.kubelet.references import Missing
from wellit.sandbox.box.kubelet.reporter import Reporter
from wellit.sandbox.box.kubelet.states import first_states, now
from wellit.sandbox.box.kubelet.volumes import Sources, fill, remove
from wellit.sandbox.box.network import NoNetwork, PodNetwork
from wellit.sandbox.box.settings import API_PORT, GATEWAY

Object = dict[str, Any]
ANNOTATION = "wellit.dev/played-by"


class PodRun:
    """A pod that is run. `changed()` has its status written; `seen()` takes what the API server says of it."""

    def __init__(self, pod: Object, ground: Ground) -> None:
        metadata = pod["metadata"]
        self.ground = ground
        self.pod = pod
        self.uid: str = metadata["uid"]
        self.namespace: str = metadata["namespace"]
        self.name: str = metadata["name"]
        self.title = f"{self.name}_{self.namespace}({self.uid})"
        self.policy: str = pod["spec"].get("restartPolicy", "Always")
        self.of_a_job = any(one["kind"] == "Job" for one in metadata.get("ownerReferences") or [])
        self.grace = int(pod["spec"].get("terminationGracePeriodSeconds", 30))
        self.host: str = pod["spec"].get("hostname") or self.name
        self.events = Events(ground.api, pod)
        self.folder = folders(ground.box) / self.uid
        self.logs = PodLogs(self.folder / "logs")
        self.net: PodNetwork | None = None
        self.place = {"podIP": "", "hostIP": ""}
        self.node: Mapping[str, str] = {}
        self.volumes: Mapping[str, Any] = {}
        self.given = api_server(API_HOST, API_PORT)
        self.states = first_states(pod)
        self.empty: list[str] = []
        self._ports: list[int] = []
        self.since: str = (pod.get("status") or {}).get("startTime") or now()
        init = pod["spec"].get("initContainers") or []
        self._init = [ContainerRun(self, one, self.states[one["name"]]) for one in init]
        self._mains = [ContainerRun(self, one, self.states[one["name"]]) for one in pod["spec"]["containers"]]
        self._tasks: dict[ContainerRun, asyncio.Task[None]] = {}
        self._room = False
        self._ending: asyncio.Task[None] | None = None
        self._hurry: list[asyncio.Future[None]] = []
        self._over = asyncio.Event()
        self._network: asyncio.Future[PodNetwork] | None = None
        self._reporter = Reporter(self)
        self._writer = ground.spawn(self._reporter.live(), self.title)
        self._life = ground.spawn(self._live(), self.title)

    @property
    def hosts(self) -> dict[str, str]:
        known = dict.fromkeys(API_NAMES, GATEWAY)
        for alias in self.pod["spec"].get("hostAliases") or []:
            known |= dict.fromkeys(alias.get("hostnames") or [], alias["ip"])
        return known

    async def look(self, kind: str, name: str) -> Object | None:
        return await self.ground.look(self.namespace, kind, name)

    def changed(self) -> None:
        self._reporter.changed()

    def seen(self, pod: Object) -> None:
        """What the API server says of it now."""
        self.pod = pod
        if pod["metadata"].get("deletionTimestamp") and self._ending is None:
            seconds = pod["metadata"].get("deletionGracePeriodSeconds")
            self._ending = self.ground.spawn(self._end(float(self.grace if seconds is None else seconds)), self.title)

    def gone(self) -> None:
        """It is no longer known to the API server: nobody waits for it."""
        if self._ending is None:
            self._ending = self.ground.spawn(self._end(0), self.title)
            return
        self._hurry = [asyncio.ensure_future(run.end(0)) for run in self._tasks]

    async def over(self) -> None:
        """Wait until nothing of it is left."""
        await self._over.wait()

    async def _live(self) -> None:
        self.changed()
        await self._enter()
        await self._furnish()
        if await self._initialize():
            await _ended([self._begin(run) for run in self._mains])
            await self._stop([run for run in reversed(self._init) if run in self._tasks], self.grace)
        self._leave()
        self.changed()

    async def _enter(self) -> None:
        """Wait for room among the pods that have containers."""
        if self.ground.room.locked():
            said = f"{self.ground.settings.pods} pods have containers in this sandbox already: it waits for one to go"
            self.events.say("FailedCreatePodSandBox", said)
            for state in self.states.values():
                state.wait("ContainerCreating", said)
            self.changed()
        await self.ground.room.acquire()
        self._room = True

    def _leave(self) -> None:
        if self._room:
            self._room = False
            self.ground.room.release()

    async def _furnish(self) -> None:
        """Its network, volumes, logs and ports; what is missing is waited for."""
        while True:
            try:
                await self._make()
                return
            except (Missing, NoNetwork) as problem:
                reason = "FailedMount" if isinstance(problem, Missing) else "FailedCreatePodSandBox"
                self.events.say(reason, str(problem))
                self.changed()
            except (Refused, Unreachable, OSError) as problem:
                self.ground.box.log(f"{self.title}: {problem}")
            await asyncio.sleep(self.ground.settings.retry)

    async def _make(self) -> None:
        node = await self.ground.node(self.pod["spec"]["nodeName"])
        self.node = offers(node)
        ip = GATEWAY if self.pod["spec"].get("hostNetwork") else (await self._joined()).ip
        if not self.place["podIP"]:
            self.place = {"podIP": ip, "hostIP": address(node)}
            self.changed()
        sources = Sources(
            self.pod, self.look, lambda wanted: self.ground.token(self.pod, wanted), self.place, self.node
        )
        self.volumes, self.empty = await fill(self.folder / "volumes", sources)
        self._ports = sorted({*of_pod(self.pod), *await of_gateway(self.pod, self.ground.api)})
        await kwok.tell(self.ground, self.pod, ip, self._ports, self.logs.targets(list(self.states)))
        told = "; ".join(f"{run.name}: {run.state.played.removeprefix('wellit://')}" for run in self.runs)
        await self.ground.api.patch(
            named("pods", self.namespace, self.name),
            {"metadata": {"uid": self.uid, "annotations": {ANNOTATION: told}}}, MERGE,
        )  # fmt: skip

    async def _joined(self) -> PodNetwork:
        """Its network. When this is cancelled on the way it is made all the same, and removed with the pod."""
        if self._network is None:
            self._network = asyncio.ensure_future(self.ground.box.network.add())
        try:
            self.net = await asyncio.shield(self._network)
        except NoNetwork:
            self._network = None
            raise
        return self.net

    @property
    def runs(self) -> list[ContainerRun]:
        return [*self._init, *self._mains]

    async def _initialize(self) -> bool:
        """The init containers, one after the other; whether all have done their part."""
        for run in self._init:
            task = self._begin(run)
            if run.state.sidecar:
                await asyncio.wait([task, started := asyncio.ensure_future(run.started.wait())],
                                   return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
                started.cancel()
            else:
                await _ended([task])
                if (run.state.ended or {}).get("exitCode") != 0:
                    return False
        return True

    def _begin(self, run: ContainerRun) -> asyncio.Task[None]:
        self._tasks[run] = self.ground.spawn(run.live(), self.title)
        return self._tasks[run]

    async def _stop(self, runs: list[ContainerRun], grace: float) -> None:
        until = time.monotonic() + grace
        for run in runs:
            left = max(until - time.monotonic(), min(grace, self.ground.settings.sidecar_grace))
            await run.end(left)
            self._tasks[run].cancel()
            await asyncio.wait([self._tasks[run]])

    async def _end(self, grace: float) -> None:
        """End its containers, those before which others were started last; then nothing is left of it."""
        try:
            self._life.cancel()
            await asyncio.wait([self._life])
            running = [run for run in self._mains if run in self._tasks]
            await asyncio.gather(*(self._stop([run], grace) for run in running))
            await self._stop([run for run in reversed(self._init) if run in self._tasks], grace)
            self._writer.cancel()
            await self._forget()
        finally:
            self._over.set()

    async def _forget(self) -> None:
        self._leave()
        for port in self._ports:
            self.ground.box.unpublish(self.place["podIP"], port)
        if self._network:
            with contextlib.suppress(NoNetwork):
                await self.ground.box.network.remove(await self._network)
        await kwok.forget(self.ground, self.pod)
        remove(self.folder)
        await delete(self.ground, self.pod)


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """Wait for tasks that go on when the waiting is cancelled; raises what one of them raised."""
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


async def delete(ground: Ground, pod: Object) -> None:
    """Tell the API server that nothing of a pod is left. Raises Refused and Unreachable."""
    metadata = pod["metadata"]
    options = {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}}
    try:
        await ground.api.delete(named("pods", metadata["namespace"], metadata["name"]), options)
    except Refused as refused:
        if refused.code != 409:  # another pod has its name
            raise
