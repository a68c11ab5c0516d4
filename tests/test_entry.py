"""The way into a stack, and what a client writes for each engine of it."""

from __future__ import annotations

import base64
import json
import shlex

import pytest

from tests.support.clusters import access
from wellit import demand, record, render
from wellit.compose import Choice, compose
from wellit.endpoint import Ask, find_endpoint
from wellit.live import Live
from wellit.record import Record

MODEL = "Qwen/Qwen2.5-0.5B-Instruct"
SERVICE = "service/infra-multi-engine-inference-gateway-istio 8000:80"
ASK = "/v1/completions"
OWN_NAME = "perEngine.sglang.model.servedName=own"


def recorded(guide: str, environment: str, *sets: str, **components: str) -> Record:
    parts = {"charts": "offline"} | components
    stack = compose(Choice(guide, environment, "ns", parts, "small", sets=sets))
    made = render.render(stack, print)
    return record.make(stack, made, demand.read(made, "ns"))


def asks(of: Record, address: str = "10.1.2.3") -> tuple[Ask, ...]:
    gateway = of.entry.get("gateway", "")
    return find_endpoint(access()[0], of, Live((), {gateway: address})).asks


def told(ask: Ask) -> tuple[str, str, str, str]:
    """The engine, the URL, the header that is not the content's type, and the model of a request."""
    words = shlex.split(ask.curl)
    own = [words[i + 1] for i, word in enumerate(words) if word == "-H" and not words[i + 1].startswith("Content-")]
    return ask.engine, words[1].removeprefix("http://10.1.2.3"), "".join(own), json.loads(words[-1])["model"]


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (("route.by=path",), [("sglang", "/sglang" + ASK, "", MODEL), ("vllm", "/vllm" + ASK, "", MODEL)]),
        (("route.by=path", OWN_NAME), [("sglang", "/sglang" + ASK, "", "own"), ("vllm", "/vllm" + ASK, "", MODEL)]),
        (("route.by=header",), [("sglang", ASK, "x-engine: sglang", MODEL), ("vllm", ASK, "x-engine: vllm", MODEL)]),
        (("route.by=body", OWN_NAME), [("sglang", ASK, "", "own"), ("vllm", ASK, "", MODEL)]),
        (("route.by=pool",), [("", ASK, "", MODEL)]),
    ],
)
def test_each_engine_is_asked_as_the_route_tells_them_apart(
    sets: tuple[str, ...], expected: list[tuple[str, ...]]
) -> None:
    assert sorted(told(ask) for ask in asks(recorded("multi-engine", "vllm-sglang", *sets))) == expected


def test_two_engines_behind_one_gateway_need_one_port_forward() -> None:
    made = asks(recorded("multi-engine", "vllm-sglang"), address="")
    assert {ask.before for ask in made} == {f"kubectl --context c port-forward -n ns {SERVICE}"}
    assert all("127.0.0.1:8000/" in ask.curl for ask in made)


@pytest.mark.parametrize(
    ("gateway", "service"),
    [("istio", "-istio"), ("agentgateway", ""), ("kgateway", ""), ("gke", None)],
)
def test_the_service_is_the_one_that_the_gateways_controller_makes(gateway: str, service: str | None) -> None:
    made = recorded("inference-scheduling", "sglang", gateway=gateway)
    name = "infra-inference-scheduling-inference-gateway"
    assert made.entry.get("service") == (None if service is None else name + service)
    there = find_endpoint(access()[0], made, Live((), {}))
    assert there.note == ("" if service is not None else f"the gateway {name} has no address yet")
    assert [told(ask)[1] for ask in asks(made)] == ["/v1/completions"]


def test_without_a_gateway_each_engine_has_a_port_of_its_own() -> None:
    made = asks(recorded("multi-engine", "vllm-sglang", gateway="none"))
    forwards = {ask.engine: ask.before.rpartition("deployment/")[2] for ask in made}
    assert forwards == {
        "vllm": "ms-multi-engine-vllm-llm-d-modelservice-decode 8000:8000",
        "sglang": "ms-multi-engine-sglang-llm-d-modelservice-decode 8001:8000",
    }
    assert [ask.curl.split()[1] for ask in made] == [f"http://127.0.0.1:{port}/v1/completions" for port in (8000, 8001)]


def test_one_engine_is_asked_plainly_and_a_decode_server_rather_than_a_prefill_server() -> None:
    behind = recorded("pd-disaggregation", "sglang", gateway="none")
    assert behind.entry["deployment"].endswith("-decode")
    assert [told(ask)[0] for ask in asks(behind)] == [""]


def test_what_the_guide_says_of_the_choices_is_recorded() -> None:
    assert recorded("pd-disaggregation", "default").notes == ()
    (note,) = recorded("pd-disaggregation", "default", versions="llm-d-0.4").notes
    assert "knows no prefill and decode" in note


def test_a_record_without_ways_and_notes_is_still_read() -> None:
    made = recorded("inference-scheduling", "sglang")
    secret = record.to_secret(made)
    body = json.loads(base64.b64decode(secret["data"]["stack.json"]))
    del body["ways"], body["notes"]
    secret["data"]["stack.json"] = base64.b64encode(json.dumps(body).encode()).decode()
    old = record.from_secret(secret)
    assert (old.ways, old.notes) == ((), ())
    assert asks(old) == asks(made)


@pytest.mark.parametrize("train", ["dynamo-0.8", "dynamo-1.3"])
def test_a_graph_is_asked_at_the_service_of_its_frontend(train: str) -> None:
    known = recorded("dynamo-sglang", "disagg", "model.servedName=own", charts="upstream", versions=train)
    assert known.entry == {"service": "dynamo-sglang-frontend", "port": "8000"}
    (ask,) = find_endpoint(access()[0], known, Live(())).asks
    assert ask.before.endswith("port-forward -n ns service/dynamo-sglang-frontend 8000:8000")
    assert json.loads(shlex.split(ask.curl)[-1])["model"] == "own"


def test_a_graph_without_a_frontend_takes_no_requests() -> None:
    known = recorded("dynamo-sglang", "agg", "frontend.replicas=0", charts="upstream")
    assert known.entry == {} and find_endpoint(access()[0], known, Live(())).note == "nothing of it takes requests"
