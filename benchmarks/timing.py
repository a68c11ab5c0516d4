"""Timing two commands against each other, and the table of the results."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wellit.errors import WellitError


def nothing() -> None:
    """Nothing has to be prepared."""


@dataclass(frozen=True)
class Side:
    """One side of a comparison. `before` is run before each timed `run` and is not timed."""

    run: Callable[[], object]
    before: Callable[[], object] = nothing


@dataclass(frozen=True)
class Comparison:
    """What is compared: `ours` against `theirs`, `rounds` times each in turn. `aim` is the ratio wished for, if any."""

    what: str
    against: str
    ours: Side
    theirs: Side
    rounds: int
    aim: float | None = None


@dataclass(frozen=True)
class Measured:
    """Seconds of every round of both sides; `problem` says why there are none."""

    comparison: Comparison
    ours: tuple[float, ...] = ()
    theirs: tuple[float, ...] = ()
    problem: str = ""

    def ratio(self, of: Callable[[Iterable[float]], float]) -> float:
        return of(self.ours) / of(self.theirs)


def measure(comparison: Comparison) -> Measured:
    """Run both sides in turn. A side that fails ends the comparison, and is told of in the table."""
    ours: list[float] = []
    theirs: list[float] = []
    try:
        for _ in range(comparison.rounds):
            theirs.append(_timed(comparison.theirs))
            ours.append(_timed(comparison.ours))
    except WellitError as problem:
        return Measured(comparison, problem=f"{problem.message} {problem.why}".strip())
    return Measured(comparison, tuple(ours), tuple(theirs))


def table(rows: Iterable[Measured]) -> str:
    """The results as a Markdown table; seconds are minimum / median, ratios are of these."""
    head = ["what", "seconds", "against", "seconds", "ratio (minimum / median)", "aim", "rounds"]
    lines = [head, ["---"] * len(head), *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: Measured) -> list[str]:
    asked = row.comparison
    aim = f"<= {asked.aim}" if asked.aim else ""
    if row.problem:
        return [asked.what, "", asked.against, "", f"not measured: {' '.join(row.problem.split())[:200]}", aim, ""]
    ratio = f"{row.ratio(min):.2f} / {row.ratio(statistics.median):.2f}"
    return [asked.what, _seconds(row.ours), asked.against, _seconds(row.theirs), ratio, aim, str(asked.rounds)]


def _seconds(figures: Iterable[float]) -> str:
    kept = list(figures)
    return f"{min(kept):.2f} / {statistics.median(kept):.2f}"


def _timed(side: Side) -> float:
    side.before()
    began = time.perf_counter()
    side.run()
    return time.perf_counter() - began
