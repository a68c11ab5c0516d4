from __future__ import annotations

import pytest

from tests.sandbox.kubelet.made import container
from wellit.sandbox.box.kubelet.probe import Pace, Probe, Tally, probes


def probe(kind: str = "readiness", **said: int) -> Probe:
    return Probe.read(kind, {"tcpSocket": {"port": 1}, **said})


def verdicts(of: Probe, answers: str) -> list[bool | None]:
    tally, seen = Tally(of), []
    for answer in answers:
        tally.count(answer == "+")
        seen.append(tally.verdict)
    return seen


def test_what_the_spec_leaves_out_is_kubernetes_default() -> None:
    assert probe() == Probe("readiness", {"tcpSocket": {"port": 1}}, 0, 10, 1, 1, 3)
    assert list(probes(container(livenessProbe={"exec": {}}, startupProbe={"exec": {}}))) == ["startup", "liveness"]


def test_a_container_is_not_ready_before_it_says_so() -> None:
    assert Tally(probe()).verdict is False
    assert Tally(probe("liveness")).verdict is True
    assert Tally(probe("startup")).verdict is None


def test_answers_count_in_a_row() -> None:
    assert verdicts(probe(successThreshold=2, failureThreshold=2), "+-++-+--") == [
        False, False, False, True, True, True, True, False,
    ]  # fmt: skip


def test_a_startup_that_fails_too_often_has_failed() -> None:
    assert verdicts(probe("startup", failureThreshold=3), "---") == [None, None, False]
    assert verdicts(probe("startup", failureThreshold=3), "--+") == [None, None, True]


def test_only_what_is_new_is_news_except_for_what_ends_a_container() -> None:
    ready, live = Tally(probe(failureThreshold=1)), Tally(probe("liveness", failureThreshold=1))
    assert [ready.count(good) for good in (False, True, True, False, False)] == [False, True, False, True, False]
    assert [live.count(good) for good in (True, False, False)] == [False, True, True]


@pytest.mark.parametrize("kind", ["startup", "readiness"])
def test_until_it_has_succeeded_a_probe_is_asked_sooner(kind: str) -> None:
    pace = Pace(probe(kind, initialDelaySeconds=15, periodSeconds=30), eager=0.5, settle=1)
    assert pace.next(0, answered=False) == 0.5
    assert pace.next(14.8, answered=False) == 15
    assert not pace.counts(14.9)
    assert pace.counts(15)
    assert not pace.counts(44)
    assert pace.counts(45)


def test_once_it_has_succeeded_its_own_period_counts() -> None:
    pace = Pace(probe(initialDelaySeconds=5, periodSeconds=10), eager=0.5, settle=1)
    assert pace.next(2, answered=True) == 5
    pace.counts(5)
    assert pace.next(5, answered=True) == 15


def test_liveness_is_in_no_hurry() -> None:
    pace = Pace(probe("liveness", initialDelaySeconds=20, periodSeconds=10), eager=0.5, settle=1)
    assert pace.next(0, answered=False) == 10
    assert not pace.counts(10)
    assert pace.next(11, answered=False) == 20


def test_nothing_counts_in_the_first_moment() -> None:
    assert not Pace(probe(), eager=0.5, settle=1).counts(0.5)


def test_a_probe_that_came_late_is_not_made_up_for() -> None:
    pace = Pace(probe(periodSeconds=10), eager=0.5, settle=1)
    assert pace.counts(47)
    assert not pace.counts(48)
    assert pace.counts(57)
