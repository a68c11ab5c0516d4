"""A stack that is well: doctor finds nothing wrong with it, and says that a request is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.doctor.healthy import Broken, failed, sight
from wellit import catalogue
from wellit.doctor import likely, report
from wellit.doctor.sight import Heard
from wellit.report import render

STACKS = [
    (guide, environment)
    for guide in catalogue.guide_names()
    if catalogue.guide_source(guide).data["way"] == "llm-d"  # a graph of Dynamo has tests of its own
    for environment in catalogue.environments_of(catalogue.guide_source(guide))
]


@pytest.mark.parametrize(("guide", "environment"), STACKS, ids=lambda word: word)
def test_nothing_is_found_wrong(guide: str, environment: str) -> None:
    found = report(sight(guide, environment))
    assert failed(found) == {}
    assert found.exit_code == 0
    assert str(found.summary["result"]).startswith("a request is answered in 0.12 s")
    text = render(found)
    assert "√ gateway class" in text and "√ answer" in text and "×" not in text


def test_a_stack_of_somebody_elses() -> None:
    """Without a record the way is found by the objects."""
    found = report(replace(sight(), record=None))
    assert failed(found) == {} and found.exit_code == 0
    assert "guide" not in found.summary and "next" not in found.summary


def test_a_stack_without_a_gateway_is_asked_at_a_pod() -> None:
    found = report(sight("inference-scheduling", "sglang", gateway="none"))
    hops = {hop["hop"]: hop["status"] for hop in found.summary["hops"]}  # type: ignore[attr-defined]
    assert found.exit_code == 0 and hops["answer"] == "pass" and "gateway" not in hops


def test_each_of_several_pools_is_followed() -> None:
    whole = sight("multi-engine", "vllm-sglang")
    found = report(whole)
    pools = [hop["pool"] for hop in found.summary["hops"]]  # type: ignore[attr-defined]
    assert len(set(pools)) == 2
    assert render(found).count("√ answer") == 2


def test_a_class_that_the_sandbox_simulates_is_neither_good_nor_bad() -> None:
    b = Broken(sight())
    conditions = [
        {"type": "Accepted", "status": "True", "reason": "SimulatedByWellit", "message": "nothing reconciles it"}
    ]
    b.one("GatewayClass")["status"] = {"conditions": conditions}
    b.put(answers={})
    found = b.report()
    assert failed(found) == {} and found.exit_code == 2
    assert "the sandbox says so" in next(check.detail for check in found.checks if check.id == "WL730")


def test_what_may_not_be_read_is_not_taken_for_missing() -> None:
    b = Broken(sight())
    for kind, why in (("ConfigMap", "list configmaps in ns"), ("DestinationRule", "list destinationrules in ns")):
        b.drop(kind)
        b.put(unread={**b.sight.unread, kind: why})
    denied = Heard(failure="you may not create pods/portforward", denied=True)
    b.put(answers=dict.fromkeys(b.sight.answers, denied), models={}, metrics={})
    found = b.report()
    assert failed(found) == {} and found.exit_code == 2
    unknown = {check.id: check.detail for check in found.checks if check.status == "unknown"}
    assert unknown["WL741"] == "you may not list destinationrules in ns"
    assert unknown["WL758"] == "you may not create pods/portforward"
    assert unknown["WL759"] == "you may not list configmaps in ns"


def test_a_mistake_is_told_at_the_pool_that_has_it() -> None:
    b = Broken(sight("multi-engine", "vllm-sglang"))
    b.one("DestinationRule", "vllm")["spec"]["host"] = "nobody"
    found = b.report()
    wrong = {(hop["pool"], hop["hop"]) for hop in found.summary["hops"] if hop["status"] == "fail"}  # type: ignore[attr-defined]
    assert wrong == {("gaie-multi-engine-vllm", "picker")}
    assert set(failed(found)) == {"WL741"}
    assert "patch destinationrule.networking.istio.io gaie-multi-engine-vllm-epp" in failed(found)["WL741"].fix
    cause = likely(b.sight, "WL712")
    assert cause and cause.id == "WL741"


def test_containers_that_ended_with_their_node_and_run_again_are_no_fault() -> None:
    b = Broken(sight())
    last = {"terminated": {"exitCode": 255, "reason": "Unknown", "finishedAt": "2027-01-15T07:59:30Z"}}
    for one in b.all("Pod", ""):
        for status in one["status"]["containerStatuses"]:
            status |= {"lastState": last, "restartCount": 2}
    assert failed(b.report()) == {}
    last["terminated"]["reason"] = "Error"
    assert {"WL742", "WL750"} <= set(failed(b.report()))
