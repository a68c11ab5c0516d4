"""Looking at a sandbox from outside: its processes, its sockets, its objects."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wellit.paths import ROOT, cache
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import asked
from wellit.sandbox.processes import living

UP = """
import sys
from wellit import sandbox
sandbox.up(sys.argv[1], say=lambda line: print(line, flush=True), ready="simulated")
"""
LISTENING = "0A"


def get(sandbox: Sandbox, *what: str) -> Any:
    return json.loads(asked(sandbox, "get", *what, "-o", "json"))


def until(true: Callable[[], bool], seconds: float = 120.0) -> bool:
    """Whether something became so in time."""
    end = time.monotonic() + seconds
    while not (said := true()) and time.monotonic() < end:
        time.sleep(0.1)
    return said


def conditions(given: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    return {one["type"]: (one["status"], one.get("reason", "")) for one in given}


@contextmanager
def up_apart(name: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """`up` in a process of its own, which can be killed."""
    with subprocess.Popen(
        [sys.executable, "-c", UP, name], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=os.environ | {"WELLIT_CACHE": str(cache()), "PYTHONPATH": str(ROOT)} | env,
    ) as process:  # fmt: skip
        yield process


def read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    """Its lines, up to the one with `words` in it."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if words in line:
            return lines
    raise AssertionError(f"ended without saying {words!r}: {lines}")


def listening(folder: Path) -> set[str]:
    """The addresses on which a sandbox's processes listen, by Linux's own list."""
    sockets = {inode for pid in living(folder) for inode in _sockets(pid)}
    return {address for inode, address in _listeners() if inode in sockets}


def _sockets(pid: int) -> Iterator[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _listeners() -> Iterator[tuple[str, str]]:
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        file = Path("/proc/net") / table
        for row in file.read_text().splitlines()[1:] if file.exists() else ():
            columns = row.split()
            if columns[3] == LISTENING:
                words = [columns[1][at : at + 8] for at in range(0, len(columns[1].partition(":")[0]), 8)]
                raw = b"".join(struct.pack("=I", int(word, 16)) for word in words)
                yield columns[9], socket.inet_ntop(family, raw)
