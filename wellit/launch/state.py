"""What runs now: a file for each launch below the cache, ``launched/NAME.json``, and a folder beside it for the rest.

The launcher holds the lock of the folder as long as it lives. The system lets go of it however the launcher ends, so a
file whose folder nobody holds is left from one that was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from wellit.errors import CannotAnswer, unknown
from wellit.paths import cache, shown

KEPT = "last.json"  # beside the logs of a launch that has ended


@dataclass(frozen=True)
class Process:
    """One process of a launch. `system` is the URL of its own health and metrics ("" for none), `log` a file.

    `ports` are those that it listens at, by what they are for; `environment` is what the launcher set, without secrets.
    """

    name: str
    role: str  # frontend, decode, prefill, or "" for a worker that does both
    pid: int
    log: str
    system: str = ""
    ports: Mapping[str, int] = field(default_factory=dict)
    devices: str = ""
    argv: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Launched:
    """One launch. `pid` is the launcher's; `url` the frontend's; `model` the name that requests say.

    `versions` are those that were found here ({"dynamo": "1.3.1"}), `ready` whether a chat was answered before. `ended`
    is by what, and `ended_at` when (seconds since 1970), where it was ready and ended as it was told to.
    """

    name: str
    guide: str
    environment: str
    model: str
    url: str
    pid: int
    processes: tuple[Process, ...] = ()
    mock: bool = False
    ready: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    ended: str = ""
    ended_at: float = 0.0

    def ended_by(self, what: str) -> Launched:
        """It, ended now as it was told to."""
        return replace(self, ended=what, ended_at=time.time())

    @property
    def ports(self) -> dict[int, str]:
        """Every port that its processes listen at, with the process."""
        return {port: process.name for process in self.processes for port in process.ports.values()}

    @property
    def running(self) -> bool:
        """Whether its launcher lives."""
        return _held(folder(self.name))


def home() -> Path:
    return cache() / "launched"


def folder(name: str) -> Path:
    """Where a launch keeps its logs, and what its processes find each other by."""
    return home() / name


def write(launched: Launched) -> None:
    """Say what runs. Another process sees the old file or the new one, never half of it. Raises CannotAnswer."""
    file = home() / f"{launched.name}.json"
    half = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(json.dumps(asdict(launched), indent=1) + "\n", encoding="utf-8")
        half.replace(file)
    except OSError as problem:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise unwritten(file, problem) from problem


def unwritten(path: Path, problem: OSError) -> CannotAnswer:
    return CannotAnswer(
        f"cannot write {shown(path)}: {problem.strerror}",
        why="a launch has its logs there, and smoke and doctor find it there",
        write="make room there, or WELLIT_CACHE=FOLDER, a folder that you may write to",
    )


def remove(name: str) -> None:
    """Say that it runs no more. What it was stays with its logs, for doctor."""
    with contextlib.suppress(FileNotFoundError):
        (home() / f"{name}.json").replace(_kept(name))


def last(name: str = "") -> Launched | None:
    """What ran last: of this name, or of any. None when nothing did, or its file is of another release."""
    everything()  # so that what a killed launcher left is kept as well
    files = [_kept(name)] if name else sorted(home().glob(f"*/{KEPT}"), key=lambda file: file.stat().st_mtime)
    return _read(files[-1]) if files else None


def read(name: str) -> Launched | None:
    """A launch by its name, running or left over; None when there is none, or when its file is of another release."""
    return _read(home() / f"{name}.json")


def _kept(name: str) -> Path:
    return folder(name) / KEPT


def _read(file: Path) -> Launched | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        processes = tuple(Process(**{**each, "argv": tuple(each["argv"])}) for each in data.pop("processes"))
        return Launched(**data, processes=processes)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def everything() -> list[Launched]:
    """All that runs; what is left of launchers that were killed is swept."""
    found = [one for file in sorted(home().glob("*.json")) if (one := read(file.stem))]
    for one in found:
        if not one.running:
            remove(one.name)
    return [one for one in found if one.running]


def find(name: str = "") -> Launched:
    """The launch of this name, or the only one. Raises CannotAnswer when there is none, or several and no name."""
    left = read(name) if name else None
    running = {one.name: one for one in everything()}
    if name in running:
        return running[name]
    if left:
        raise CannotAnswer(
            f"{name} does not run any more: its launcher (pid {left.pid}) was killed",
            why=f"what its processes said last is in {shown(folder(name))}",
            write=f"{_again(left)}; invoke doctor --launched={name} says why it ended, where its logs tell it",
        )  # fmt: skip
    if not running:
        raise CannotAnswer("nothing is launched on this machine", write="invoke launch -g dynamo-sglang -e agg")
    if name:
        raise unknown("launch", name, running)
    if len(running) > 1:
        raise CannotAnswer("several are launched", write=f"--launched=NAME, one of: {', '.join(running)}")
    return next(iter(running.values()))


@contextmanager
def hold(name: str) -> Iterator[Path]:
    """Be the launcher of this name: gives its folder, and removes its file in the end.

    Raises CannotAnswer when another one is, or when the folder cannot be made.
    """
    here = folder(name)
    try:
        here.mkdir(0o700, parents=True, exist_ok=True)
        lock = os.open(here, os.O_RDONLY)
    except OSError as problem:
        raise unwritten(here, problem) from problem
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(name) from None
        try:
            yield here
        finally:
            remove(name)
    finally:
        os.close(lock)


def _held(here: Path) -> bool:
    try:
        lock = os.open(here, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _taken(name: str) -> CannotAnswer:
    there = read(name)
    who = f" (pid {there.pid}), at {there.url}" if there else ""
    return CannotAnswer(
        f"{name} is launched already{who}",
        why="a second one would want the same ports",
        write="Ctrl-C where it runs; or another name and other ports: "
        "--set postfix=b --set local.port=8100 --set local.systemPort=8181",
    )


def _again(left: Launched) -> str:
    return f"invoke launch -g {left.guide} -e {left.environment}"
