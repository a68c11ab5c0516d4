from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.kubelet.made import PLACE, container, pod
from wellit.sandbox.box.kubelet.states import State, first_states
from wellit.sandbox.box.kubelet.status import phase, status

SIDECAR = container("s", restartPolicy="Always")


def states(of: dict[str, Any], **done: str) -> dict[str, State]:
    """The containers of a pod after `done`: ``c="run 0 run"``, an exit code for each end, "ready" at last."""
    made = first_states(of)
    for name, words in done.items():
        for word in words.split():
            if word in ("run", "ready"):
                made[name].run("id")
                made[name].started = made[name].ready = word == "ready"
            elif word == "wait":
                made[name].wait("CrashLoopBackOff")
            else:
                made[name].end(int(word))
    return made


@pytest.mark.parametrize(
    ("policy", "done", "wanted"),
    [
        ("Always", {}, "Pending"),
        ("Always", {"a": "run"}, "Pending"),
        ("Always", {"a": "run", "b": "run"}, "Running"),
        ("Always", {"a": "run 1", "b": "run"}, "Running"),
        ("Always", {"a": "run 0", "b": "run 0"}, "Running"),
        ("Always", {"a": "run 1 wait", "b": "run"}, "Running"),
        ("Never", {"a": "run 0", "b": "run 0"}, "Succeeded"),
        ("Never", {"a": "run 0", "b": "run 2"}, "Failed"),
        ("Never", {"a": "run 1", "b": "run"}, "Running"),
        ("OnFailure", {"a": "run 0", "b": "run 0"}, "Succeeded"),
        ("OnFailure", {"a": "run 1 wait", "b": "run 0"}, "Running"),
    ],
)
def test_phases(policy: str, done: dict[str, str], wanted: str) -> None:
    of = pod(container("a"), container("b"), restartPolicy=policy)
    assert phase(of, states(of, **done)) == wanted


def test_an_init_container_that_failed_for_good_fails_the_pod() -> None:
    once, always = (pod(init=(container("i"),), restartPolicy=policy) for policy in ("Never", "Always"))
    assert phase(once, states(once, i="run 1")) == "Failed"
    assert phase(always, states(always, i="run 1 wait")) == "Pending"


def written(of: dict[str, Any], message: str = "", **done: str) -> dict[str, Any]:
    return status(of, states(of, **done), PLACE, "2026-01-01T00:00:00Z", message)


def condition(said: dict[str, Any], kind: str) -> tuple[str, str | None, str | None]:
    (found,) = (one for one in said["conditions"] if one["type"] == kind)
    return found["status"], found["reason"], found["message"]


def test_a_pod_is_ready_when_all_that_stays_is() -> None:
    of = pod(init=(container("i"), SIDECAR))
    assert condition(written(of, i="run 0", s="ready", c="ready"), "Ready") == ("True", None, None)
    unready = written(of, i="run 0", s="run", c="ready")
    words = "containers with unready status: [s]"
    assert condition(unready, "Ready") == ("False", "ContainersNotReady", words)
    assert condition(unready, "ContainersReady") == ("False", "ContainersNotReady", words)


def test_what_is_not_initialized_is_named() -> None:
    of = pod(init=(container("i"), SIDECAR))
    words = "containers with incomplete status: [i s]"
    assert condition(written(of), "Initialized") == ("False", "ContainersNotInitialized", words)
    assert condition(written(of, i="run 0", s="ready"), "Initialized")[0] == "True"
    restarting = written(of, i="run 0", s="ready 1 wait", c="run")
    assert condition(restarting, "Initialized")[0] == "True", "its containers have begun"


def test_a_pod_that_is_done_is_not_ready() -> None:
    of = pod(restartPolicy="Never")
    assert condition(written(of, c="run 0"), "Ready") == ("False", "PodCompleted", None)
    assert condition(written(of, c="run 1"), "ContainersReady") == ("False", "PodFailed", None)


def test_only_where_nothing_runs_is_readiness_called_simulated() -> None:
    of = pod(container("a"), container("b"))
    made = states(of, a="ready", b="ready")
    made["b"].played = "SimulatedByWellit"
    said = status(of, made, PLACE, "", "")
    assert condition(said, "Ready") == ("True", "SimulatedByWellit", "nothing runs in: b")


def test_a_condition_keeps_its_time_until_it_changes() -> None:
    of = pod()
    old = "2026-01-01T00:00:00Z"
    before = [{"type": kind, "status": "True", "lastTransitionTime": old} for kind in ("Ready", "Initialized")]
    of["status"] = {"conditions": before}
    times = {one["type"]: one["lastTransitionTime"] for one in written(of, c="run")["conditions"]}
    assert times["Initialized"] == old
    assert times["Ready"] != old


def test_gates_are_opened_for_want_of_who_would_and_heeded_when_somebody_closes_them() -> None:
    of = pod(readinessGates=[{"conditionType": "lb"}])
    said = written(of, c="ready")
    assert condition(said, "lb")[:2] == ("True", "SimulatedByWellit")
    assert condition(said, "Ready")[0] == "True"
    of["status"] = {"conditions": [{"type": "lb", "status": "False", "lastTransitionTime": ""}]}
    closed = written(of, c="ready")
    words = 'the status of pod readiness gate "lb" is not "True", but False'
    assert condition(closed, "Ready") == ("False", "ReadinessGatesNotReady", words)


def test_what_a_container_went_through_is_told() -> None:
    of = pod()
    made = states(of, c="run 3 wait")
    made["c"].restarts = 2
    (said,) = status(of, made, PLACE, "", "")["containerStatuses"]
    assert said["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert said["lastState"]["terminated"]["exitCode"] == 3
    assert said["lastState"]["terminated"]["reason"] == "Error"
    assert (said["restartCount"], said["ready"], said["started"]) == (2, False, False)


def test_an_init_container_that_is_done_is_ready_as_kubernetes_has_it() -> None:
    of = pod(init=(container("i"),))
    (said,) = written(of, i="run 0")["initContainerStatuses"]
    assert said["ready"] is True
    assert said["state"]["terminated"]["reason"] == "Completed"


def test_the_address_is_said_when_there_is_one() -> None:
    said = written(pod())
    assert (said["podIP"], said["hostIP"]) == ("10.66.0.7", "10.0.0.1")
    assert "podIP" not in status(pod(), states(pod()), PLACE | {"podIP": ""}, "", "")


def test_a_container_of_a_box_that_is_gone_is_a_restart_more() -> None:
    of = pod()
    begun = "2026-01-01T00:00:00Z"
    running = {"name": "c", "restartCount": 4, "state": {"running": {"startedAt": begun}}}
    of["status"] = {"containerStatuses": [running]}
    one = first_states(of)["c"]
    assert one.restarts == 5
    assert one.last and one.last["terminated"]["reason"] == "Unknown"
    assert one.last["terminated"]["startedAt"] == begun


def test_a_container_that_waited_in_a_box_that_is_gone_is_no_restart() -> None:
    of = pod()
    of["status"] = {"containerStatuses": [{"name": "c", "restartCount": 0, "state": {"waiting": {"reason": "X"}}}]}
    assert first_states(of)["c"].restarts == 0
