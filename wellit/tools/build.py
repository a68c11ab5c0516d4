"""Building programs from their Go module."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.process import Runner
from wellit.say import Say
from wellit.tools.failures import NO_SPACE, cannot_get, failed, labels, no_space
from wellit.tools.find import numbers, put_in_cache
from wellit.tools.golang import environment, go
from wellit.tools.pins import Pin
from wellit.tools.progress import timed


@dataclass
class Workshop:
    """One call's builds: the programs it lacks still, the room for what is not kept, and one Go for all of them."""

    missing: list[Pin]
    room: Path
    say: Say
    runner: Runner

    @cached_property
    def go(self) -> Path:
        """A Go new enough for every missing program. Raises CannotAnswer with all ways out."""
        newest = max((p.go for p in self.missing), key=numbers)
        try:
            return go(newest, self.room, self.say, self.runner)
        except CannotAnswer as problem:
            if NO_SPACE in problem.why.lower():
                raise no_space(self.missing) from problem
            what = "not found, and there is no Go to build with"
            raise cannot_get(self.missing, what, f"{problem.message}: {problem.why}") from problem

    def build(self, pins: list[Pin], part: str) -> None:
        """Build the programs of one module into the cache.

        Raises CannotAnswer (no Go, no network, a full disk, a compiler's refusal) and OSError.
        """
        out = self.room / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        program = self.go
        doing = f"building {labels(pins)} from source ({part})"
        with timed(self.say, doing, sum(p.seconds for p in pins)) as seconds:
            done = self.runner(
                [program, "build", "-mod=readonly", "-modcacherw", "-trimpath", "-buildvcs=false",
                 "-ldflags", pins[0].ldflags, "-o", f"{out}/", *(p.package for p in pins)],
                env=environment(self.room), cwd=pins[0].folder,
            )  # fmt: skip
            if not done.ok:
                raise failed(pins, self.missing, done)
            for pinned in pins:
                put_in_cache(pinned, out / pinned.built_as, seconds() / len(pins))
        self.say(f"built {labels(pins)} in {seconds():.0f} s")
