from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from wellit.errors import CannotAnswer, Refused
from wellit.findings import Check, Report
from wellit.watch import LOST, watch


def report(status: str, detail: str) -> Report:
    made = Report("status")
    made.add([Check("WL701", "d has its pods", "pass" if status == "pass" else "fail", detail)])
    return made


def looking(*found: Report | Exception) -> Callable[[], Report]:
    given: Iterator[Report | Exception] = iter(found)

    def look() -> Report:
        one = next(given)
        if isinstance(one, Exception):
            raise one
        return one

    return look


def until(count: int) -> Callable[[float], None]:
    """Sleeps that many times; then somebody types Ctrl-C."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        assert seconds >= 2
        if len(slept) > count:
            raise KeyboardInterrupt

    return sleep


def test_what_changes_is_told_once_and_the_last_look_is_the_answer() -> None:
    said: list[str] = []
    looks = [report("fail", "1 of 2"), report("fail", "1 of 2"), report("pass", "2 of 2")]
    last = watch(looking(*looks), said.append, sleep=until(2), terminal=False)
    assert [line.partition("  [")[0] for line in said] == [
        "  not so  d has its pods: 1 of 2",
        "  so      d has its pods: 2 of 2",
    ]
    assert last.exit_code == 0


def test_a_cluster_that_goes_away_and_comes_back_is_said_and_survived() -> None:
    said: list[str] = []
    gone = CannotAnswer("it does not answer", why="connection refused")
    looks: list[Report | Exception] = [report("pass", "2 of 2"), gone, gone, report("fail", "1 of 2")]
    last = watch(looking(*looks), said.append, sleep=until(3), terminal=False)
    assert said[1:3] == [f"  {LOST}: connection refused", "  the cluster answers again"]
    assert last.exit_code == 1


def test_what_was_seen_last_is_no_answer_while_the_cluster_is_away() -> None:
    looks: list[Report | Exception] = [report("pass", "2 of 2"), CannotAnswer("it does not answer")]
    assert watch(looking(*looks), lambda _: None, sleep=until(1), terminal=False).exit_code == 2


@pytest.mark.parametrize("looks", [[Refused("no stack")], [report("pass", ""), Refused("no stack")]])
def test_a_stack_that_is_not_there_or_goes_ends_it(looks: list[Report | Exception]) -> None:
    with pytest.raises(Refused, match="no stack"):
        watch(looking(*looks), lambda _: None, sleep=until(5), terminal=False)


def test_a_first_look_that_has_no_answer_is_told_as_ever() -> None:
    with pytest.raises(CannotAnswer):
        watch(looking(CannotAnswer("it does not answer")), lambda _: None, sleep=until(5), terminal=False)
