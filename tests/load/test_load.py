"""A recorded stack is loaded: where it is asked, what is said before, and what comes of it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from tests.load.server import Engine, serving
from tests.support.clusters import access
from wellit.access import Access
from wellit.errors import CannotAnswer, Refused
from wellit.load import STAND_INS, Loaded, load, target, tell
from wellit.load.asked import Asked
from wellit.record import Record

ENTRY = {"gateway": "g", "service": "g-istio", "port": "80"}
KNOWN = Record("inference-scheduling", "sglang", "ns", "x", {"engines": "sglang"}, model="m", entry=ENTRY)
PODS = {"items": [{"metadata": {"name": f"pod-{n}", "labels": labels}} for n, labels in
                  (("a", {}), ("b", {target.ENGINE_TYPE: "vllm"}))]}  # fmt: skip
ASKED = Asked(requests=6, concurrency=2)


def cluster(sandbox: str = "box") -> Access:
    known = {"get --raw /api/v1/namespaces/ns/pods?limit=500": json.dumps(PODS)}
    return replace(access(known)[0], sandbox=sandbox)


@contextmanager
def running(engine: Engine) -> Iterator[str]:
    """The engine's base URL; it runs in a loop of its own, since load() has one, too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    up = serving(engine)
    try:
        yield asyncio.run_coroutine_threadsafe(up.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(up.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Forward:
    """Stands in for reach: hands out one URL and remembers what it was asked for."""

    def __init__(self, url: str) -> None:
        self.url, self.asked, self.open = url, [], 0  # type: ignore[var-annotated]

    @contextmanager
    def __call__(self, _: Access, namespace: str, name: str, port: int) -> Iterator[str]:
        self.asked.append((namespace, name, port))
        self.open += 1
        yield self.url
        self.open -= 1


def loaded(engine: Engine, known: Record = KNOWN, sandbox: str = "box", ask: Any = None) -> tuple[Loaded, str, Forward]:
    said: list[str] = []
    with running(engine) as base:
        forward = Forward(base)
        made = load(cluster(sandbox), known, ASKED, said.append, ask or refuse, reach=forward)
    assert forward.open == 0
    return made, "\n".join(said), forward


def refuse(question: str) -> None:
    raise Refused(question)


def test_a_sandbox_is_loaded_without_a_question_and_says_what_answers(capsys: pytest.CaptureFixture[str]) -> None:
    made, said, forward = loaded(Engine())
    assert forward.asked == [("ns", "service/g-istio", 80)]
    assert "inference-scheduling -e sglang in ns on sandbox box" in said and STAND_INS in said
    assert "at most 6 chat requests, streamed, 2 at a time" in said
    assert tell(made, "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["summary"]["load"]["target"]["standIns"] is True
    assert [(one["name"], one["engine"]) for one in told["summary"]["load"]["pods"]] == [
        ("pod-a", "sglang"), ("pod-b", "vllm"),
    ]  # fmt: skip


def test_a_cluster_is_asked_for_first_and_told_what_will_be_sent() -> None:
    engine = Engine(stand_in=False)
    with pytest.raises(Refused, match="Send this load to context c"):
        loaded(engine, sandbox="")
    assert engine.seen == []
    made, said, _ = loaded(engine, sandbox="", ask=lambda _: None)
    assert "no stand-in answers: SGLang" in said and "which others may be using" in said
    assert made.found.answered == 6 and made.report.exit_code == 0


def test_a_stack_that_fails_is_a_no() -> None:
    made, _, _ = loaded(Engine(["", "busy"]))
    assert made.report.exit_code == 1
    check = next(one for one in made.report.checks if one.id == "WL770")
    assert check.detail == "1 of 6 were not" and "1 x HTTP 429" in check.evidence


def test_a_stack_that_lists_no_model_gets_no_load() -> None:
    class Silent(Engine):
        async def models(self, _: web.Request) -> web.Response:
            return web.Response(status=503, text="no candidate pods")

    engine = Silent()
    with pytest.raises(CannotAnswer) as refused:
        loaded(engine)
    assert refused.value.why == "503 no candidate pods" and "doctor" in refused.value.write
    assert engine.seen == []


def test_without_a_gateway_each_engine_has_a_forward_of_its_own() -> None:
    ways: tuple[dict[str, Any], ...] = tuple(
        {"engine": name, "model": "m", "path": "", "headers": {}, "deployment": f"ms-{name}", "port": "8000"}
        for name in ("sglang", "vllm")
    )
    known = replace(KNOWN, entry={"deployment": "ms-sglang", "port": "8000"}, ways=ways)
    forward = Forward("http://127.0.0.1:1")
    with target.ways(cluster(), known, forward) as made:
        assert [(way.engine, way.base) for way in made] == [("sglang", forward.url), ("vllm", forward.url)]
    assert forward.asked == [("ns", "deployment/ms-sglang", 8000), ("ns", "deployment/ms-vllm", 8000)]


def test_a_way_carries_its_path_and_headers() -> None:
    ways: tuple[dict[str, Any], ...] = (
        {"engine": "vllm", "model": "m", "path": "/vllm", "headers": {"x-engine": "vllm"}},
    )
    with target.ways(cluster(), replace(KNOWN, ways=ways), Forward("http://h:1")) as (way,):
        assert (way.url("models"), dict(way.headers)) == ("http://h:1/vllm/v1/models", {"x-engine": "vllm"})


def test_a_stack_that_takes_no_requests_is_told_so() -> None:
    with (
        pytest.raises(CannotAnswer, match="nothing of inference-scheduling in ns can be asked"),
        target.ways(cluster(), replace(KNOWN, entry={}), Forward("")),
    ):
        pass
