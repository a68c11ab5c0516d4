"""What was found good before and has not changed since: an empty file in the cache, named by a hash of what went in."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

from wellit import paths

KEPT = 500


def key(*parts: Any) -> str:
    """One name for plain data; a key 1 and a key "1" are two."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def good(name: str) -> bool:
    """Whether this was found good before."""
    file = paths.cache() / "good" / name
    with contextlib.suppress(OSError):
        if file.is_file():
            os.utime(file)
            return True
    return False


def remember(name: str) -> None:
    """This was found good. A cache that cannot be written to is no reason to stop."""
    folder = paths.cache() / "good"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
        forget_oldest(folder, KEPT)


def forget_oldest(folder: Path, kept: int, pattern: str = "*") -> None:
    """Remove all files of a cache folder but the `kept` last used ones."""
    used = {}
    for file in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # another process forgets the oldest, too
            used[file] = file.stat().st_mtime
    for old in sorted(used, key=lambda file: used[file])[:-kept]:
        old.unlink(missing_ok=True)
