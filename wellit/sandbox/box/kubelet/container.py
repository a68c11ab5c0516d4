"""One container of a pod, through all its runs."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wellit.errors import WellitError
from wellit.sandbox.box.container import Container, Spec
from wellit.sandbox.box.kubelet.api import Refused, Unreachable
from wellit.sandbox.box.kubelet.ask import Failed, ask
from wellit.sandbox.box.kubelet.backoff import BackOff
from wellit.sandbox.box.kubelet.env import variables
from wellit.sandbox.box.kubelet.expand import expand
from wellit.sandbox.box.kubelet.makeable import NotMade, check
from wellit.sandbox.box.kubelet.probing import Probing
from wellit.sandbox.box.kubelet.references import Missing
from wellit.sandbox.box.kubelet.states import CRASH, State
from wellit.sandbox.box.kubelet.status import SIMULATED
from wellit.sandbox.box.kubelet.volumes import mounts

if TYPE_CHECKING:
    from wellit.sandbox.box.kubelet.pod import PodRun

Object = Mapping[str, Any]
RUNTIME = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: "
)
HOOK_SECONDS = 30.0


class ContainerRun:
    """A container of `pod`; `spec` is as the pod has it, `state` is what is told of it."""

    def __init__(self, pod: PodRun, spec: Object, state: State) -> None:
        self.pod = pod
        self.spec = spec
        self.state = state
        self.name: str = spec["name"]
        self.played = pod.ground.programs.play(spec["image"])
        self.started = asyncio.Event()
        self._container: Container | None = None
        self._ending = False
        self._ended = asyncio.Event()
        self._backoff = BackOff(pod.ground.settings)
        self._runs = state.restarts
        state.played = f"wellit://{self.played.name}" if self.played else SIMULATED

    @property
    def path(self) -> str:
        """Its place in the pod, as events name it."""
        return f"spec.{'initContainers' if self.state.init else 'containers'}{{{self.name}}}"

    @property
    def stands_in(self) -> str:
        """What plays it, when that is not the program itself; "" when it is."""
        if self.played:
            return self.played.stands_in
        return f"nothing runs: no program of this sandbox plays {self.spec['image']}"

    async def live(self) -> None:
        """Run it, again and again as its pod wants, until it has ended for good."""
        try:
            if not self.played:
                await self._simulate()
            while self.played and not self._ending:
                begun = time.monotonic()
                code = await self._once()
                if self._ending or not self._again(code):
                    return
                await self._pause(time.monotonic() - begun)
        finally:
            self._ended.set()
            self.started.set()

    async def end(self, grace: float) -> None:
        """Have it end: its hook, TERM, and KILL when `grace` seconds are over. Returns when it has."""
        self._ending = True
        if self._container and not self._container.over:
            await self._terminate(grace)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await self._ended.wait()

    def _again(self, code: int) -> bool:
        policy = "Always" if self.state.sidecar else self.pod.policy
        if self.state.init and not self.state.sidecar:
            return code != 0 and policy != "Never"
        return policy == "Always" or (policy == "OnFailure" and code != 0)

    async def _pause(self, ran: float) -> None:
        seconds = self._backoff.after(ran)
        if seconds:
            which = f"{self.name} pod={self.pod.title}"
            self.state.wait(CRASH, f"back-off {seconds:g}s restarting failed container={which}")
            self.pod.changed()
            said = f"Back-off restarting failed container {self.name} in pod {self.pod.title}"
            self.pod.events.say("BackOff", said, self.path)
            await asyncio.sleep(seconds)
        self.state.restarts += 1

    async def _simulate(self) -> None:
        """Nobody plays it: it is there, says so, and a job of it is done."""
        self.pod.logs.say(self.name, self._runs, f"wellit: {self.stands_in}")
        self.state.run("")
        self.state.started = self.state.ready = True
        self.started.set()
        if (self.state.init and not self.state.sidecar) or self.pod.of_a_job:
            self.state.end(0)
            self.pod.changed()
            return
        self.pod.changed()
        while not self._ending:
            await asyncio.sleep(3600)

    async def _once(self) -> int:
        """One run, from its preparations to its exit code."""
        container = await self._begun()
        if container.problem:
            words = RUNTIME + container.problem
            self.state.run(self._identity())
            self.state.end(await container.wait(), "StartError", words)
            self.pod.events.say("Failed", f"Error: {words}", self.path)
            self.pod.changed()
            return 128
        self.state.run(self._identity())
        self.pod.changed()
        self.pod.events.say("Started", "Container started", self.path, warning=False)
        async with asyncio.TaskGroup() as group:
            work = (self._hook("postStart", container), Probing(self, container).live())
            tasks = [group.create_task(one) for one in work]
            code = await container.wait()
            for task in tasks:
                task.cancel()
        self.state.end(code, message=self._last_words(code))
        self.pod.changed()
        return code

    async def _start(self, spec: Spec) -> Container:
        """Start it. When this is cancelled on the way, what was started is ended: nobody else knows of it."""
        if self.stands_in:
            self.pod.logs.say(self.name, self._runs, f"wellit: {self.stands_in}")
        starting = asyncio.ensure_future(self.pod.ground.box.start(spec, self.pod.net))
        try:
            self._container = await asyncio.shield(starting)
        except (OSError, WellitError) as problem:
            raise NotMade("CreateContainerError", str(problem)) from problem
        except asyncio.CancelledError:
            (await starting).signal(signal.SIGKILL)
            raise
        self._runs += 1
        if self._ending:
            self._container.signal(signal.SIGKILL)
        return self._container

    def _identity(self) -> str:
        return f"wellit://{self.pod.uid}/{self.name}/{self._runs}"

    def _last_words(self, code: int) -> str:
        if code and self.spec.get("terminationMessagePolicy") == "FallbackToLogsOnError":
            return self.pod.logs.end(self.name)
        return ""

    async def _begun(self) -> Container:
        """Start it; what is missing for that is waited for."""
        while True:
            try:
                return await self._start(await self._make())
            except (NotMade, Missing) as problem:
                self._wait(problem.reason if isinstance(problem, NotMade) else "CreateContainerConfigError", problem)
            except (Refused, Unreachable, WellitError, OSError) as problem:
                self.pod.ground.box.log(f"{self.pod.title}, container {self.name}: {problem}")
            await asyncio.sleep(self.pod.ground.settings.retry)

    def _wait(self, reason: str, problem: Exception) -> None:
        self.state.wait(reason, str(problem))
        self.pod.events.say("Failed", f"Error: {problem}", self.path)
        self.pod.changed()

    async def _make(self) -> Spec:
        assert self.played
        pod = self.pod
        check(pod.pod, self.spec, self.played)
        asked = await variables(pod.pod, self.spec, pod.given, pod.place, pod.node, pod.look)
        argv = [expand(word, asked) for word in self._words()]
        if not argv:
            raise NotMade("CreateContainerError", "failed to generate spec: no command specified")
        env = {**self.played.env, "HOSTNAME": pod.host, **asked}
        return Spec(
            name=self.name, argv=tuple(argv), env=env, log=pod.logs.begin(self.name, self._runs),
            folder=self.spec.get("workingDir") or "/", provides=self.played.provides, hosts=pod.hosts, host=pod.host,
            mounts=tuple(mounts(self.spec, pod.volumes, asked)),
        )  # fmt: skip

    def _words(self) -> Sequence[str]:
        assert self.played
        command = self.spec.get("command") or self.played.entrypoint
        return [*command, *(self.spec.get("args") or [])]

    async def run(self, command: Sequence[str], seconds: float) -> tuple[int, str]:
        """Run a command in it."""
        assert self._container
        ran = await self._container.run(command, seconds)
        return ran.code, ran.said

    async def _hook(self, name: str, container: Container, seconds: float = HOOK_SECONDS) -> None:
        hook = (self.spec.get("lifecycle") or {}).get(name)
        if not hook:
            return
        try:
            await ask(hook, seconds, self.pod.place["podIP"], self.spec, self.run, self.pod.ground.http)
        except Failed as problem:
            self.pod.events.say(f"Failed{name[0].upper()}{name[1:]}Hook", f"{name[0].upper()}{name[1:]}Hook failed: "
                                f"{problem}", self.path)  # fmt: skip
            if name == "postStart":
                container.signal(signal.SIGKILL)

    async def restart(self, kind: str, grace: float) -> None:
        """A probe wants it to be started again."""
        said = f"Container {self.name} failed {kind} probe, will be restarted"
        self.pod.events.say("Killing", said, self.path, warning=False)
        await self._terminate(grace)

    async def _terminate(self, grace: float) -> None:
        """With asyncio.timeout: wait_for loses a cancellation that comes as the container ends (in Python 3.11)."""
        container = self._container
        assert container
        until = time.monotonic() + grace
        if grace > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await self._hook("preStop", container, grace)
            container.signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(until - time.monotonic(), 0.1)):
                    await container.wait()
        container.signal(signal.SIGKILL)
        await container.wait()
