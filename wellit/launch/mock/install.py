"""Dynamo in a virtual environment of its own, below the cache: fetched once, when --mock asks for it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.launch.mock import facts
from wellit.paths import ROOT, cache, shown
from wellit.process import Done, Runner, run
from wellit.say import Say, announce
from wellit.tools.failures import cannot_write
from wellit.tools.progress import timed
from wellit.tools.room import locked, room

REQUIREMENTS = ROOT / "requirements-dynamo.txt"
PACKAGE = "ai-dynamo"
# Settings that would send the packages somewhere else.
MISLEADING = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV"}
# What pip says when it does not reach its index; NOTHING is what it says then too, in the end.
NETWORK = ("connection", "resolve", "timed out", "timeout", "unreachable", "proxy", "ssl", "403", "503")
NOTHING = re.compile(r"no matching distribution found for ([\w-]+)", re.IGNORECASE)
NO_SPACE = "No space left"
START_SECONDS = 120.0


def version() -> str:
    """The release of Dynamo that stands in for every other: 1.3.1."""
    pinned = re.search(rf"^{PACKAGE}==(\S+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned, REQUIREMENTS
    return pinned.group(1)


def folder() -> Path:
    """Where it is, or will be: another one for other packages, another Python or another machine."""
    kind = f"{sys.version_info[:2]} {sysconfig.get_platform()}"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + kind.encode()).hexdigest()
    return cache() / "dynamo" / digest[:16]


def python() -> Path:
    """Its Python, there or not."""
    return folder() / "bin" / "python"


def ensure(say: Say = announce, runner: Runner = run) -> Path:
    """Its Python, fetched when it is not there yet. Two at once: one waits for the other.

    It is put in its place when it is whole and has been started, so that an interrupted one is never used.
    Raises CannotAnswer when it cannot be had.
    """
    if python().exists():
        return python()
    try:
        with locked(cache() / "dynamo" / ".lock", lambda: say("another wellit is fetching Dynamo, waiting for it")):
            if not python().exists():
                _fetch(say, runner)
    except OSError as problem:
        raise (_no_space() if problem.errno == errno.ENOSPC else cannot_write(problem)) from problem
    return python()


def _fetch(say: Say, runner: Runner) -> None:
    known = facts()
    doing = f"fetching Dynamo {version()} and what it needs ({known['download']} MB, once)"
    with room() as here, timed(say, doing, known["seconds"]):
        new = here / "dynamo"
        made = runner([sys.executable, "-I", "-m", "venv", "--without-pip", new])
        if not made.ok:
            raise CannotAnswer("python3 -m venv failed", why=_last(made), write="install Python's venv module")
        done = runner(_pip(new / "bin" / "python"), env=_settings())
        if not done.ok:
            raise _cannot_fetch(done)
        for module in (known["frontend"], known["module"]):
            _start(new / "bin" / "python", module, runner)
        shutil.rmtree(folder(), ignore_errors=True)
        new.rename(folder())


def _pip(of: Path) -> list[str | Path]:
    return [
        sys.executable, "-I", "-m", "pip", "--python", of, "install", "--quiet", "--disable-pip-version-check",
        "--no-input", "--no-compile", "--only-binary=:all:", "--require-hashes", "-r", REQUIREMENTS,
    ]  # fmt: skip


def _settings() -> dict[str, str]:
    """The person's own settings of pip: an index, certificates, a folder of wheels."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_") and name not in MISLEADING}


def _start(program: Path, module: str, runner: Runner) -> None:
    """Start a module once: it is known to run then, and the next start is faster by seconds."""
    done = runner([program, "-m", module, "--help"], timeout=START_SECONDS)
    if not done.ok:
        raise CannotAnswer(
            f"Dynamo {version()} is fetched, but {module} does not start here", why=_last(done),
            write=f"its wheels are for {facts()['wheels']}",
        )  # fmt: skip


def _cannot_fetch(done: Done) -> CannotAnswer:
    """Why pip failed, in words."""
    said = done.err + done.out
    message = f"Dynamo {version()}, which --mock runs, cannot be fetched"
    if NO_SPACE in said:
        return _no_space()
    lost = next((line for line in said.splitlines() if any(mark in line.lower() for mark in NETWORK)), "")
    nothing = NOTHING.search(said)
    # The first one is pure Python: it is there for every machine, where there is an index at all.
    if lost or (nothing and nothing.group(1) == PACKAGE):
        return CannotAnswer(message, why=lost.strip() or _last(done), write=_ways_out())
    if nothing:
        here = f"Python {sys.version_info[0]}.{sys.version_info[1]} on {sysconfig.get_platform()}"
        why = f"the index has no wheel of {nothing.group(1)} for {here}; Dynamo's are for {facts()['wheels']}"
        return CannotAnswer(message, why=why, write=f"run it on such a machine, or\n{_wheels()}")
    why = next((line for line in said.splitlines() if "ERROR" in line), _last(done))
    again = f"{shown(Path(sys.executable))} -m pip download --require-hashes -r {shown(REQUIREMENTS)} -d /tmp/wheels"
    return CannotAnswer(message, why=why.strip(), write=f"{again}    (to see all of it)")


def _ways_out() -> str:
    return f"one of\n- let pip reach its index: set HTTPS_PROXY, PIP_INDEX_URL, PIP_CERT\n- {_wheels()}"


def _wheels() -> str:
    return (
        f"on another machine of this kind: pip download -r {REQUIREMENTS.name} -d wheels; copy it here and set\n"
        "  PIP_NO_INDEX=1 PIP_FIND_LINKS=/path/to/wheels"
    )


def _no_space() -> CannotAnswer:
    return CannotAnswer(
        f"no space left on the disk while fetching Dynamo {version()}",
        why=f"it takes {facts()['disk']} MB in {shown(cache())}",
        write="make room, or use another disk: WELLIT_CACHE=FOLDER",
    )


def _last(done: Done) -> str:
    lines = [line.strip() for line in (done.err + done.out).splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {done.code}, and no word"
