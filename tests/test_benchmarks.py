"""The benchmarks time both sides in turn, and a side that fails is told of instead of a figure."""

from __future__ import annotations

import pytest

from benchmarks import __main__ as program
from benchmarks import path, pods, timing
from benchmarks.timing import Comparison, Measured, Side
from wellit.errors import CannotAnswer
from wellit.load.asked import Asked
from wellit.load.figures import figures
from wellit.load.sample import HANGS, Sample


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


@pytest.mark.parametrize("word", ["--pods=", "--pods=0", "--pods=ten", "--pods=10,", "--pods=1e3"])
def test_numbers_of_pods_that_are_none(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([word]) == 2
    assert f"{word} says no numbers of pods" in capsys.readouterr().err


def test_numbers_of_pods() -> None:
    assert pods.parsed("--pods=10,1000") == (10, 1000)


def answered(number: int, seconds: float) -> Sample:
    return Sample(number, began=1.0, ended=1.0 + seconds)


def test_what_the_path_adds_is_told_in_time_and_as_a_ratio() -> None:
    through, direct = ([answered(n, seconds) for n in range(3)] for seconds in (0.030, 0.010))
    told = path.latency(through, direct).splitlines()[2]
    assert "| 30.0 / 30.0 | the stand-in asked directly | 10.0 / 10.0 | 20.0 / 20.0 | 3.0 / 3.0 | 3 |" in told


def test_a_request_of_which_nobody_knows_is_lost() -> None:
    samples = [answered(1, 1), Sample(2, ended=2.0, kind="HTTP 503"), Sample(3, ended=60.0, kind=HANGS), Sample(4)]
    flood = path.Flood("5 requests", Asked(requests=5), figures(samples, 2.0), ["pod"])
    told = path.losses([flood]).splitlines()[2]
    assert "| 5 requests, 1 model pods killed meanwhile | 1 | 1 | 1 | 2 | 0 | " in told
    assert "1 x HTTP 503" in told
