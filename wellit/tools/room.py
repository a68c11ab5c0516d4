"""A folder in the cache for one call's work: gone when the call ends, and swept by the next one after a crash."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wellit.paths import cache


@contextmanager
def locked(file: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold `file` alone among all processes; `waiting` is called once when somebody else has it.

    The kernel lets go of it when the process ends, however it ends.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def room() -> Iterator[Path]:
    """A new folder for downloads and half-made things, on the cache's file system. Raises OSError."""
    base = cache() / "build"
    with locked(base / ".lock"):
        _sweep(base)
        here = Path(tempfile.mkdtemp(prefix="room-", dir=base))
        owner = (here / "owner").open("w")
        fcntl.flock(owner, fcntl.LOCK_EX)
    try:
        yield here
    finally:
        shutil.rmtree(here, ignore_errors=True)
        owner.close()


def _sweep(base: Path) -> None:
    """Remove the rooms whose owner is dead; the caller holds the lock under which rooms are made."""
    for left in base.glob("room-*"):
        if not _has_owner(left):
            shutil.rmtree(left, ignore_errors=True)


def _has_owner(left: Path) -> bool:
    try:
        with (left / "owner").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False
