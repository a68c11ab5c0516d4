"""A folder for one call's work: gone when the call ends, and swept by the next one after a crash.

`room` is on the cache's file system, for what is to be kept in the end; `passing` is a temporary one.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from wellit.paths import cache

OWNER = "owner"


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
        _sweep(base, "room-")
        new = _new(base, "room-")
    with _kept(*new) as here:
        yield here


@contextmanager
def passing() -> Iterator[Path]:
    """A new folder among the system's temporary ones, for what nobody reads after this call. Raises OSError."""
    base = Path(tempfile.gettempdir())
    _sweep(base, "wellit-")
    with _kept(*_new(base, "wellit-")) as here:
        yield here


@contextmanager
def _kept(here: Path, owner: TextIO) -> Iterator[Path]:
    """A folder until the end of the block, its owner's lock with it."""
    try:
        yield here
    finally:
        shutil.rmtree(here, ignore_errors=True)
        owner.close()


def _new(base: Path, prefix: str) -> tuple[Path, TextIO]:
    """A folder with its owner's lock, which is there before its name is: who sweeps does not take it for left."""
    here = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    owner = (here / ".owner").open("w")
    fcntl.flock(owner, fcntl.LOCK_EX)
    (here / ".owner").rename(here / OWNER)
    return here, owner


def _sweep(base: Path, prefix: str) -> None:
    """Remove the folders whose owner is dead."""
    for left in base.glob(f"{prefix}*/{OWNER}"):
        if not _has_owner(left):
            shutil.rmtree(left.parent, ignore_errors=True)


def _has_owner(file: Path) -> bool:
    try:
        with file.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # it is locked, gone meanwhile, or another user's
        return True
    return False
