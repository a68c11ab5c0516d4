"""Programs that live and die together, with real ones: nothing of them is left, however it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from wellit.errors import CannotAnswer
from wellit.paths import ROOT
from wellit.process.together import Kept, Together

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="nobody else adopts what a process leaves behind")
ENV = {"PATH": os.environ["PATH"]}
# A program with a child in a session of its own, which no signal to its group reaches, and one that is deaf to TERM.
FAMILY = """
import os, signal, subprocess, sys, time
far = subprocess.Popen(["sleep", "1000"], start_new_session=True)
deaf = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(1000)"],
    stdout=subprocess.PIPE, text=True)
deaf.stdout.readline()
print(os.getpid(), far.pid, deaf.pid, flush=True)
"""
PARENT = f"""
import asyncio, os, sys
from wellit.process.together import Together
async def main():
    async with Together() as together:
        family = {FAMILY + "time.sleep(1000)"!r}
        await together.start([sys.executable, "-c", family], env=dict(os.environ), on_line=print_)
        await together.first()
def print_(line):
    print(line, flush=True)
asyncio.run(main())
"""
T = TypeVar("T")


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 60
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


async def family(together: Together, after: str = "time.sleep(1000)") -> list[int]:
    """Starts one; gives its pid and its children's."""
    lines: list[str] = []
    await together.start([sys.executable, "-c", FAMILY + after], env=ENV, on_line=lines.append)
    while not lines:
        await asyncio.sleep(0.01)
    return [int(pid) for pid in lines[0].split()]


def ran(work: Callable[[Together], Awaitable[T]], grace: float = 1) -> T:
    async def run() -> T:
        async with Together(grace) as together:
            return await work(together)

    return asyncio.run(run())


def test_the_first_end_ends_all() -> None:
    async def work(together: Together) -> tuple[str, int, list[int]]:
        await together.start(["sleep", "1000"], env=ENV, name="frontend")
        await together.start(["sh", "-c", "sleep 0.2; exit 5"], env=ENV, name="worker")
        ended, code = await together.first()
        return ended.name, code, [child.pid for child in together.children]

    name, code, pids = ran(work)
    assert (name, code) == ("worker", 5)
    assert all(gone(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_the_signal_that_ended_one_is_told(number: int) -> None:
    async def work(together: Together) -> int:
        child = await together.start(["sleep", "1000"], env=ENV)
        os.kill(child.pid, number)
        return (await together.first())[1]

    assert ran(work) == -number


def test_term_reaches_the_program_and_it_may_take_its_time() -> None:
    heeds = "trap 'echo bye; sleep 0.3; exit 3' TERM; echo up; while :; do sleep 0.05; done"
    lines: list[str] = []

    async def work(together: Together) -> Kept:
        child = await together.start(["sh", "-c", heeds], env=ENV, on_line=lines.append)
        while not lines:
            await asyncio.sleep(0.01)
        await together.stop()
        return child

    child = ran(work, grace=60)
    assert lines == ["up", "bye"]
    assert gone(child.pid)


def test_who_is_deaf_to_term_is_killed() -> None:
    async def work(together: Together) -> tuple[list[int], float]:
        pids = await family(
            together, "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(1000)"
        )
        return pids, time.monotonic()

    pids, began = ran(work, grace=0.5)
    assert time.monotonic() - began > 0.4
    assert all(gone(pid) for pid in pids[: 3 if sys.platform == "linux" else 1])


def test_kill_waits_for_nobody() -> None:
    async def work(together: Together) -> tuple[list[int], float]:
        pids = await family(
            together, "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(1000)"
        )
        began = time.monotonic()
        await together.kill()
        return pids, began

    pids, began = ran(work, grace=30)
    assert time.monotonic() - began < 25
    assert gone(pids[0])


@LINUX
def test_what_a_program_leaves_behind_ends_with_it() -> None:
    async def work(together: Together) -> tuple[int, list[int]]:
        pids = await family(together, "sys.exit(7)")
        return (await together.first())[1], pids

    code, pids = ran(work)
    assert code == 7
    assert all(gone(pid) for pid in pids)


@LINUX
def test_nothing_is_left_of_a_parent_that_was_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 3
        assert not any(gone(pid) for pid in pids)
        parent.kill()
    assert soon(lambda: all(gone(pid) for pid in pids))


@LINUX
def test_a_program_whose_keeper_is_killed_ends() -> None:
    async def work(together: Together) -> tuple[int, int]:
        child = await together.start(["sleep", "1000"], env=ENV)
        os.kill(int(Path(f"/proc/{child.pid}/stat").read_text().split()[3]), signal.SIGKILL)
        return (await together.first())[1], child.pid

    code, pid = ran(work)
    assert code == -signal.SIGKILL
    assert soon(lambda: gone(pid))


def test_all_are_stopped_when_one_cannot_be_started() -> None:
    pids: list[int] = []

    async def work(together: Together) -> None:
        pids.append((await together.start(["sleep", "1000"], env=ENV)).pid)
        await together.start(["/no/such"], env=ENV)

    with pytest.raises(CannotAnswer, match="cannot start /no/such: No such file or directory"):
        ran(work)
    assert gone(pids[0])


def test_its_environment_is_the_one_that_is_given() -> None:
    lines: list[str] = []

    async def work(together: Together) -> None:
        await together.start(["env"], env=ENV | {"A": "b"}, on_line=lines.append)
        await together.first()

    ran(work)
    assert set(lines) <= {f"PATH={ENV['PATH']}", "A=b"} | {line for line in lines if line.startswith("LC_CTYPE=")}
    assert "A=b" in lines
