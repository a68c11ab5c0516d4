"""Looking for a program that is there already: on PATH in a version that will do, or in the cache, whole."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wellit.errors import CannotAnswer
from wellit.paths import cache, shown
from wellit.process import Runner
from wellit.say import Say
from wellit.tools.pins import Pin

RECORD = "record.json"
ASK_SECONDS = 20.0
# helmfile would ask the network for a newer version of itself.
QUIET = {"HELMFILE_UPGRADE_NOTICE_DISABLED": "1"}


@dataclass(frozen=True)
class Found:
    """A program that may be used. `version` is without v; `origin` says where it was found."""

    path: Path
    version: str
    origin: Literal["PATH", "cache"]


def found(pin: Pin, say: Say, runner: Runner, *, repeat: bool = False) -> Found | None:
    """The program, from PATH or else from the cache; None when it must be built.

    A copy on PATH that is passed over is said when its version is new to us, or always with `repeat`.
    """
    return on_path(pin, say, runner, repeat=repeat) or in_cache(pin)


def on_path(pin: Pin, say: Say, runner: Runner, *, repeat: bool = False) -> Found | None:
    """The copy on PATH, when its version is one that `pin` accepts; else None, and says so as found() does."""
    if not pin.accepts or not (name := shutil.which(pin.name)):
        return None
    copy = Path(name).absolute()
    version, fresh = version_of(copy, pin, runner)
    if version and within(version, pin.accepts):
        return Found(copy, version, "PATH")
    if fresh or repeat:
        say(f"{pin.name} on PATH ({shown(copy)}) is not used: {version or 'its version is unknown'}, not {pin.accepts}")
    return None


def version_of(copy: Path, pin: Pin, runner: Runner) -> tuple[str, bool]:
    """The version a program says it has ("" when it says none), and whether it was asked just now.

    The answer is kept under the program's path, time and size. A script is asked every time: what it starts can
    change without it (version managers put such scripts on PATH).
    """
    stat = copy.stat()
    mark = {"mtime": stat.st_mtime_ns, "size": stat.st_size, "reads": pin.reads}
    known = _read_json(_asked())
    entry = known.get(str(copy))
    if isinstance(entry, dict) and {k: entry.get(k) for k in mark} == mark:
        return str(entry["version"]), False
    version = ask_version(copy, pin, runner)
    if version and not _is_script(copy):
        _keep(_asked(), known | {str(copy): mark | {"version": version}})
    return version, True


def ask_version(copy: Path, pin: Pin, runner: Runner) -> str:
    """Start the program and read its version from what it prints; "" when that cannot be done."""
    try:
        done = runner([copy, *pin.ask], env=QUIET, timeout=ASK_SECONDS)
    except CannotAnswer:
        return ""
    match = re.search(pin.reads, done.out + done.err)
    return match.group(1) if match else ""


def within(version: str, accepts: str) -> bool:
    """Whether "4.3.1" is within ">=4.0,<5"."""
    for bound in accepts.split(","):
        floor = bound.strip().startswith(">=")
        if floor != (numbers(version) >= numbers(bound)):
            return False
    return True


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers that compare: "go1.26.6" -> (1, 26, 6)."""
    parts = [int(n) for n in re.findall(r"\d+", version)[:3]]
    return tuple(parts + [0] * (3 - len(parts)))


def in_cache(pin: Pin) -> Found | None:
    """The cache's copy, when it is whole: its record was written after it, and agrees with it."""
    record = _read_json(pin.file.parent / RECORD)
    try:
        stat = pin.file.stat()
    except OSError:
        return None
    if not os.access(pin.file, os.X_OK) or stat.st_size != record.get("size"):
        return None
    if stat.st_mtime_ns != record.get("mtime"):
        # copied from another machine, or touched: the content decides
        if sha256(pin.file) != record.get("sha256"):
            return None
        _keep(pin.file.parent / RECORD, record | {"mtime": stat.st_mtime_ns})
    return Found(pin.file, pin.version.removeprefix("v"), "cache")


def put_in_cache(pin: Pin, built: Path, seconds: float) -> Path:
    """Move a finished program into the cache. `built` must lie on the cache's own file system."""
    pin.file.parent.mkdir(parents=True, exist_ok=True)
    built.chmod(0o755)
    digest = sha256(built)
    built.replace(pin.file)
    stat = pin.file.stat()
    write_json(
        pin.file.parent / RECORD,
        {"size": stat.st_size, "mtime": stat.st_mtime_ns, "sha256": digest, "seconds": round(seconds)},
    )
    return pin.file


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_json(file: Path, value: dict[str, Any]) -> None:
    """Write a JSON file so that a reader sees the old one or the new one, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}-", delete=False) as stream:
        json.dump(value, stream, indent=1)
    Path(stream.name).replace(file)


def _keep(file: Path, value: dict[str, Any]) -> None:
    """Write a note that only saves time: a cache that cannot be written to is no reason to stop."""
    try:
        write_json(file, value)
    except OSError:
        return


def _asked() -> Path:
    return cache() / "tools" / "asked.json"


def _is_script(copy: Path) -> bool:
    try:
        with copy.open("rb") as stream:
            return stream.read(2) == b"#!"
    except OSError:
        # may be started but not read: it could be one
        return True


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
