"""What need not be worked out again: in the cache, each under a hash of all that it was made from.

`good` and `remember` know only that something was found good before; `recall` and `keep` have plain data.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wellit import paths

MOST_FILES = 20_000  # of one folder of the cache
MOST_BYTES = 256 * 1024 * 1024
TIDY_SECONDS = 600.0  # to look at each file of a full folder takes a tenth of a second


def key(*parts: Any) -> str:
    """One name for plain data; a key 1 and a key "1" are two."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


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
    with contextlib.suppress(OSError):
        (_folder("good") / name).touch()


def recall(kind: str, name: str) -> Any:
    """The data that was kept under this name, or None."""
    file = paths.cache() / kind / f"{name}.json"
    with contextlib.suppress(OSError, ValueError):
        data = json.loads(file.read_bytes())
        os.utime(file)
        return data
    return None


def keep(kind: str, name: str, data: Any) -> None:
    """Keep plain data. A cache that cannot be written to is no reason to stop."""
    with contextlib.suppress(OSError):
        file = _folder(kind) / f"{name}.json"
        temporary = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        temporary.write_text(json.dumps(data))
        temporary.replace(file)


def data(file: Path) -> Any:
    """What a YAML file of ours says; parsed once as long as it does not change. Raises OSError and yaml.YAMLError."""
    name = key(str(file), _state(file))
    if (kept := recall("data", name)) is not None:
        return kept
    import yaml

    read = yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    with contextlib.suppress(TypeError, ValueError):
        if json.loads(json.dumps(read)) == read:
            keep("data", name, read)
    return read


def contents(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Each file with a hash of what is in it; read once as long as it does not change."""
    return [(str(file), _content(file, _state(file))) for file in files]


def states(files: Iterable[Path]) -> list[tuple[str, tuple[int, int]]]:
    """Each file with what tells that it has changed, without reading it."""
    return [(str(file), _state(file)) for file in files]


def below(*folders: Path) -> list[Path]:
    """Every file below these folders, in order; what Python compiles and helpers leave behind is not counted."""
    found: list[Path] = []
    for folder in folders:
        for root, names, files in os.walk(folder):
            names[:] = [name for name in names if not name.startswith((".", "__pycache__"))]
            found += [Path(root, name) for name in files]
    return sorted(found)


def _state(file: Path) -> tuple[int, int]:
    try:
        told = file.stat()
    except OSError:
        return 0, -1
    return told.st_mtime_ns, told.st_size


@functools.lru_cache(maxsize=4096)
def _content(file: Path, _state: tuple[int, int]) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def _folder(kind: str) -> Path:
    folder = paths.cache() / kind
    folder.mkdir(parents=True, exist_ok=True)
    _tidy(folder)
    return folder


@functools.cache
def _tidy(folder: Path) -> None:
    """At most once in a process, and in so many seconds: what has not been used for longest goes."""
    done = folder.with_name(f".{folder.name}-tidied")
    if time.time() - (done.stat().st_mtime if done.exists() else 0) > TIDY_SECONDS:
        done.touch()
        forget_oldest(folder, MOST_FILES, MOST_BYTES)


def forget_oldest(folder: Path, most_files: int, most_bytes: int) -> None:
    """Remove the files of a folder that were used longest ago, until no more are left than these."""
    used: list[tuple[int, int, str]] = []
    for file in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):  # another process forgets the oldest, too
            told = file.stat()
            used.append((told.st_mtime_ns, told.st_size, file.path))
    used.sort(reverse=True)
    room = most_bytes
    for number, (_, size, path) in enumerate(used):
        room -= size
        if number >= most_files or room < 0:
            Path(path).unlink(missing_ok=True)
