"""Looking at a stack again and again until somebody has seen enough: what changed, as it changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.progress import Progress, Row
from wellit.say import Say

SECONDS = 2.0  # between two looks
MARKS = ("so", "not so")
LOST = "the cluster does not answer; it is asked again until it does"


def watch(
    look: Callable[[], Report], say: Say, *, sleep: Callable[[float], None] = time.sleep,
    terminal: bool | None = None,
) -> Report:  # fmt: skip
    """Show each look's checks as they change, until Ctrl-C: what was seen last is the answer.

    A cluster that goes away is waited for. Raises what the first look raises, and Refused when the stack has gone.
    """
    last, lost, took = look(), False, 0.0
    with Progress(say, terminal=terminal, marks=MARKS) as progress:
        try:
            while True:
                progress.show(_rows(last))
                # A look at a large namespace takes its time: leave the API server three times as long in peace.
                sleep(max(SECONDS, 3 * took))
                began = time.monotonic()
                try:
                    last = look()
                except CannotAnswer as problem:
                    if not lost:
                        say(f"  {LOST}: {problem.why or problem.message}")
                    lost = True
                else:
                    if lost:
                        say("  the cluster answers again")
                    lost = False
                took = time.monotonic() - began
        except KeyboardInterrupt:
            if lost:
                last.checks.append(Check("WL784", "the cluster answers", "unknown", "it did not when this was ended"))
    return last


def _rows(report: Report) -> Iterator[Row]:
    for check in report.checks:
        words = check.detail if check.status in ("pass", "fail") else f"{check.status}: {check.detail}"
        yield check.title, check.status in ("pass", "skip"), words
