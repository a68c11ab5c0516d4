"""Processes that are watched while they run, with real ones."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wellit.errors import CannotAnswer
from wellit.paths import ROOT
from wellit.process.supervise import Reaper, start

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends a child with its parent on Linux only")
PARENT = """
import asyncio, sys
from wellit.process.supervise import start
async def main():
    child = await start(["sleep", "1000"])
    print(child.pid, flush=True)
    await child.wait()
asyncio.run(main())
"""


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_lines_and_the_exit_code_of_a_process() -> None:
    async def ran() -> tuple[int, list[str]]:
        lines: list[str] = []
        child = await start(["sh", "-c", "echo one; echo two >&2; printf three; exit 4"], on_line=lines.append)
        return await child.wait(), lines

    assert asyncio.run(ran()) == (4, ["one", "two", "three"])


def test_a_line_of_any_length_is_read() -> None:
    async def ran() -> int:
        lines: list[str] = []
        child = await start([sys.executable, "-c", "print('x' * 5_000_000)"], on_line=lines.append)
        await child.wait()
        return sum(map(len, lines))

    assert asyncio.run(ran()) == 5_000_000


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(CannotAnswer, match="cannot start /no/such: No such file"):
        asyncio.run(start(["/no/such"]))


def test_it_gets_the_few_variables_that_every_child_gets_or_only_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELM_DEBUG", "1")

    async def said(*, clean: bool) -> str:
        lines: list[str] = []
        child = await start(["env"], env={"PATH": os.environ["PATH"], "A": "b"}, clean=clean, on_line=lines.append)
        await child.wait()
        return "\n".join(sorted(lines))

    assert asyncio.run(said(clean=True)) == f"A=b\nPATH={os.environ['PATH']}"
    assert "HELM_DEBUG" not in asyncio.run(said(clean=False))


@LINUX
def test_a_child_ends_with_its_parent_however_that_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    end = time.monotonic() + 60
    while not gone(child) and time.monotonic() < end:
        time.sleep(0.02)
    assert gone(child)


@LINUX
def test_a_reaper_gives_codes_and_leaves_others_their_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellit.process.supervise.SWEEP_SECONDS", 0.2)

    async def run() -> tuple[int, int, bool]:
        reaper = Reaper()
        ours = os.spawnlp(os.P_NOWAIT, "sh", "sh", "-c", "sleep 0.1; exit 6")
        orphan = os.spawnlp(os.P_NOWAIT, "true", "true")
        ordinary = await start(["sh", "-c", "exit 7"])
        codes = await asyncio.wait_for(reaper.adopt(ours), 30), await ordinary.wait()
        end = time.monotonic() + 60
        while Path(f"/proc/{orphan}").exists() and time.monotonic() < end:
            await asyncio.sleep(0.1)
        reaper.close()
        return *codes, Path(f"/proc/{orphan}").exists()

    assert asyncio.run(run()) == (6, 7, False)
