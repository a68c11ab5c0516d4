"""An install that does not get ready: each part with pod, reason, last words, and the line of the values behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.doctor.healthy import Broken, rendered, sight
from tests.support.clusters import access, failed
from wellit import compose, demand, doctor, record, unready
from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.live import Live, part_of, pod_state
from wellit.waiting import NotReady

GUIDE, ENVIRONMENT = "pd-disaggregation", "sglang"
SETS = ("decode.args=[--no-such-flag]",)
DECODE, ENGINE = "decode", "sglang"
IMAGE = "docker.io/lmsysorg/sglang:v0.5.6.post2-runtime"


def waits(part: str, reason: str, message: str) -> Callable[[Broken], None]:
    """A container that does not start."""

    def change(broken: Broken) -> None:
        broken.not_ready(part)
        for status in broken.statuses(part, ENGINE):
            status["state"] = {"waiting": {"reason": reason, "message": message}}

    return change


def ends(broken: Broken) -> None:
    broken.ends(DECODE, ENGINE, 2, "launch_server.py: error: unrecognized arguments: --no-such-flag\n")


def no_node(broken: Broken) -> None:
    broken.not_ready(DECODE)
    said = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."}  # fmt: skip
    for pod in broken.all("Pod", DECODE):
        pod["status"] = {"phase": "Pending", "conditions": [said]}


def still_loads(broken: Broken) -> None:
    broken.not_ready(DECODE)
    broken.one("Deployment", DECODE)["status"] = {}


def explained(change: Callable[[Broken], None], monkeypatch: pytest.MonkeyPatch, **about: Any) -> Report:
    """The report of an install whose cluster looks so."""
    sets = SETS if change is ends else ()
    made, manifests = rendered(GUIDE, ENVIRONMENT, sets)
    broken = Broken(sight(GUIDE, ENVIRONMENT, sets=sets))
    change(broken)
    wanted = next(one for one in demand.read(manifests, made.namespace).objects if one.name.endswith("-decode"))
    live = {**broken.one("Deployment", DECODE), "status": {}}
    late = NotReady("not ready after 9 s: it", write="kubectl describe pod x")
    late.live = Live((part_of(wanted, live, [pod_state(pod) for pod in broken.all("Pod", DECODE)]),))
    monkeypatch.setattr(record, "read", lambda *_: None)
    monkeypatch.setattr(doctor, "look", lambda *_, **__: broken.sight)
    here, _ = access(about)
    return unready.explained(late, Report("install"), made, manifests, here)


@pytest.mark.parametrize(
    ("change", "key", "says", "line"),
    [
        (no_node, "WL725", "Insufficient nvidia.com/gpu", "tensorParallel: 1"),
        (waits(DECODE, "ErrImagePull", f'"{IMAGE}": not found'), "WL726", "cannot be pulled", "lmsysorg/sglang"),
        (waits(DECODE, "CreateContainerConfigError", 'secret "t" not found'), "WL727", 'secret "t" not found', ""),
        (ends, "WL728", "has no flag --no-such-flag", "--set decode.args=[--no-such-flag]"),
    ],
)
def test_a_cause_is_told_with_its_line(
    change: Callable[[Broken], None], key: str, says: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = explained(change, monkeypatch)
    checks = [check for check in found.checks if check.id == key]
    assert len(checks) == 1 and found.exit_code == 1, found.checks
    check = checks[0]
    assert says in f"{check.detail}\n{check.evidence}"
    assert check.title.startswith("Deployment ms-pd-llm-d-modelservice-decode: ")
    last = check.evidence.splitlines()[-1]
    assert (line in last) if line else "values" not in check.evidence, check.evidence
    assert "or in the files: " in check.fix if line else check.fix
    assert found.summary["result"] == "not ready after 9 s: it"
    assert "kubectl describe pod x" in str(found.summary["next"])


def test_a_rollback_tells_the_same_by_the_choices_that_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings stand in the record: the words of --set are the place of one."""
    made, manifests = rendered(GUIDE, ENVIRONMENT, SETS)
    known = record.make(made, manifests, demand.read(manifests, made.namespace), {})
    seen: list[Any] = []

    def told(late: NotReady, report: Report, stack: Any, of: Any, _: Any) -> Report:
        seen.append((late, report.command, stack.at(("decode", "args")), stack.components, of.releases))
        return report

    monkeypatch.setattr(unready, "explained", told)
    late, here = NotReady("not ready after 9 s: it", write="then the same again"), access({})[0]
    unready.went_back(late, here, known)
    ((_, command, place, components, releases),) = seen
    assert command == "rollback" and str(place) == '--set decode.args=["--no-such-flag"]'
    assert components == made.components and [one.name for one in releases] == known.release_names

    def gone(_: Any) -> None:
        raise CannotAnswer("no such guide")

    monkeypatch.setattr(compose, "compose", gone)
    found = unready.went_back(late, here, known)
    assert [(check.status, check.detail) for check in found.checks] == [
        ("unknown", "no such guide"), ("fail", late.message),
    ]  # fmt: skip
    assert found.exit_code == 1 and found.summary["result"] == late.message


def test_what_has_no_cause_that_is_known_is_told_in_kubernetes_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "causes", lambda _: [])
    name = Broken(sight(GUIDE, ENVIRONMENT)).one("Pod", DECODE)["metadata"]["name"]
    found = explained(still_loads, monkeypatch, **{f"logs {name} -n llm-d-pd --tail=5": "loading\n"})
    (check,) = found.checks
    assert isinstance(check, Check) and (check.id, check.evidence) == ("WL729", "loading")
    assert "pods ready" in check.detail and f"describe pod {name}" in check.fix


def test_a_cluster_that_is_gone_by_then_is_no_reason_to_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise CannotAnswer("context c does not answer", write="is it up?")

    made, manifests = rendered(GUIDE, ENVIRONMENT, SETS)
    late = NotReady("not ready after 9 s: the cluster did not answer")
    monkeypatch.setattr(record, "read", away)
    found = unready.explained(late, Report("install"), made, manifests, access({"x": failed("no")})[0])
    assert [(check.status, check.detail) for check in found.checks] == [
        ("unknown", "context c does not answer"), ("fail", late.message),
    ]  # fmt: skip
    assert found.exit_code == 1
