"""The checks, over figures: a healthy stack passes them all, and one thing that is broken is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.smoke import world
from tests.smoke.world import burst, checks, completed, figures, look, of_way, picked, pool, said, server
from wellit.checks import CHECKS
from wellit.engines import Engine
from wellit.prometheus import Page
from wellit.smoke import judge
from wellit.smoke.ask import OVER, Answer
from wellit.smoke.figures import Look, Road, Roads

KUBECTL, INVOKE = "kubectl --context c -n ns ", " -g guide -n ns --sandbox=default"


def broken(answer: Answer, key: str = "completion", of: str = "sglang") -> dict[str, Any]:
    made = pool(server("d-0", of), server("d-1", of))
    return checks(figures(made, ways=(of_way(world.way(made), **{key: answer}),)))


def test_a_healthy_stack_passes_every_check() -> None:
    found = judge.checks(figures(), world.WORDS)
    assert {check.status for check in found} == {"pass"}, [check for check in found if check.status != "pass"]
    assert [check.id for check in found] == [
        "WL710", "WL724", "WL711", "WL712", "WL713", "WL714", "WL715", "WL716", "WL717", "WL718", "WL719", "WL720",
        "WL721",
    ]  # fmt: skip
    assert {check.id for check in found} <= set(CHECKS)


@pytest.mark.parametrize(
    ("answer", "why", "fix"),
    [
        (Answer(503, "inference gateway: ServiceUnavailable - failed to find candidate pods for serving the request"),
         "the picker sees no Ready pod in the pool", KUBECTL + "get pods -o wide -l a=b"),
        (Answer(503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection"),
         "its engine has ended, or listens at another port", "invoke doctor" + INVOKE),
        (Answer(503, '{"object":"error","message":"The decode node is not ready. Please check"}'),
         "finds no engine at the port where it looks", KUBECTL + "get pods -o wide -l a=b"),
        (Answer(429, "inference gateway: InferencePoolResourceExhausted - failed to find target pod: failed to find "
                "available decode workers"), "no decode pod that is Ready", KUBECTL + "get pods -o wide -l a=b"),
        (Answer(500, ""), "the gateway cannot ask the picker", KUBECTL + "rollout restart deployment/epp"),
        (Answer(404, ""), "no route of the gateway takes this host", "invoke status" + INVOKE),
        (Answer(404, '{"error":{"message":"The model `m` does not exist.","code":404}}'),
         "does not serve a model",
         "invoke install -g guide -e sglang -n ns --sandbox=default --set model.servedName=NAME"),
        (Answer(403, "Forbidden: prefill target is not allowed (SSRF)"), "refuses the prefill server",
         "invoke validate -g guide -e sglang -n ns"),
        (Answer(401, '{"error":"Unauthorized"}'), "a key is wanted", "export WELLIT_API_KEY=..., then again"),
        (Answer(400, "inference gateway: BadRequest - no prompt"), "did not take the request",
         KUBECTL + "logs deployment/epp"),
        (Answer(500, '{"error": "CUDA out of memory"}'), "the engine itself refuses or fails",
         KUBECTL + "logs deployment/d --tail=50"),
        (Answer(error="no answer in 20 s", seconds=20), "a prefill server that never answers",
         "invoke doctor" + INVOKE),
        (Answer(error="no connection: Connection refused"), "nobody listens there", "invoke status" + INVOKE),
    ],
)  # fmt: skip
def test_a_wrong_answer_has_its_likely_cause_and_a_command(answer: Answer, why: str, fix: str) -> None:
    found = broken(answer)["WL712"]
    assert found.status == "fail" and why in found.detail and found.fix == fix
    assert answer.body[:40] in found.evidence


def test_a_picker_that_is_not_ready_is_named() -> None:
    made = pool()
    assert made.picker
    ill = replace(
        made.picker, trouble="epp-1 epp: CrashLoopBackOff, 7 restarts", stands_in="upstream's stands in for it"
    )
    sick = replace(made, picker=ill)
    found = checks(figures(sick, ways=(of_way(world.way(sick), completion=Answer(500), unknown=Answer(500)),)))
    for key in ("WL712", "WL716"):
        assert found[key].detail.endswith(
            "the picker is not Ready: epp-1 epp: CrashLoopBackOff, 7 restarts (upstream's stands in for it)"
        )
        assert found[key].fix == KUBECTL + "logs deployment/epp"


def test_what_there_was_no_time_for_is_neither_yes_nor_no() -> None:
    found = broken(Answer(error=OVER), "chat")["WL713"]
    assert (found.status, found.detail) == ("unknown", OVER)
    assert found.fix == "invoke smoke" + INVOKE + " --timeout 180"


def test_a_model_that_is_listed_under_another_name() -> None:
    found = broken(said({"data": [{"id": "other"}]}), "models")["WL711"]
    assert found.status == "fail" and found.detail.startswith("other is listed, not m")
    assert found.fix.endswith("--set model.servedName=other")


def test_a_stand_in_is_told_in_words() -> None:
    found = broken(said({"data": [{"id": "m", "stand_in": "wellit stand-in for SGLang"}]}), "models")["WL711"]
    assert found.status == "pass" and found.detail.endswith(": wellit stand-in for SGLang")


@pytest.mark.parametrize("body", ["<html>hello</html>", "[]", "{}", '{"data": []}'])
def test_what_answers_is_no_model_server(body: str) -> None:
    assert "no list of models" in broken(Answer(200, body), "models")["WL711"].detail


@pytest.mark.parametrize("key", ["completion", "chat"])
def test_an_answer_without_text(key: str) -> None:
    found = broken(Answer(200, "{}"), key)["WL712" if key == "completion" else "WL713"]
    assert found.status == "fail" and "no text in it" in found.detail


def test_a_thinking_model_has_no_content_yet() -> None:
    thinks = said(
        {"choices": [{"message": {"content": None, "reasoning_content": "Hm"}}], "usage": {"prompt_tokens": 1}}
    )
    assert broken(thinks, "chat")["WL713"].status == "pass"


STREAM = of_way().stream


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        (replace(STREAM, done=False), "fail", "no [DONE]: it was cut off"),
        (replace(STREAM, pieces=()), "fail", "took the stream apart"),
        (replace(STREAM, pieces=((0.9, "all of it"),)), "fail", "the whole answer is one piece"),
        (replace(STREAM, pieces=((0.95, "one"), (0.951, "two"))), "warn", "all at once at the end"),
        (replace(STREAM, seconds=0.2, pieces=((0.19, "one"), (0.191, "two"))), "pass", "2 pieces"),
        (Answer(200, error="an error in the stream: out of memory", seconds=1), "fail", "an error in the stream"),
    ],
)
def test_streams(answer: Answer, status: str, why: str) -> None:
    found = broken(answer, "stream")["WL714"]
    assert found.status == status and why in found.detail


def test_tokens_that_are_not_counted() -> None:
    assert broken(said({"choices": [{"text": "hi"}]}))["WL715"].status == "fail"
    assert broken(replace(STREAM, usage=False), "stream")["WL715"].status == "warn"


def test_an_unknown_model_is_what_the_engines_file_says() -> None:
    for name, wanted in {"vllm": 404, "sglang": 200, "trtllm": 200}.items():
        for status in (200, 404):
            found = broken(Answer(status, "{}"), "unknown", name)["WL716"]
            assert found.status == ("pass" if status == wanted else "fail")


def test_by_the_models_name_an_unknown_one_has_no_route() -> None:
    good = figures()
    for status, wanted in ((404, "pass"), (200, "fail")):
        asked = of_way(good.ways[0].way, unknown=Answer(status, ""))
        assert checks(replace(good, parts=replace(good.parts, by_model=True), ways=(asked,)))["WL716"].status == wanted


def test_a_dead_prefill_server_is_named_though_clients_are_answered() -> None:
    made = pool(server("d-0"), server("p-0", role="prefill"))
    dead = figures(made, direct={"d-0": said({}), "p-0": Answer(error="no connection: Connection refused")})
    found = checks(dead)["WL717"]
    assert found.status == "fail" and found.fix == KUBECTL + "delete pod p-0"
    assert "p-0: Ready, and no connection" in found.detail and "decode servers then do" in found.detail
    assert checks(dead)["WL712"].status == "pass"


def test_a_server_that_is_not_ready_is_told_as_kubectl_would() -> None:
    ill = server("d-1", ready=False, state="d-1 sglang: CrashLoopBackOff, 3 restarts: it ended with 0")
    found = checks(figures(pool(server("d-0"), ill)))["WL717"]
    assert found.detail == "d-1: d-1 sglang: CrashLoopBackOff, 3 restarts: it ended with 0"
    assert found.fix == KUBECTL + "describe pod d-1"


def test_servers_that_may_not_be_asked() -> None:
    good = figures()
    closed = Roads(
        good.roads.entry, {"d-0": Road(why="you may not create pods/portforward", fix="ask", permitted=False)}
    )
    found = checks(replace(good, roads=closed, direct={}))["WL717"]
    assert (found.status, found.detail, found.fix) == ("unknown", "you may not create pods/portforward", "ask")


def test_requests_of_a_burst_that_fail_are_counted_by_kind() -> None:
    dead = Answer(503, "upstream connect error or disconnect/reset before headers", seconds=0.1)
    lost = burst(answers=(*[completed()] * 44, dead, dead, dead, Answer(error="no answer in 20 s")))
    found = checks(figures(bursts=(lost,)))["WL718"]
    assert found.status == "fail" and found.detail.startswith("4 of 48 were not (3 x 503, 1 x no answer in 20 s)")
    assert "its engine has ended" in found.detail and found.fix == "invoke doctor" + INVOKE


def test_the_picker_that_reads_nothing_of_a_full_queue() -> None:
    made = pool()
    full = look(made, picked({"d-0": 0, "d-1": 0}), d_0={"queued": 9, "running": 16})
    found = checks(figures(made, bursts=(burst(made, looks=(full, full, full)),)))["WL719"]
    assert found.status == "fail" and "had up to 9 waiting, and the picker read 0 all the time" in found.detail
    assert found.fix == "invoke validate -g guide -e sglang -n ns"
    stranger = look(made, picked({}), d_0={"queued": 9})
    found = checks(figures(made, bursts=(burst(made, looks=(stranger,) * 3, after=stranger),)))["WL719"]
    assert "it does not know the pod" in found.detail


def test_a_queue_that_was_too_short_to_be_read_says_nothing() -> None:
    made = pool()
    short = look(made, picked({"d-0": 0, "d-1": 0}), d_0={"queued": 1, "running": 16})
    found = checks(figures(made, bursts=(burst(made, looks=(short, look(made), short)),)))["WL719"]
    assert found.status == "skip" and found.detail.startswith("not shown: up to 16 requests ran at once")
    assert found.fix == "invoke load" + INVOKE + " --concurrency 512"


def test_that_the_picker_follows_the_kv_cache_shows_it_too() -> None:
    made = pool()
    busy = look(made, picked({"d-0": 0, "d-1": 0}, usage=0.1), d_0={"running": 16, "usage": 0.2})
    found = checks(figures(made, bursts=(burst(made, looks=(busy,)),)))["WL719"]
    assert found.status == "pass" and "10.0% of the KV caches" in found.detail


@pytest.mark.parametrize(
    ("of", "why"), [("sglang", "only with --enable-metrics"), ("vllm", "unless its configuration")]
)
def test_an_engine_without_metrics_names_the_flag(of: str, why: str) -> None:
    made = pool(server("d-0", of), server("d-1", of))
    bare = Look({"d-0": Page(404), "d-1": Page(404)}, picked({"d-0": 0}))
    found = checks(figures(made, bursts=(burst(made, looks=(bare,), after=bare),)))["WL719"]
    assert found.status == "fail" and why in found.detail
    assert ("--set 'decode.args=[--enable-metrics]'" in found.fix) == (of == "sglang")


@pytest.mark.parametrize(
    ("status", "token", "answer", "words"),
    [
        (401, "", "skip", "taken from $WELLIT_METRICS_TOKEN"),
        (403, "sesame", "unknown", "is of nobody who may read /metrics, or is too old (403)"),
        (500, "sesame", "unknown", "is of nobody who may read /metrics, or is too old (500)"),
        (500, "", "unknown", "the picker's own metrics cannot be read: 500"),
    ],
)
def test_a_picker_whose_metrics_want_a_token_is_not_judged(
    monkeypatch: pytest.MonkeyPatch, status: int, token: str, answer: str, words: str
) -> None:
    monkeypatch.setenv("WELLIT_METRICS_TOKEN", token)
    made = pool()
    shut = replace(look(made), picker=Page(status, why=str(status)))
    found = checks(figures(made, bursts=(burst(made, after=shut),)))["WL719"]
    assert found.status == answer and words in found.detail and "sesame" not in f"{found}"
    assert ("create token metrics" in found.fix) == ("TOKEN" in words or bool(token))


def test_a_picker_that_stands_in_for_another_may_read_other_metrics() -> None:
    made = pool()
    blind = look(made, picked({"d-0": 0, "d-1": 0}), d_0={"queued": 5})
    shown = figures(made, bursts=(burst(made, looks=(blind, blind, blind)),))
    assert checks(shown)["WL719"].status == "fail"
    assert made.picker
    made = replace(made, picker=replace(made.picker, stands_in="v0.7.1 stands in for v0.9.0"))
    found = checks(figures(made, bursts=(burst(made, looks=(blind, blind, blind)),)))["WL719"]
    assert found.status == "skip" and "v0.7.1 stands in for v0.9.0" in found.detail


@pytest.mark.parametrize(
    ("pods", "status"),
    [
        (["d-0"] * 48, "fail"),
        (["d-0", "d-1"] * 24, "warn"),
        (["d-0"] * 24 + ["d-1"] * 23 + ["d-2"], "warn"),
        (["d-0"] * 24 + ["d-1"] * 22 + ["d-2"] * 2, "pass"),
        (["d-0", "d-1", "d-2"] * 16, "pass"),
    ],
)
def test_load_that_is_not_spread(pods: list[str], status: str) -> None:
    made = pool(server("d-0"), server("d-1"), server("d-2"))
    found = checks(figures(made, bursts=(burst(made, answers=tuple(map(completed, pods))),)))["WL720"]
    assert found.status == status


def test_of_real_engines_their_own_counters_say_who_answered() -> None:
    made = pool(server("d-0", "vllm"), server("d-1", "vllm"))
    silent = tuple(completed("") for _ in range(48))
    after = look(made, d_0={"done": 5}, d_1={"done": 43})
    found = checks(figures(made, bursts=(burst(made, answers=silent, after=after),)))["WL720"]
    assert found.status == "pass" and found.detail.startswith("5 d-0, 43 d-1 (by the engines' own counters)")
    one = look(made, d_0={"done": 48})  # the other's counter never counted, so it is not on its page
    found = checks(figures(made, bursts=(burst(made, answers=silent, after=one),)))["WL720"]
    assert found.status == "fail" and "sends hardly anything to d-1" in found.detail


def test_one_pod_has_nothing_to_spread() -> None:
    made = pool(server("d-0"))
    found = checks(figures(made, prefixes=()))
    assert (found["WL720"].status, found["WL721"].status) == ("skip", "skip")


def test_a_prefix_that_goes_elsewhere() -> None:
    made = pool()
    lost = world.prefixes(made, world.group("d-0", "d-1", "d-0", "d-0", "d-0"), world.group(*["d-1"] * 5))
    found = checks(figures(made, prefixes=(lost,)))["WL721"]
    assert found.status == "fail" and found.detail.startswith("7 of 8 requests went where their prefix was")
    assert found.fix == KUBECTL + "logs deployment/epp"


def test_a_picker_that_was_configured_without_a_scorer_for_prefixes_owes_nothing() -> None:
    made = pool()
    assert made.picker
    made = replace(made, picker=replace(made.picker, plugins={"queue-scorer": {}}))
    found = checks(figures(made, prefixes=(world.prefixes(made, world.group("d-0", "d-1")),)))["WL721"]
    assert found.status == "skip" and "no scorer for prefixes" in found.detail


def test_a_precise_picker_that_hears_nothing() -> None:
    made = pool()
    assert made.picker
    made = replace(made, picker=replace(made.picker, plugins={"precise-prefix-cache-scorer": {}}))
    found = checks(figures(made, prefixes=(world.prefixes(made, world.group("d-0", "d-1")),)))["WL721"]
    assert found.status == "fail" and "does not hear" in found.detail


PAIR = pool(server("d-0", "vllm"), server("p-0", "vllm", "prefill"))


def shared(**about: Any) -> Any:
    parts = replace(figures(PAIR).parts, promises=frozenset(["disaggregates"]))
    return checks(replace(figures(PAIR, **about), parts=parts))["WL722"]


@pytest.mark.parametrize(
    ("done", "split", "status", "said"),
    [
        (30, 48, "pass", "prefill servers did 30 requests, decode servers 48; the picker split 48 requests"),
        (
            0,
            48,
            "fail",
            "the picker split 48 requests, and no prefill server did one: the routing proxy gave up on them",
        ),
        (0, 0, "fail", "no prefill server did a request: the picker split 0 requests; its decider"),
        (0, None, "fail", "the picker does not say what it split"),
    ],
)
def test_who_shares_the_work(done: float, split: float | None, status: str, said: str) -> None:
    after = look(PAIR, picked({}, split=split), d_0={"done": 48}, p_0={"done": done})
    before = look(PAIR, picked({}, split=None if split is None else 0))
    found = shared(bursts=(burst(PAIR, before=before, after=after),))
    assert found.status == status and said in found.detail


def test_prefill_servers_that_hang_hold_their_clients() -> None:
    after = look(PAIR, picked({}, split=48), d_0={"done": 0}, p_0={"done": 0})
    held = tuple(Answer(error="no answer in 20 s") for _ in range(48))
    found = shared(bursts=(burst(PAIR, answers=held, before=look(PAIR, picked({}, split=0)), after=after),))
    assert found.status == "fail" and found.detail.endswith("did one: they hang, and with them the requests of clients")


def test_a_picker_that_only_stands_in_cannot_split() -> None:
    assert PAIR.picker
    stands_in = replace(PAIR, picker=replace(PAIR.picker, stands_in="upstream's of 1.2.1"))
    after = look(stands_in, picked({}), d_0={"done": 48})
    parts = replace(figures(stands_in).parts, promises=frozenset(["disaggregates"]))
    found = checks(replace(figures(stands_in, bursts=(burst(stands_in, after=after),)), parts=parts))["WL722"]
    assert found.status == "skip" and "upstream's of 1.2.1" in found.detail


def test_a_prefill_server_that_cannot_be_counted_is_not_judged() -> None:
    bare = replace(look(PAIR), servers={"d-0": world.page({})})
    found = shared(bursts=(burst(PAIR, after=bare),))
    assert found.status == "unknown" and "does not say that a prefill server answered" in found.detail


def test_a_prefill_server_without_a_counter_may_be_seen_at_work() -> None:
    known = world.engine("sim")
    mute = Engine("sim", {**known.data, "metrics": {**known.metrics, "also": {}}})
    made = pool(replace(server("d-0"), engine=mute), replace(server("p-0", role="prefill"), engine=mute))
    parts = replace(figures(made).parts, promises=frozenset(["disaggregates"]))
    busy = look(made, picked({}, split=9), p_0={"running": 3, "queued": 2})
    for looks, status in (((look(made), busy), "pass"), ((look(made),), "unknown")):
        found = checks(replace(figures(made, bursts=(burst(made, looks=looks),)), parts=parts))["WL722"]
        assert found.status == status
        assert ("p-0 had up to 5 requests at once" in found.detail) == (status == "pass")


def test_without_a_gateway_nothing_is_said_of_the_router() -> None:
    good = figures()
    found = checks(replace(good, parts=replace(good.parts, gateway=""), bursts=(), prefixes=()))
    assert {found[key].status for key in ("WL719", "WL720", "WL721")} == {"skip"}
    assert "the router is not in the way" in found["WL719"].detail
    assert found["WL712"].status == "pass"


@pytest.mark.parametrize(("permitted", "status"), [(True, "fail"), (False, "unknown")])
def test_a_stack_that_is_not_reached(permitted: bool, status: str) -> None:
    good = figures()
    shut = replace(good.roads, entry=(Road(why="no pod", fix="look", permitted=permitted),))
    found = checks(replace(good, roads=shut, bursts=(), prefixes=()))
    assert (found["WL710"].status, found["WL710"].detail, found["WL710"].fix) == (status, "no pod", "look")
    assert "WL712" not in found and found["WL720"].detail == "the stack is not reached"


def test_the_way_of_one_engine_that_leads_to_the_other() -> None:
    ours = replace(pool(server("s-0")), name="gaie-x-sglang")
    good = figures(ours)
    mine = world.way(ours, engine="sglang")
    parts = replace(good.parts, ways=(mine,))
    named = {"completion": completed("s-0"), "chat": replace(of_way().chat, headers={"x-inference-pod": "s-0"})}
    asked = of_way(mine, **named, stream=replace(STREAM, headers={"x-inference-pod": "s-0"}))
    right = replace(good, parts=parts, ways=(asked,))
    assert checks(right)["WL723"].status == "pass"
    assert checks(right)["WL712"].title == "a completion is answered (sglang)"
    wrong = replace(right, ways=(replace(right.ways[0], chat=completed("v-0")),))
    assert (checks(wrong)["WL723"].status, checks(wrong)["WL723"].detail) == ("fail", "v-0 answered")


def test_no_check_shows_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_API_KEY", "sesame")
    found = judge.checks(figures(ways=(of_way(completion=Answer(401, "Bearer sesame is wrong")),)), world.WORDS)
    assert "sesame" not in json.dumps([str(check) for check in found])
    assert world.KNOWN.model == "m"
