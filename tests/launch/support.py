"""Launches of the stand-in as processes of their own, and what is left of them."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.launch.made import worker
from wellit.paths import ROOT

SITE = Path(__file__).parent / "site"
AGG = {"decode": worker()}
DISAGG = {"decode": worker(role="decode"), "prefill": worker(role="prefill")}
SECONDS = 120.0  # a busy machine takes its time


def free_ports(many: int) -> list[int]:
    """Ports that nobody has now, below those that the system gives out and what Dynamo takes for a system port."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < many:
            one, port = held.enter_context(socket.socket()), random.randrange(20_000, 31_000, 10)
            with contextlib.suppress(OSError):
                one.bind(("127.0.0.1", port))
                found.append(port)
    return found


def local(**more: Any) -> dict[str, Any]:
    """Settings below local with ports that are free."""
    http, system = free_ports(2)
    return {"port": http, "system_port": system, "grace": 30} | more


class Launch:
    """A running launcher, whose output goes into a file, or into a `pipe` that a test reads."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], file: Path, *, pipe: bool = False) -> None:
        self._file = file
        with file.open("w") as sink:
            self.process = subprocess.Popen(
                argv, cwd=ROOT, env=dict(env), text=True, stdout=subprocess.PIPE if pipe else sink,
                stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def said(self) -> str:
        """All that it said until now."""
        return self._file.read_text(errors="replace")

    @property
    def pids(self) -> list[int]:
        """The processes that it started, and what those started."""
        return [int(pid) for pid in dict.fromkeys(re.findall(r"(?:is up as|child) (\d+)", self.said))]

    def pid(self, name: str) -> int:
        """The process of this name, once it has said that it is up: they do so in any order."""
        found = re.search(rf"^{name} +\| .*is up as (\d+)", self.said, re.MULTILINE)
        assert found, self.said
        return int(found[1])

    def until(self, words: str) -> str:
        """Wait until it has said it."""
        assert soon(lambda: words in self.said or self.process.poll() is not None), self.said
        assert words in self.said, self.said
        return self.said

    def end(self, *signals: int) -> tuple[int, str]:
        """Send signals; its exit code, and all that it said."""
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.3)
        return self.process.wait(SECONDS), self.said


@contextlib.contextmanager
def launching(
    cache: Path, components: Mapping[str, Any], behaviour: Mapping[str, Any] | None = None, *, timeout: float = 120,
    settings: Mapping[str, Any] | None = None, env: Mapping[str, str] | None = None, pipe: bool = False,
) -> Iterator[Launch]:  # fmt: skip
    asked = {"components": components, "local": settings or local(), "timeout": timeout}
    given = {
        "WELLIT_CACHE": str(cache), "PYTHONPATH": str(SITE), "STANDIN": json.dumps(behaviour or {}), **(env or {}),
    }  # fmt: skip
    argv = [sys.executable, "-m", "tests.launch.launcher", json.dumps(asked)]
    launch = Launch(argv, os.environ | given, cache / f"said-{len(list(cache.iterdir()))}", pipe=pipe)
    try:
        yield launch
    finally:
        if launch.process.poll() is None:
            launch.end(signal.SIGTERM)


def soon(true: Callable[[], bool], seconds: float = SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def gone(pids: Sequence[int]) -> bool:
    """Whether none of them runs any more."""
    return not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
