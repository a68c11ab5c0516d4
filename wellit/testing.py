"""invoke test: style, types, tests."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable

from wellit import paths, process, tools

CHECKS = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])
FAILED = paths.ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
FAILED_CODE = 1  # pytest's, for tests that failed; other codes are of an interrupted or impossible run
FEW = 8  # tests that failed by the load of the machine are few; more of them are no accident


def run(words: str, say: Callable[[str], None]) -> int:
    """Install what the tests need, then run ruff, mypy and pytest, or pytest alone with `words`; the exit code.

    Of a whole run the few tests that failed are run once more, alone: they start real programs, and a machine that
    was busy for a moment says nothing about the code. Which ones they were is said.
    """
    if code := process.attached([sys.executable, "-I", paths.ROOT / "scripts" / "bootstrap.py", "--dev"]):
        return code
    # Built here, where one sees how far it is; pytest would keep that to itself.
    tools.ensure(tools.names(), say)
    worst = 0
    for step in () if words else CHECKS:
        worst = max(worst, _run(step, say))
    code = _run(["pytest", *shlex.split(words)], say)
    if code == FAILED_CODE and not words:
        code = _once_more(say)
    return min(max(worst, code), 1)


def _run(step: list[str], say: Callable[[str], None]) -> int:
    say(f"$ {shlex.join(step)}")
    # one that a signal ended has a negative code
    return abs(process.attached([sys.executable, "-m", *step], cwd=paths.ROOT))


def _once_more(say: Callable[[str], None]) -> int:
    failed = sorted(json.loads(FAILED.read_text())) if FAILED.is_file() else []
    if not 0 < len(failed) <= FEW:
        return FAILED_CODE
    code = _run(["pytest", "--last-failed", "--last-failed-no-failures", "none"], say)
    if not code:
        say(f"passed only when run once more, alone: {', '.join(failed)}")
    return code
