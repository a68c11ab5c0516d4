"""One at a time: a lock on a folder itself, so that no lock file is left behind."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wellit.errors import CannotAnswer

WAIT_SECONDS = 120.0
# busy() takes the lock for a moment
A_GLANCE = 0.3


@contextmanager
def locked(folder: Path, waiting: Callable[[], None], seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of `folder`, which is made when it is not there. The system lets go of it when the process ends.

    `waiting` is called once when another process holds it. Raises CannotAnswer after `seconds`.
    """
    descriptor = _held(folder, waiting, seconds)
    try:
        yield
    finally:
        os.close(descriptor)


def _held(folder: Path, waiting: Callable[[], None], seconds: float) -> int:
    began = time.monotonic()
    told = False
    while True:
        # there are keys in it
        folder.mkdir(0o700, parents=True, exist_ok=True)
        if (descriptor := _try(folder)) is not None:
            return descriptor
        if not told and time.monotonic() > began + A_GLANCE:
            waiting()
            told = True
        if time.monotonic() > began + seconds:
            raise CannotAnswer(f"another wellit is at work on {folder.name}", why=f"waited for {seconds:.0f} s")
        time.sleep(0.1)


def _try(folder: Path) -> int | None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The one who held it may have removed the folder: then this is the lock of nothing.
        if folder.stat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def busy(folder: Path) -> bool:
    """Whether another process holds the lock of an existing folder."""
    descriptor = _try(folder)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None and folder.is_dir()
