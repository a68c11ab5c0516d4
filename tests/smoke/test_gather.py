"""The asking, of real servers: what is found in them, and that it ends whatever they do."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.smoke.stack import Model, running
from tests.smoke.world import WORDS
from wellit.findings import Check
from wellit.smoke import judge
from wellit.smoke.figures import Figures, Road
from wellit.smoke.gather import gather


def told(figures: Figures) -> dict[str, Check]:
    return {check.id: check for check in judge.checks(figures, WORDS)}


def test_a_stack_that_keeps_what_its_guide_promises() -> None:
    # slow enough for a queue: the burst has 50 requests a second for each
    with running(Model("d-0", seconds=0.3), Model("d-1", seconds=0.3)) as stack:
        found = gather(stack.parts, stack.roads, 30)
        checks = told(found)
        assert {key: check.status for key, check in checks.items() if check.status != "pass" and key != "WL716"} == {}
        assert "m, 200 in" in checks["WL711"].detail and checks["WL711"].detail.endswith(": a test")
        assert checks["WL714"].detail.startswith("3 pieces, the first after 0.")
        assert checks["WL721"].detail == "12 of 12 requests went where their prefix was"
        assert checks["WL718"].detail.startswith("64 at once in ")
        prompts = [body["prompt"] for model in stack.models for body in model.seen if len(body.get("prompt", "")) > 64]
        assert len(prompts) == 64 + 3 * 5 and len({prompt[:64] for prompt in prompts}) == 64 + 3
    assert found.asked > 64 and found.seconds < 30


def test_a_picker_that_sees_no_queue() -> None:
    with running(Model("d-0", 2, 0.2), Model("d-1", 2, 0.2), blind=True) as stack:
        check = told(gather(stack.parts, stack.roads, 30))["WL719"]
    assert check.status == "fail" and "the picker read 0 all the time" in check.detail


def test_a_picker_that_is_still_starting_is_waited_for() -> None:
    with running(starting=4) as stack:
        checks = told(gather(stack.parts, stack.roads, 30))
        assert stack.starting == 0
    assert checks["WL710"].detail.startswith("through the gateway g; its picker took requests after ")
    assert checks["WL712"].status == checks["WL724"].status == "pass"


def test_a_gateway_that_goes_past_its_picker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellit.smoke.gather.PAST_SECONDS", 0.2)
    with running(Model("d-0", picked=False), Model("d-1", picked=False)) as stack:
        check = told(gather(stack.parts, stack.roads, 30))["WL724"]
    assert check.status == "warn" and "goes past a picker" in check.detail


def test_a_gateway_that_forgets_prefixes() -> None:
    with running(sticky=False) as stack:
        check = told(gather(stack.parts, stack.roads, 30))["WL721"]
    assert check.status == "fail"


def test_an_engine_without_a_metrics_page() -> None:
    with running(Model("d-0"), Model("d-1", metrics=False)) as stack:
        check = told(gather(stack.parts, stack.roads, 30))["WL719"]
    assert check.status == "fail" and check.detail.startswith("d-1 has no sglang:num_queue_reqs at /metrics (404)")


def test_a_server_that_is_dead_while_its_pod_is_ready() -> None:
    with running() as stack:
        gone = replace(stack.roads, servers={**stack.roads.servers, "d-1": Road("http://127.0.0.1:1")})
        check = told(gather(stack.parts, gone, 30))["WL717"]
    assert check.status == "fail" and check.detail == "d-1: Ready, and no connection: Connection refused"


def test_an_engine_that_hangs_ends_in_its_time() -> None:
    began = time.monotonic()
    with running(Model("d-0", hangs=True), Model("d-1", hangs=True)) as stack:
        checks = told(gather(stack.parts, stack.roads, 2))
    assert time.monotonic() - began < 5
    assert checks["WL711"].status == "pass"
    assert checks["WL712"].status == "fail" and ": the request is held somewhere" in checks["WL712"].detail
    assert (checks["WL713"].status, checks["WL713"].detail) == ("unknown", "not asked: the time was over")
    assert (checks["WL719"].status, checks["WL719"].detail) == ("skip", "no request is answered")


def test_a_stack_without_a_way_in_is_told_and_its_servers_are_asked() -> None:
    with running() as stack:
        closed = replace(stack.roads, entry=(Road(why="there is no service g", fix="look"),))
        checks = told(gather(stack.parts, closed, 30))
    assert (checks["WL710"].status, checks["WL710"].detail) == ("fail", "there is no service g")
    assert checks["WL717"].status == "pass" and "WL712" not in checks


def test_errors_of_an_engine_in_a_burst_are_counted() -> None:
    with running(Model("d-0"), Model("d-1")) as stack:
        stack.models[1].faults += [503] * 30
        checks = told(gather(stack.parts, stack.roads, 30))
    assert checks["WL718"].status == "fail" and "x 503" in checks["WL718"].detail
    assert checks["WL718"].evidence == "the engine says no"


def test_the_key_is_sent_and_nobody_else_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_API_KEY", "sesame")
    with running() as stack:
        found = gather(stack.parts, stack.roads, 30)
        assert {key for model in stack.models for key in model.authorized} == {"Bearer sesame"}
    assert "sesame" not in str(judge.checks(found, WORDS))
