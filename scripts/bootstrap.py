"""Make .venv from the hashed requirements; scripts/invoke calls this when it is missing or out of date.

    python3 scripts/bootstrap.py            what a task needs
    python3 scripts/bootstrap.py --sandbox  what a sandbox that answers needs as well
    python3 scripts/bootstrap.py --dev      what the tests need as well

Only the standard library: nothing is installed yet. Everything is written below the checkout.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

Command = Sequence[object]
# Settings that would send the packages, or Python, somewhere else than .venv.
MISLEADING = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME", "PIP_REQUIRE_VIRTUALENV"}
KINDS = ("sandbox", "dev")
NETWORK = ("connection", "resolve", "timed out", "timeout", "unreachable", "proxy", "no matching distribution", "ssl")


class CannotSetUp(Exception):
    """What is wrong, why, and what to do about it."""

    def __init__(self, message: str, why: str, write: str) -> None:
        super().__init__(message)
        self.why = why
        self.write = write


class Checkout:
    """A checkout and its .venv. `run` starts a process and returns its exit code and what it printed."""

    def __init__(self, root: Path, run: Callable[[Command], tuple[int, str]] | None = None) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.run = run or self._run
        self.lock: IO[str] | None = None

    def ready(self, *more: str) -> None:
        """Make .venv complete, with `more` of KINDS; does nothing when it is. Raises CannotSetUp."""
        with self._alone():
            for kind in ["", *(f"-{name}" for name in more)]:
                if not self._current(kind):
                    self._install(kind)
                self._stamp(kind).touch()

    def _install(self, kind: str) -> None:
        began = time.monotonic()
        if self._whose("") != str(self.root) or not self.python.exists():
            self._make()
        file = self.root / f"requirements{kind}.txt"
        say(f"installing the {_count(file)} Python packages of {file.name} into .venv")
        code, said = self.run(
            [self.python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
             "--require-hashes", "-r", file]
        )  # fmt: skip
        if code:
            raise _pip_failed(file, said)
        fresh = self.venv / f".complete{kind}"
        fresh.write_text(f"{self.root}\n{_digest(file)}\n")
        fresh.replace(self._stamp(kind))
        say(f"{file.name} installed in {time.monotonic() - began:.0f} s")

    def _make(self) -> None:
        """A new .venv in the place of whatever is there: an interrupted one, or one made before the checkout moved."""
        say(f"making .venv with Python {sys.version.split()[0]}")
        if self.venv.is_symlink():
            self.venv.unlink()
        shutil.rmtree(self.venv, ignore_errors=True)
        code, said = self.run([sys.executable, "-I", "-m", "venv", self.venv])
        if code:
            raise CannotSetUp(
                "python3 -m venv failed",
                _last(said),
                "install Python's venv module (Debian, Ubuntu: apt install python3-venv)",
            )
        # so that `python -m wellit.program` works from any folder
        packages = next((self.venv / "lib").glob("python3*/site-packages"))
        (packages / "wellit.pth").write_text(f"{self.root}\n")

    def _current(self, kind: str) -> bool:
        try:
            where, digest = self._stamp(kind).read_text().splitlines()
        except (OSError, ValueError):
            return False
        requirements = self.root / f"requirements{kind}.txt"
        return where == str(self.root) and digest == _digest(requirements) and self.python.exists()

    def _whose(self, kind: str) -> str:
        try:
            return self._stamp(kind).read_text().partition("\n")[0]
        except OSError:
            return ""

    def _stamp(self, kind: str) -> Path:
        return self.venv / f"complete{kind}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.root / ".venv.lock").open("a") as self.lock:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("another scripts/invoke is setting up .venv, waiting for it")
                fcntl.flock(self.lock, fcntl.LOCK_EX)
            yield

    def _run(self, command: Command) -> tuple[int, str]:
        env = {name: value for name, value in os.environ.items() if name not in MISLEADING}
        # The child holds the lock too: should this process be killed, the next one waits until pip has ended.
        held = (self.lock.fileno(),) if self.lock else ()
        done = subprocess.run(
            [str(part) for part in command], env=env, cwd=self.root, pass_fds=held, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout


def say(text: str) -> None:
    """Progress, on stderr."""
    print(f"scripts/invoke: {text}", file=sys.stderr, flush=True)


def _pip_failed(file: Path, said: str) -> CannotSetUp:
    errors = [line for line in said.splitlines() if "ERROR" in line or "error:" in line] or [_last(said)]
    why = next((line for line in said.splitlines() if "No space left" in line or "Connection" in line), errors[0])
    if "No space left" in why:
        write = "make room on the disk that has this checkout, then run the same command again"
    elif any(mark in said.lower() for mark in NETWORK):
        write = (
            "one of\n"
            "    - let pip reach its index: set HTTPS_PROXY, PIP_INDEX_URL, PIP_CERT\n"
            f"    - on another machine: pip download -r {file.name} -d wheels; copy it here and set\n"
            "      PIP_NO_INDEX=1 PIP_FIND_LINKS=/path/to/wheels"
        )
    else:
        write = (
            f"{file.parent / '.venv/bin/python'} -m pip install --require-hashes -r {file.name}    (to see all of it)"
        )
    return CannotSetUp(f"the Python packages of {file.name} cannot be installed", why.strip(), write)


def _last(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it said nothing")


def _count(requirements: Path) -> int:
    return len(re.findall(r"^\w\S*==", requirements.read_text(), re.MULTILINE))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _interrupt(_sign: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Exit codes: 0 .venv is complete, 2 it cannot be made, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if sys.version_info < (3, 11):  # noqa: UP036 - this file may be started by hand with any Python
            raise CannotSetUp(
                "Python 3.11 or newer is needed", f"this is {sys.version.split()[0]}", "python3.11 or newer"
            )
        Checkout(Path(__file__).resolve().parent.parent).ready(*(name for name in KINDS if f"--{name}" in arguments))
    except CannotSetUp as problem:
        print(f"error: {problem}\n  = why: {problem.why}\n  = write: {problem.write}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"error: .venv cannot be made: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nscripts/invoke: stopped; the same command begins again where it must", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
