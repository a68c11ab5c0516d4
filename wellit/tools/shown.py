"""What `invoke tools` shows: every program, where it comes from, and how much the cache takes."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wellit.paths import cache
from wellit.process import Runner, run
from wellit.say import Say
from wellit.tools.find import found
from wellit.tools.pins import Pin, names, pin


@dataclass(frozen=True)
class Shown:
    """One program as it would be used. `origin` is PATH, cache, or "to be built"; `size` is in bytes."""

    name: str
    version: str
    origin: str
    path: Path | None
    size: int
    accepts: str
    note: str = ""


def installed(runner: Runner = run) -> list[Shown]:
    """Every pinned program as it would be used now. Builds nothing."""
    return [_shown(pin(name), runner) for name in names()]


def cache_size() -> int:
    """Bytes that the whole cache folder takes."""
    total = 0
    for folder, _, files in os.walk(cache()):
        for name in files:
            # a sandbox that runs makes and removes files meanwhile
            with suppress(FileNotFoundError):
                total += Path(folder, name).lstat().st_size
    return total


def clean() -> int:
    """Remove what tools keep in the cache; returns the bytes set free."""
    before = cache_size()
    for name in ("tools", "build", "go", "modules", "dynamo"):
        shutil.rmtree(cache() / name, ignore_errors=True)
    return before - cache_size()


def _shown(pinned: Pin, runner: Runner) -> Shown:
    notes: list[str] = []
    say: Say = notes.append
    here = found(pinned, say, runner, repeat=True)
    if here is None:
        size = pinned.megabytes * 1_000_000
        return Shown(pinned.name, pinned.version, "to be built", None, size, pinned.accepts, "; ".join(notes))
    version = f"v{here.version}"
    return Shown(
        pinned.name, version, here.origin, here.path, here.path.stat().st_size, pinned.accepts, "; ".join(notes)
    )
