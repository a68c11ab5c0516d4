"""The probes of a running container, asked for as long as it runs."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from wellit.sandbox.box.container import Container
from wellit.sandbox.box.kubelet.ask import Failed, ask
from wellit.sandbox.box.kubelet.probe import Pace, Probe, Tally, probes

if TYPE_CHECKING:
    from wellit.sandbox.box.kubelet.container import ContainerRun


class Probing:
    """One run of a container: what its probes say becomes its state, or its end."""

    def __init__(self, run: ContainerRun, container: Container) -> None:
        self._run = run
        self._container = container
        self._begun = time.monotonic()
        self._up = asyncio.Event()

    async def live(self) -> None:
        """Ask until this is cancelled, which is when the container has ended."""
        known = probes(self._run.spec)
        async with asyncio.TaskGroup() as group:
            if startup := known.get("startup"):
                group.create_task(self._startup(startup))
            else:
                self._started(readiness="readiness" in known)
            for kind in ("readiness", "liveness"):
                if probe := known.get(kind):
                    group.create_task(self._after_start(probe))
            if "startup" in known and "readiness" not in known:
                group.create_task(self._ready_when_started())

    def _started(self, *, readiness: bool) -> None:
        self._run.state.started = True
        self._run.state.ready = not readiness
        self._up.set()
        self._run.started.set()
        self._run.pod.changed()

    async def _startup(self, probe: Probe) -> None:
        tally, pace = Tally(probe), self._pace(probe)
        while not tally.verdict:
            await self._asked(probe, tally, pace)
        self._started(readiness=True)

    async def _ready_when_started(self) -> None:
        await self._up.wait()
        self._run.state.ready = True
        self._run.pod.changed()

    async def _after_start(self, probe: Probe) -> None:
        await self._up.wait()
        tally, pace = Tally(probe), self._pace(probe)
        while True:
            if await self._asked(probe, tally, pace) and probe.kind == "readiness":
                self._run.state.ready = bool(tally.verdict)
                self._run.pod.changed()

    async def _asked(self, probe: Probe, tally: Tally, pace: Pace) -> bool:
        """Ask once, at its time; whether the verdict is new. Startup and liveness end the container."""
        now = time.monotonic() - self._begun
        await asyncio.sleep(max(pace.next(now, tally.answered) - now, 0))
        at = time.monotonic() - self._begun
        run = self._run
        try:
            await ask(probe.action, probe.timeout, run.pod.place["podIP"], run.spec, run.run, run.pod.ground.http)
            problem = ""
        except Failed as failed:
            problem = str(failed) or "failed"
        if not pace.counts(at) and problem:
            return False
        if problem:
            run.pod.events.say("Unhealthy", f"{probe.kind.capitalize()} probe failed: {problem}", run.path)
        news = tally.count(not problem)
        if news and tally.verdict is False and probe.kind != "readiness":
            await run.restart(probe.kind, self._grace(probe))
        return news

    def _pace(self, probe: Probe) -> Pace:
        settings = self._run.pod.ground.settings
        return Pace(probe, settings.eager, settings.settle)

    def _grace(self, probe: Probe) -> float:
        own = probe.action.get("terminationGracePeriodSeconds")
        return float(self._run.pod.grace if own is None else own)
