"""invoke test: style, types, tests."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable

from wellit import paths, process


def run(words: str, say: Callable[[str], None]) -> int:
    """Install what the tests need, then run ruff, mypy and pytest, or pytest alone with `words`; the exit code."""
    if code := process.attached([sys.executable, "-I", paths.ROOT / "scripts" / "bootstrap.py", "--dev"]):
        return code
    steps = (
        [["pytest", *shlex.split(words)]]
        if words
        else [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["pytest"]]
    )
    worst = 0
    for step in steps:
        say(f"$ {shlex.join(step)}")
        worst = max(worst, process.attached([sys.executable, "-m", *step], cwd=paths.ROOT))
    return min(worst, 1)
