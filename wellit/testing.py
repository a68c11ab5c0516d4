"""invoke test: style, types, tests."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable

from wellit import paths, process, tools

CHECKS = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])


def run(words: str, say: Callable[[str], None]) -> int:
    """Install what the tests need, then run ruff, mypy and pytest, or pytest alone with `words`; the exit code."""
    if code := process.attached([sys.executable, "-I", paths.ROOT / "scripts" / "bootstrap.py", "--dev"]):
        return code
    # Built here, where one sees how far it is; pytest would keep that to itself.
    tools.ensure(tools.names(), say)
    worst = 0
    for step in [*(() if words else CHECKS), ["pytest", *shlex.split(words)]]:
        say(f"$ {shlex.join(step)}")
        # one that a signal ended has a negative code
        worst = max(worst, abs(process.attached([sys.executable, "-m", *step], cwd=paths.ROOT)))
    return min(worst, 1)
