"""Who listens at a port of this machine, as far as the system tells (Linux)."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

_LISTENS = "0A"
SHOWN = 100  # characters of a command line


def occupant(port: int) -> str:
    """``pid 12 (python3 -m http.server)``; "" when it may not be seen, or nobody listens."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return ""
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and _has(process, sockets):
            return f"pid {process.name} ({_words(process)})"
    return ""


def _inodes(port: int) -> set[str]:
    """The sockets that listen at it, on any address."""
    found = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(fields[9])
    return found


def _has(process: Path, sockets: set[str]) -> bool:
    with contextlib.suppress(OSError):
        for handle in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if str(handle.readlink()) in sockets:
                    return True
    return False


def _words(process: Path) -> str:
    with contextlib.suppress(OSError):
        words = (process / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
        said = shlex.join(words)
        return said if len(said) <= SHOWN else said[:SHOWN] + "..."
    return "?"
