"""The processes of a sandbox: those whose program lies in its folder."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.process import run

PROC = Path("/proc")
END_SECONDS = 10.0


def living(folder: Path) -> dict[int, str]:
    """Process id -> program, of every process that was started from a program in `folder`.

    kwokctl links each component's program into the folder, and wellit links kwokctl itself: an editor or a shell that
    looks at a file in there is not meant.
    """
    commands = _from_proc() if (PROC / "self" / "cmdline").exists() else _from_ps()
    start = f"{folder}/"
    ours = {pid: command.removeprefix(start) for pid, command in commands.items() if command.startswith(start)}
    return {pid: Path(command.split(" ")[0]).name for pid, command in ours.items()}


def end(folder: Path, names: Collection[str] = ()) -> None:
    """Kill them all, or those with `names`, and see that they are gone. KILL, because nothing they could still write is
    kept.

    Raises CannotAnswer when one of them stays.
    """
    until = time.monotonic() + END_SECONDS
    while left := {pid: name for pid, name in living(folder).items() if not names or name in names}:
        # kwokctl first: it starts the others
        for pid in sorted(left, key=lambda pid: left[pid] != "kwokctl"):
            end_one(pid)
        if time.monotonic() > until:
            raise CannotAnswer(
                f"processes of the sandbox {folder.name} do not end",
                why=", ".join(f"{program} ({pid})" for pid, program in left.items()),
                write=f"kill -9 {' '.join(map(str, left))}",
            )
        time.sleep(0.02)


def end_one(pid: int) -> None:
    """Kill a process; one that has ended already is no error."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    except PermissionError as problem:
        raise CannotAnswer(f"process {pid} is another user's", write="take the sandbox down as that user") from problem


def _from_proc() -> dict[int, str]:
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = (entry / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
            except OSError:
                continue  # it ended while we looked
    return found


def _from_ps() -> dict[int, str]:
    listed = run(["ps", "-axo", "pid=,command="], timeout=10)
    rows = (line.split(None, 1) for line in listed.out.splitlines())
    return {int(row[0]): row[1] for row in rows if len(row) == 2}
