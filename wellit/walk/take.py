"""Takes the steps of a README: runs each, shows what comes back as it comes, and holds it against the promise."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from wellit import paths, process
from wellit.say import Say
from wellit.walk.promise import begins, difference, matches
from wellit.walk.readme import Step

STEP_SECONDS = 3600.0
STARTS_SECONDS = 60.0  # for what a step in the background promises
LAST = 5  # lines of what runs in the background, when a step fails
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Walked:
    """A step that was taken. `ok` when it ended well and what came back is what was promised."""

    step: Step
    ok: bool
    output: str
    code: int | None = 0  # None while it runs, in the background
    seconds: float = 0.0

    @property
    def differs(self) -> list[str]:
        """What is not as it was promised, for a person."""
        lines = difference(self.step.promised, self.output)
        ended = f"it ended with exit code {self.code}"
        return [*lines, ended] if self.code and not self.step.may_fail else lines


@dataclass(frozen=True)
class Behind:
    """A step that runs in the background."""

    step: Step
    running: process.Running
    log: Path

    @property
    def output(self) -> str:
        return _COLOUR.sub("", self.log.read_text(encoding="utf-8", errors="replace"))

    def told(self) -> list[str]:
        code = self.running.poll()
        state = "still runs" if code is None else f"ended with exit code {code}"
        return [
            f"in the background: {self.step.command} {state}",
            *(f"  | {o}" for o in self.output.splitlines()[-LAST:]),
        ]


class Walk:
    """Steps that are taken one after the other. What was started in the background ends with it, however it ends.

    `env` says which sandbox and which cache; `say` gets each command, and each line that comes back.
    """

    def __init__(self, say: Say, *, env: Mapping[str, str] | None = None, run: process.Runner = process.run) -> None:
        self.say, self.env, self.run = say, dict(env or {}), run
        self.behind: list[Behind] = []
        self.folder: Path | None = None

    def __enter__(self) -> Walk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self.behind:
            process.stop(one.running)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, step: Step) -> Walked:
        """Run one step. Raises CannotAnswer when it does not end within STEP_SECONDS."""
        self.say(f"$ {step.command}")
        began = time.monotonic()
        if step.stays:
            return self._start(step, began)
        words = ["sh", "-c", f"exec 1>&2\n{step.command}"]  # one stream, which is shown as it comes
        done = self.run(
            words, cwd=paths.ROOT, env=self.env, timeout=STEP_SECONDS, on_line=lambda line: self._line(line)
        )
        output = _COLOUR.sub("", done.err)
        ok = (done.ok or step.may_fail) and matches(step.promised, output)
        return Walked(step, ok, output, done.code, time.monotonic() - began)

    def _start(self, step: Step, began: float) -> Walked:
        """Start one in the background, and wait until what it promises has come."""
        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="wellit-walk-"))
        log = self.folder / f"{len(self.behind)}.log"
        command = step.command.rstrip().removesuffix("&")
        words = ["sh", "-c", f'cd "$0"\n{command}', str(paths.ROOT)]
        one = Behind(step, process.start(words, log=log, env=self.env, tied=True), log)
        self.behind.append(one)
        while not (there := begins(step.promised, one.output)) and time.monotonic() - began < STARTS_SECONDS:
            if one.running.poll() is not None:
                there = begins(step.promised, one.output)
                break
            time.sleep(0.05)
        for line in one.output.splitlines():
            self._line(line)
        code = one.running.poll()
        return Walked(step, there and not code, one.output, code, time.monotonic() - began)

    def _line(self, line: str) -> None:
        self.say(_COLOUR.sub("", line))


def take(step: Step, say: Say, *, run: process.Runner = process.run, env: Mapping[str, str] | None = None) -> Walked:
    """Run one step by itself."""
    with Walk(say, run=run, env=env) as walk:
        return walk.take(step)
