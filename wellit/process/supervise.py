"""Processes that are watched while they run: the asynchronous part, and the only one that imports asyncio.

child = await start(["envoy", ...], on_line=print)     one process
Reaper()                                                for the first process of a process namespace
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.process import child_env

PR_SET_PDEATHSIG = 1
SWEEP_SECONDS = 5.0
# the longest line that is given out in one piece
LINE_BYTES = 1 << 20


def exit_code(code: int) -> int:
    """As shells and container runtimes count: 128 and the signal's number for a process that a signal ended."""
    return 128 - code if code < 0 else code


class Child:
    """A process that was started here. Its group is its own, so that what it starts is stopped with it."""

    def __init__(self, process: Process, name: str, on_line: Callable[[str], None] | None) -> None:
        self.name = name
        self.pid = process.pid
        self._process = process
        self._reading = asyncio.ensure_future(self._read(on_line)) if on_line else None

    @property
    def stdin(self) -> asyncio.StreamWriter:
        assert self._process.stdin
        return self._process.stdin

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._process.returncode is not None

    async def wait(self) -> int:
        """Its exit code, when it has ended and its last line is read."""
        return exit_code(await self.ended())

    async def ended(self) -> int:
        """The same, but -N for a process that signal N ended."""
        code = await self._process.wait()
        if self._reading:
            # A process that it left behind may hold the pipe for ever.
            await asyncio.wait([self._reading], timeout=1)
        return code

    async def exits(self) -> None:
        """Returns when it has ended, whether or not its lines are read."""
        await self._process.wait()

    def tell(self, number: int) -> None:
        """Send a signal to it alone; one that has ended already is no error."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it started; one that has ended already is no error."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    async def _read(self, on_line: Callable[[str], None]) -> None:
        assert self._process.stdout
        while True:
            try:
                line = await self._process.stdout.readuntil()
            except asyncio.IncompleteReadError as ended:
                line = ended.partial
            except asyncio.LimitOverrunError as long:
                line = await self._process.stdout.read(long.consumed)
            if not line:
                return
            on_line(line.decode(errors="replace").rstrip("\n"))


async def start(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    name: str = "",
    on_line: Callable[[str], None] | None = None,
    out: int | None = None,
    err: int | None = None,
    keep: Sequence[int] = (),
    stdin: bool = False,
    clean: bool = False,
    tied: bool = True,
) -> Child:
    """Start a process that ends when this one does, however that ends (on Linux).

    Without `tied` it has to see to that itself. `env` is added to child_env(), or with `clean` is all it gets. Its
    output goes, line by line, to `on_line`, or to the descriptors `out` and `err`, or nowhere. `keep` are descriptors
    that it inherits.
    Raises CannotAnswer when the program cannot be started.
    """
    words = [str(word) for word in argv]
    to = PIPE if on_line else DEVNULL if out is None else out
    try:
        process = await asyncio.create_subprocess_exec(
            *words, env=dict(env or {}) if clean else child_env(env), cwd=cwd, start_new_session=True, pass_fds=keep,
            stdin=PIPE if stdin else DEVNULL, stdout=to, stderr=STDOUT if err is None else err, limit=LINE_BYTES,
            preexec_fn=_tie(os.getpid()) if tied and sys.platform == "linux" else None,
        )  # fmt: skip
    except OSError as problem:
        raise CannotAnswer(f"cannot start {words[0]}: {problem.strerror}") from problem
    return Child(process, name or Path(words[0]).name, on_line)


def _tie(parent: int) -> Callable[[], None]:
    """To be called in a new process: the kernel kills it when its parent ends."""
    libc = ctypes.CDLL(None)

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended meanwhile
            os._exit(1)

    return tie


class Reaper:
    """For the first process of a process namespace, which inherits the children of every process that ends.

    `adopt` gives the exit code of one of them. Others are buried after a while, so that whoever started a process in
    the ordinary way finds it first.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._adopted: dict[int, asyncio.Future[int]] = {}
        self._seen: set[int] = set()
        self._loop.add_signal_handler(signal.SIGCHLD, self._look)
        self._sweeping = self._loop.create_task(self._sweep())

    def adopt(self, pid: int) -> asyncio.Future[int]:
        """The exit code, once there is one, of a process whose parent is or will be this one."""
        code = self._adopted[pid] = self._loop.create_future()
        self._loop.call_soon(self._look)
        return code

    def close(self) -> None:
        self._sweeping.cancel()
        self._loop.remove_signal_handler(signal.SIGCHLD)

    def _look(self) -> None:
        for pid in list(self._adopted):
            code = _buried(pid)
            if code is not None:
                waiting = self._adopted.pop(pid)
                if not waiting.done():
                    waiting.set_result(code)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self._look()
            dead = _dead_children() - set(self._adopted)
            for pid in dead & self._seen:
                _buried(pid)
            self._seen = dead


def _buried(pid: int) -> int | None:
    """The exit code of a child that has ended, which takes it off the system's list; else None."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None  # its parent still lives
    return exit_code(os.waitstatus_to_exitcode(status)) if ended else None


def _dead_children() -> set[int]:
    """Children of this process that have ended and that nobody has asked for."""
    dead = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # the name, in brackets, may have anything in it
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state == "Z" and int(parent) == os.getpid():
                    dead.add(int(entry.name))
    return dead
