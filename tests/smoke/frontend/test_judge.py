"""The checks of a Dynamo stack, over figures: one that is well passes them all, and what is broken is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.smoke.frontend import world
from tests.smoke.frontend.world import DECODE, PREFILL, chatted, checks, figures, health, page, pages, target, worker
from wellit.checks import CHECKS
from wellit.prometheus import Page
from wellit.smoke.ask import OVER, Answer
from wellit.smoke.figures import Road
from wellit.smoke.frontend import judge

DOCTOR = "invoke doctor --launched=x"
ONE = ("dynamo", "backend", DECODE)
BOTH = (("dynamo", "prefill", PREFILL), ONE)


def test_a_stack_that_is_well_passes_every_check() -> None:
    found = judge.checks(figures())
    assert {check.status for check in found} == {"pass"}, [check for check in found if check.status != "pass"]
    assert [check.id for check in found] == [
        "WL860", "WL861", "WL862", "WL863", "WL864", "WL865", "WL866", "WL867", "WL868", "WL868", "WL869",
    ]  # fmt: skip
    assert {check.id for check in found} <= set(CHECKS)
    assert found[-1].detail == "prefill by prefill, decode by decode"


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ((), "no worker has registered with the frontend"),
        ((BOTH[0],), "no decode worker has registered with the frontend, and without one the prefill workers"),
        ((ONE,), "no prefill worker has registered with the frontend, and without one the decode workers"),
        ((BOTH[0], ("other", "backend", DECODE)),
         "in different namespaces of Dynamo, where they do not find each other: prefill in dynamo and decode in other"),
        (BOTH, "do not belong together: doctor compares what they say"),
    ],
)  # fmt: skip
def test_a_model_that_is_not_listed_has_its_cause(known: tuple[Any, ...], why: str) -> None:
    refused = Answer(503, world.NOT_READY)
    found = checks(
        figures(models=Answer(200, world.EMPTY), completion=refused, chat=refused, stream=refused, unknown=refused,
                health=health(*known))
    )  # fmt: skip
    assert found["WL861"].status == "fail" and why in found["WL861"].detail and found["WL861"].fix == DOCTOR
    assert found["WL863"].status == "fail" and "503" in found["WL863"].detail
    if known != BOTH:
        assert why in found["WL863"].detail
    for key in ("WL865", "WL866", "WL867", "WL869"):  # nothing is said of what was not answered
        assert found[key].status == "skip"


def test_a_path_that_no_worker_opened_is_no_unknown_model() -> None:
    found = checks(figures(chat=Answer(404, ""), target=target(worker("w", "")), health=health()))
    assert "no worker has registered" in found["WL863"].detail


@pytest.mark.parametrize(
    ("answer", "why", "fix"),
    [
        (Answer(500, '{"message":"Failed to generate completions","code":500}'), "one that was killed is", DOCTOR),
        (Answer(404, '{"message":"Model not found","code":404}'), "has registered a model of this name", DOCTOR),
        (Answer(401, ""), "a key is wanted", "export WELLIT_API_KEY=..., then again"),
        (Answer(error="no connection: Connection refused"), "the frontend has ended, or never started", DOCTOR),
        (Answer(error="no answer in 20 s"), "a worker that hangs", DOCTOR),
        (Answer(error="the answer broke off: x"), "the frontend ended in the middle", "tail -n 50 f.log"),
        (Answer(418, "tea"), "the worker itself refuses or fails", "tail -n 50 f.log"),
    ],
)  # fmt: skip
def test_a_wrong_answer_has_its_likely_cause_and_a_command(answer: Answer, why: str, fix: str) -> None:
    found = checks(figures(chat=answer))["WL863"]
    assert found.status == "fail" and why in found.detail and found.fix == fix


def test_what_there_was_no_time_for_is_not_known() -> None:
    found = checks(figures(chat=Answer(error=OVER)))["WL863"]
    assert found.status == "unknown" and found.fix == "--timeout 180"


def test_another_name_is_listed() -> None:
    models = Answer(200, world.MODELS.replace("tiny/test", "tiny/other"))
    found = checks(figures(models=models))["WL861"]
    assert found.status == "fail" and "tiny/other is listed, not tiny/test" in found.detail
    assert found.fix == "invoke launch -g dynamo-sglang -e disagg --set model.servedName=tiny/other"


def test_a_model_that_is_listed_and_not_ready_by_its_gauge() -> None:
    ready = 'dynamo_frontend_model_ready{model="tiny/test"} %d\n'
    assert checks(figures(after=page(5, ready % 1)))["WL861"].status == "pass"
    assert checks(figures(after=page(5, ready % 0)))["WL861"].status == "fail"


def test_an_unknown_model_that_is_answered() -> None:
    assert "no frontend of Dynamo" in checks(figures(unknown=chatted()))["WL866"].detail


@pytest.mark.parametrize(
    ("after", "status", "why"),
    [
        (page(4), "fail", "grew by 2 for 3 answers"),
        (page(9), "pass", "grew by 7 for 3 answers"),  # somebody else asks, too
        (Page(200), "fail", "is not on the page for tiny/test"),
        (Page(404, why="404 in 0.1 s"), "fail", "/metrics: 404"),
    ],
)
def test_metrics_that_do_not_count(after: Page, status: str, why: str) -> None:
    found = checks(figures(after=after))["WL867"]
    assert found.status == status and why in found.detail


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"health": Answer(503, '{"status":"notready","endpoints":{"generate":"ready"}}')},
         "DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS"),
        ({"health": Answer(503, '{"status":"notready","endpoints":{"generate":"notready"}}')},
         "its health payload is not answered"),
        ({"live": Answer(503, '{"status":"notready","endpoints":{}}')}, "still loads its model"),
        ({"health": Answer(404, "nothing here")}, "nothing of Dynamo's answers at its system port"),
        ({"health": Answer(error="no connection: Connection refused")}, "no connection: Connection refused"),
        ({"metrics": Page(500, why="500 in 1 s")}, "/metrics: 500 in 1 s"),
    ],
)  # fmt: skip
def test_a_worker_that_is_not_well(changes: dict[str, Any], why: str) -> None:
    found = checks(figures(workers={"prefill": pages(PREFILL), "decode": pages(DECODE, **changes)}))["WL868"]
    assert found.status == "fail" and why in found.detail and found.fix == "tail -n 50 decode.log"


def test_a_worker_that_the_frontend_does_not_know() -> None:
    found = checks(figures(workers={"prefill": pages(PREFILL), "decode": pages(7)}))["WL868"]
    assert found.status == "fail" and "the frontend does not know it" in found.detail


def test_a_worker_without_a_system_port_cannot_be_asked() -> None:
    lost = replace(worker("decode", "decode"), road=Road(why="it has no system port"))
    found = checks(figures(target=target(worker("prefill", "prefill"), lost), workers={"prefill": pages(PREFILL)}))
    assert found["WL868"].status == "unknown" and "no system port" in found["WL868"].detail


@pytest.mark.parametrize(
    ("chat", "status", "why"),
    [
        (chatted(DECODE, DECODE), "fail", "the same worker did both"),
        (chatted(DECODE, PREFILL), "fail", "the first is no prefill worker"),
        (chatted(5, DECODE), "fail", "the frontend knows no worker 5"),
        (chatted(None, None), "unknown", "does not say which workers took part"),
        (Answer(500, "x"), "skip", "no chat was answered"),
    ],
)
def test_who_took_part(chat: Answer, status: str, why: str) -> None:
    found = checks(figures(chat=chat))["WL869"]
    assert found.status == status and why in found.detail


def test_a_stack_that_does_not_split_has_one_worker_for_an_answer() -> None:
    alone = {"target": target(worker("w", "")), "health": health(ONE), "workers": {"w": pages(DECODE)}}
    good = checks(figures(chat=chatted(DECODE, DECODE), **alone))["WL869"]
    assert good.status == "pass" and good.detail == "prefill by w, decode by w"
    assert checks(figures(chat=chatted(), **alone))["WL869"].status == "fail"


def routed(*groups: tuple[int, ...], known: tuple[Any, ...] = (("d", "backend", 1), ("d", "backend", 2))) -> Any:
    made = target(worker("w-1", ""), worker("w-2", ""), router="kv")
    same = tuple(tuple(chatted(number, number) for number in group) for group in groups)
    return checks(figures(target=made, health=health(*known), same=same, chat=chatted(1, 1)))["WL870"]


def test_equal_prompts_go_to_one_worker() -> None:
    good = routed((1, 1, 1), (2, 2, 2), (1, 1, 1))
    assert (good.status, good.detail) == ("pass", "6 of 6 requests went where their prompt was, of 2 workers")
    spread = routed((1, 2, 1), (2, 1, 2), (1, 2, 1))
    assert spread.status == "fail" and "3 of 6" in spread.detail and "does not hear what is cached" in spread.detail
    assert routed().status == "unknown"
    assert routed((1, 1, 1), known=(("d", "backend", 1),)).status == "unknown"
    one = checks(figures(target=target(worker("w", ""), router="kv"), chat=chatted(DECODE, DECODE)))["WL870"]
    assert one.status == "skip"


def test_a_frontend_that_cannot_be_reached() -> None:
    found = judge.checks(figures(target=target(road=Road(why="you may not create pods/portforward", permitted=False))))
    assert (found[0].id, found[0].status) == ("WL860", "unknown")
    gone = judge.checks(figures(models=Answer(error="no connection: Connection refused")))
    assert (gone[0].id, gone[0].status) == ("WL860", "fail") and gone[1].id == "WL868"


def test_what_stands_in_for_the_engine_is_said() -> None:
    found = checks(figures(target=target(stands_in="the mocker")))
    assert found["WL861"].detail == "tiny/test; the mocker"
