"""A recorded stack is loaded: where it is asked, what is said before, and what comes of it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from aiohttp import web

from tests.load.server import Engine, serving
from tests.smoke import world
from tests.support.clusters import access
from wellit.access import Access
from wellit.errors import CannotAnswer, Refused
from wellit.load import STAND_INS, Loaded, load, target, tell
from wellit.load.asked import Asked
from wellit.load.show import COUNTERS
from wellit.reach import Reach
from wellit.record import Record
from wellit.smoke.figures import Road
from wellit.smoke.parts import Parts, Server

ENTRY = {"gateway": "g", "service": "g-istio", "port": "80"}
KNOWN = Record("inference-scheduling", "sglang", "ns", "x", {"engines": "sglang"}, model="m", entry=ENTRY)
SERVERS = (world.server("pod-a"), world.server("pod-b", "vllm"))
ASKED = Asked(requests=6, concurrency=2)


def cluster(sandbox: str = "box") -> Access:
    known = {"get --raw /api/v1/namespaces/ns/pods?limit=500": '{"items": []}'}
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


class Forward(Reach):
    """Stands in for the ways into a namespace: all lead to one URL, a pod's to a path of its own."""

    base = ""
    asked: ClassVar[list[tuple[str, int]]] = []
    open = 0

    def __enter__(self) -> Forward:
        type(self).open += 1
        return self

    def __exit__(self, *_: object) -> None:
        type(self).open -= 1

    def url(self, target: str, port: int) -> str:
        self.asked.append((target, port))
        return f"{self.base}/{target[-1]}" if target.startswith("pod/") else self.base


def forward(base: str) -> type[Forward]:
    return type("OneForward", (Forward,), {"base": base, "asked": []})


def loaded(
    engine: Engine, known: Record = KNOWN, sandbox: str = "box", ask: Any = None, servers: tuple[Server, ...] = SERVERS
) -> tuple[Loaded, str, type[Forward]]:
    said: list[str] = []

    def read(*_: object) -> Parts:
        pool = replace(world.pool(), servers=servers)
        return Parts(known, (world.way(pool),), (pool,), "g")

    with running(engine) as base, pytest.MonkeyPatch.context() as patched:
        patched.setattr("wellit.smoke.parts.read", read)
        made = load(cluster(sandbox), known, ASKED, said.append, ask or refuse, reach=(ways := forward(base)))
    assert ways.open == 0
    return made, "\n".join(said), ways


def refuse(question: str) -> None:
    raise Refused(question)


def test_a_sandbox_is_loaded_without_a_question_and_says_what_answers(capsys: pytest.CaptureFixture[str]) -> None:
    made, said, ways = loaded(Engine())
    assert ways.asked == [("service/g-istio", 80)]
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
    assert (
        "no stand-in answers: SGLang (by a custom command" in said
        and "others may be using it" in said
        and "through the gateway g, by a port-forward" in said
    )
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
    assert refused.value.why.endswith("s: no candidate pods") and "doctor" in refused.value.write
    assert engine.seen == []


def test_pods_that_do_not_say_who_they_are_are_counted_by_their_engines(capsys: pytest.CaptureFixture[str]) -> None:
    servers = (world.server("pod-a"), world.server("pod-b"))
    made, _, ways = loaded(Engine(pods=(), cached=None), servers=servers)
    assert ways.asked.count(("pod/pod-a", 8000)) == 2
    assert [(one.name, one.engine, one.answered, one.output_tokens) for one in made.found.pods] == [
        ("pod-a", "sglang", 2, 10), ("pod-b", "sglang", 4, 20),
    ]  # fmt: skip
    assert [(one.name, one.answered) for one in made.found.engines] == [("sglang", 6)]
    assert (made.found.known_by, made.found.cached) == ("counters", 0.25)
    tell(made, "text")
    assert COUNTERS in capsys.readouterr().out


@pytest.mark.parametrize(
    ("engine", "servers"),
    [
        (Engine(pods=(), counts=False), SERVERS),
        (Engine(pods=()), ()),
        (Engine(pods=()), tuple(world.server(f"pod-{n}") for n in range(17))),
        (Engine(pods=()), (world.server("pod-a", "sim"),)),
    ],
)
def test_what_no_counter_tells_is_not_known(engine: Engine, servers: tuple[Server, ...]) -> None:
    made, _, _ = loaded(engine, servers=servers)
    assert made.found.known_by == "nothing" and [one.name for one in made.found.pods] == [""]


def test_a_way_carries_its_path_and_headers() -> None:
    way = world.way(path="/vllm", headers={"x-engine": "vllm"}, engine="vllm")
    made = target._way(Parts(KNOWN, (), (), "g"), way, Road("http://h:1"), "")
    assert (made.url("models"), dict(made.headers)) == ("http://h:1/vllm/v1/models", {"x-engine": "vllm"})


def test_a_stack_that_takes_no_requests_is_told_so() -> None:
    with (
        pytest.raises(CannotAnswer, match="inference-scheduling in ns cannot be asked") as refused,
        target.opened(cluster(), replace(KNOWN, entry={})),
    ):
        pass
    assert refused.value.why == "nothing of it takes requests"


def test_a_way_that_is_closed_says_why_and_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Parts(KNOWN, (world.way(target="service/"),), (), "g")
    monkeypatch.setattr("wellit.smoke.parts.read", lambda *_: parts)
    with pytest.raises(CannotAnswer) as refused, target.opened(cluster(), KNOWN):
        pass
    assert "without an address yet" in refused.value.why and "get gateway g" in refused.value.write
