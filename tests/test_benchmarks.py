"""The benchmarks time both sides in turn, and a side that fails is told of instead of a figure."""

from __future__ import annotations

import pytest

from benchmarks import __main__ as program
from benchmarks import timing
from benchmarks.timing import Comparison, Measured, Side
from wellit.errors import CannotAnswer


def compared(ours: Side, theirs: Side, rounds: int = 2) -> Comparison:
    return Comparison("ours", "theirs", ours, theirs, rounds, 1.5)


def test_sides_run_in_turn_and_only_the_run_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = [0.0], []

    def takes(seconds: float, name: str) -> None:
        clock[0] += seconds
        told.append(name)

    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    ours = Side(lambda: takes(3, "ours"), before=lambda: takes(100, "before"))
    measured = timing.measure(compared(ours, Side(lambda: takes(2, "theirs"))))
    assert told == ["theirs", "before", "ours"] * 2
    assert (measured.ours, measured.theirs, measured.problem) == ((3, 3), (2, 2), "")


def test_table_has_minimum_and_median_of_both_and_their_ratio() -> None:
    row = Measured(compared(Side(print), Side(print), 3), (1, 4, 2), (1, 1, 2))
    assert timing.table([row]).splitlines()[2] == (
        "| ours | 1.00 / 2.00 | theirs | 1.00 / 1.00 | 1.00 / 2.00 | <= 1.5 | 3 |"
    )


def test_a_side_that_fails_is_told_of_in_the_table() -> None:
    def fails() -> None:
        raise CannotAnswer("no cluster", why="it is\ndown")

    row = timing.measure(compared(Side(fails), Side(lambda: None)))
    assert "not measured: no cluster it is down" in timing.table([row])


def test_an_unknown_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--fast"]) == 2
    assert "--fast" in capsys.readouterr().err
