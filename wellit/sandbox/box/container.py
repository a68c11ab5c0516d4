"""A container: exactly the rendered command and environment, in a root and a process namespace of its own.

Its limits of memory and CPU are not enforced, and it runs as the box's root whatever user its image names.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wellit.process import supervise
from wellit.process.supervise import Reaper
from wellit.sandbox.box import plan
from wellit.sandbox.box.launch import CANNOT_START
from wellit.sandbox.box.logs import Log, Stream
from wellit.sandbox.box.network import PodNetwork
from wellit.sandbox.box.plan import Mount

__all__ = ["Container", "Ground", "Mount", "Ran", "Spec", "start"]

LAUNCH = Path(__file__).with_name("launch.py")
# What a container may write into its own root.
ROOT_MEGABYTES = 512
# Between the end of a container and the last of its words.
DRAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Spec:
    """A container as the kubelet asks for it.

    `folder` is its working directory, made when it is not there. `provides` are the image's own files: path in the
    container -> program of the machine. `hosts` are names and their addresses, `host` the pod's name.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    mounts: tuple[Mount, ...] = ()
    provides: Mapping[str, Path] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    host: str = ""


@dataclass(frozen=True)
class Ground:
    """What all containers of a box stand on: an empty folder to build roots on, paths of the machine that each of them
    sees at the same place, and who buries the dead."""

    empty: Path
    shown: tuple[Path, ...]
    reaper: Reaper


@dataclass(frozen=True)
class Ran:
    """What a command in a running container said, stdout and stderr together."""

    code: int
    said: str


class Container:
    """A container that was started, or that could not be: then `problem` says why, in a container runtime's words, and
    its exit code is 128, as with the reason StartError."""

    def __init__(self, spec: Spec, pid: int, problem: str, code: asyncio.Future[int]) -> None:
        self.spec = spec
        self.pid = pid
        self.problem = problem
        self._code = code

    @property
    def over(self) -> bool:
        return self._code.done()

    async def wait(self) -> int:
        """Its exit code, 128 and the signal's number when a signal ended it. Its log is complete then."""
        return await asyncio.shield(self._code)

    def signal(self, number: int) -> None:
        """Send a signal to its first process; one that has ended is no error. KILL ends all its processes."""
        if not self.over:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def run(self, argv: Sequence[str], seconds: float) -> Ran:
        """Run a command in it, as `kubectl exec` and an exec probe do. Raises TimeoutError after `seconds`."""
        lines: list[str] = []
        said = {"enter": self.pid, "argv": list(argv), "env": dict(self.spec.env), "folder": self.spec.folder}
        child = await supervise.start(_launcher(), clean=True, stdin=True, on_line=lines.append)
        child.stdin.write(json.dumps(said).encode() + b"\n")
        try:
            async with asyncio.timeout(seconds):
                code = await child.wait()
        finally:
            child.signal(signal.SIGKILL)
        return Ran(code, "\n".join(lines))


async def start(spec: Spec, net: PodNetwork | None, ground: Ground) -> Container:
    """Start a container in the network of a pod, or in the box's own. Raises OSError or CannotAnswer only when this
    machine has no more processes or descriptors; a command that cannot be started is told by the container."""
    log = Log(spec.log)
    streams, ends = await _pipes(log)
    report, report_end = os.pipe()
    try:
        keep = [report_end, *([net.descriptor] if net else [])]
        launcher = await supervise.start(
            _launcher(), clean=True, stdin=True, out=ends["stdout"], err=ends["stderr"], keep=keep
        )
        launcher.stdin.write(json.dumps(_order(spec, net, ground, report_end)).encode() + b"\n")
    except BaseException:
        os.close(report)
        raise
    finally:
        for end in (report_end, *ends.values()):
            os.close(end)
    code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    pid, problem = 0, ""
    async for line in _lines(report):
        word, _, rest = line.partition(" ")
        if word == "pid":
            pid, code = int(rest), ground.reaper.adopt(int(rest))
            launcher.stdin.close()
        else:
            problem = rest
            log.write("stderr", problem.encode())
    if not pid:
        launcher.stdin.close()
        code.set_result(CANNOT_START)
    await launcher.wait()
    return Container(spec, pid, problem, asyncio.ensure_future(_over(code, streams, log)))


async def _over(code: asyncio.Future[int], streams: list[Stream], log: Log) -> int:
    ended = await code
    await asyncio.wait([stream.ended for stream in streams], timeout=DRAIN_SECONDS)
    log.close()
    return ended


async def _lines(descriptor: int) -> AsyncIterator[str]:
    reader = asyncio.StreamReader()
    file = os.fdopen(descriptor, "rb", 0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), file
    )
    try:
        async for line in reader:
            yield line.decode(errors="replace").rstrip("\n")
    finally:
        transport.close()


def _order(spec: Spec, net: PodNetwork | None, ground: Ground, report: int) -> dict[str, object]:
    host = spec.host or spec.name
    steps = plan.root(
        shown=ground.shown, provides=spec.provides, mounts=spec.mounts, hosts=spec.hosts,
        host_name=host, ip=net.ip if net else "",
    )  # fmt: skip
    return {
        "report": report, "network": net.descriptor if net else None, "host": host[:64], "root": str(ground.empty),
        "megabytes": ROOT_MEGABYTES, "steps": steps, "folder": spec.folder or "/", "argv": list(spec.argv),
        "env": dict(spec.env),
    }  # fmt: skip


def _launcher() -> list[str | Path]:
    return [os.path.realpath(sys.executable), "-I", "-S", LAUNCH]


async def _pipes(log: Log) -> tuple[list[Stream], dict[str, int]]:
    """Two pipes into the log, and the ends that the container writes into."""
    streams, ends = [], {}
    for name in ("stdout", "stderr"):
        read, ends[name] = os.pipe()
        made = functools.partial(Stream, log, name)
        _, stream = await asyncio.get_running_loop().connect_read_pipe(made, os.fdopen(read, "rb", 0))
        streams.append(stream)
    return streams, ends
