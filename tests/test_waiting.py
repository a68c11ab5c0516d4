from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import DEPLOYMENT, access, failed
from tests.test_live import PODS, answer, container, deployment, items, pod
from wellit.demand import Object
from wellit.errors import CannotAnswer, Refused
from wellit.live import Live
from wellit.progress import Progress
from wellit.waiting import wait

AWAY = failed("The connection to the server was refused")


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1)


def waited(deployments: Any, said: list[str], timeout: float = 10, **known: Any) -> Live:
    here, _ = access({answer(DEPLOYMENT): deployments, PODS: items()} | known)
    clock = Clock()
    with Progress(said.append, terminal=False) as progress:
        return wait(here, "ns", [Object(DEPLOYMENT, "d")], progress, timeout, sleep=clock.sleep, clock=clock)


def test_it_waits_until_all_is_ready_and_tells_each_change_once() -> None:
    said: list[str] = []
    half = items(deployment(readyReplicas=1))
    assert waited([half, half, items(deployment())], said).ready
    assert [line.split(": ")[1].split("  [")[0] for line in said] == ["1 of 2 pods ready", "2 of 2 pods ready"]


def test_a_timeout_says_which_pod_why_and_its_last_words() -> None:
    crashed = pod([container(2, {"exitCode": 1, "reason": "Error"}, waiting={"reason": "CrashLoopBackOff"})])
    logs: dict[str, Any] = {PODS: items(crashed), "logs d-5f7-x -n ns --tail=5 -c engine --previous": "no such model\n"}
    with pytest.raises(Refused) as told:
        waited(items(deployment(readyReplicas=0)), [], **logs)
    assert (
        "not ready after 10 s: Deployment d: 0 of 2 pods ready; d-5f7-x engine: CrashLoopBackOff" in told.value.message
    )
    assert told.value.why == "d-5f7-x said last:\nno such model"
    assert "kubectl --context c describe pod d-5f7-x -n ns" in told.value.write


def test_an_api_server_that_goes_and_comes_back_is_waited_for() -> None:
    said: list[str] = []
    assert waited([AWAY, AWAY, items(deployment())], said).ready
    assert "the cluster does not answer; waiting for it" in said[0]


def test_an_api_server_that_stays_away_ends_the_wait() -> None:
    with pytest.raises(CannotAnswer, match="does not answer"):
        waited(AWAY, [], timeout=1000)


def test_a_terminal_shows_a_table_in_place_and_the_end_as_lines(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    with Progress(said.append, terminal=True) as progress:
        progress.show([("Deployment d", False, "1 of 2 pods ready")])
        progress.show([("Deployment d", True, "2 of 2 pods ready")])
    assert "2 of 2 pods ready" in capsys.readouterr().err
    assert len(said) == 1 and "ready    Deployment d: 2 of 2 pods ready" in said[0]


def test_the_json_of_a_look_is_small_enough_to_poll() -> None:
    # One list for each kind and one of pods, whatever the number of objects.
    here, runner = access({answer(DEPLOYMENT): items(deployment()), PODS: json.dumps({"items": []})})
    with Progress(print, terminal=False) as progress:
        wait(here, "ns", [Object(DEPLOYMENT, "d"), Object(DEPLOYMENT, "d")], progress, 1)
    assert len(runner.asked) == 2


def test_reading_pods_takes_a_tenth_of_the_time_at_most() -> None:
    """A page of pods takes two seconds here, everything else none; what is ready at last is looked at whole."""
    clock = Clock()
    states = [items(deployment(readyReplicas=1))] * 30 + [items(deployment())]
    here, runner = access({answer(DEPLOYMENT): states, PODS: items()})
    asked = runner.__call__

    def slow(argv: Any, **about: Any) -> Any:
        clock.now += 2 if "pods?" in argv[-1] else 0
        return asked(argv, **about)

    with Progress(lambda _: None, terminal=False) as progress:
        wait(replace(here, run=slow), "ns", [Object(DEPLOYMENT, "d")], progress, 1000, sleep=clock.sleep, clock=clock)
    read = sum("pods?" in words for words in runner.asked)
    assert 3 <= read <= clock.now * 0.1 / 2 + 2
