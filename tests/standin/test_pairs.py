"""A prefill and a decode stand-in with the real routing proxy between them, each started as the guide renders it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.picker import free_ports
from tests.support.pool import deployment
from tests.support.proxy import Proxy, proxy
from tests.support.standin import Answer, StandIn, known, rendered_standin
from tests.test_prefill_and_decode import CHAT, COMPLETIONS, HEADER, after, prompt, stack, words
from wellit import process
from wellit.render import Rendered

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
HERE = "127.0.0.1"
SIDE_PORT = "VLLM_NIXL_SIDE_CHANNEL_PORT"
HANDSHAKE = "Could not fetch prefill parallel info from bootstrap_addr"


def variables(rendered: Rendered, role: str, ip: str) -> dict[str, str]:
    """The variables of the role's model server, as the kubelet gives them to a pod with that IP."""
    (engine,) = deployment(rendered, role=role)["spec"]["template"]["spec"]["containers"]
    plain = {one["name"]: one["value"] for one in engine.get("env", []) if "value" in one}
    fields = {one["name"]: one["valueFrom"].get("fieldRef", {}) for one in engine.get("env", []) if "valueFrom" in one}
    return plain | {name: ip for name, field in fields.items() if field.get("fieldPath") == "status.podIP"}


def somewhere() -> str:
    """A loopback address that nobody else has."""
    return f"127.67.{random.randrange(256)}.{random.randrange(1, 255)}"


@dataclass(frozen=True)
class Pair:
    """The two servers of one stack, the decode server behind its proxy."""

    engine: str
    train: str
    rendered: Rendered
    prefill: StandIn
    decode: StandIn
    proxy: Proxy

    def ask(self, path: str = COMPLETIONS, **more: Any) -> Answer:
        """A request for which the prefill server was chosen."""
        sent = prompt(**more) | {"model": self.model}
        if path == CHAT:
            sent["messages"] = [{"role": "user", "content": sent.pop("prompt")}]
        headers = [(HEADER, f"{self.prefill.ip}:{self.prefill.port}"), ("Content-Type", "application/json")]
        return StandIn(self.proxy.running, self.proxy.log, self.proxy.port, self.proxy.ip).post(path, sent, headers)

    @property
    def model(self) -> str:
        return str(self.decode.report()["model"])

    def since(self, before: tuple[Mapping[str, int], Mapping[str, int]]) -> tuple[dict[str, int], dict[str, int]]:
        """The parts that the two had since then."""
        prefill, decode = (dict(Counter(now) - Counter(then)) for now, then in zip(self.parts(), before, strict=True))
        return prefill, decode

    def parts(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        return self.prefill.report()["roles"], self.decode.report()["roles"]

    def proof(self, server: StandIn, what: str) -> float | None:
        """One of the engine's own counters that say who took part."""
        data = known(self.engine).data
        return server.figure(data["metrics"]["also"][data["disaggregation"]["proof"][what]])


@contextmanager
def standins(engine: str, train: str, folder: Path) -> Iterator[Pair]:
    """The two servers as the guide renders them, and the proxy between them."""
    rendered = stack(engine, train)
    pool, (behind, side) = int(after("--port", words(rendered, "prefill"))), free_ports(2)
    with ExitStack() as held:

        def server(role: str, ip: str, port: int, **own: str) -> StandIn:
            env = variables(rendered, role, ip) | own | {"SGLANG_DISAGGREGATION_WAITING_TIMEOUT": "5"}
            return held.enter_context(rendered_standin(engine, words(rendered, role), folder, ip, port, env))

        decode = server("decode", HERE, behind, **{SIDE_PORT: str(side)})  # one machine: one of them has another port
        prefill = server("prefill", somewhere(), pool)
        before = held.enter_context(proxy(rendered, pool, behind, folder))
        yield Pair(engine, train, rendered, prefill, decode, before)


@pytest.fixture(scope="module", params=[("vllm", OLD), ("vllm", NEW), ("sglang", OLD), ("sglang", NEW)], ids="-".join)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    engine, train = request.param
    with standins(engine, train, tmp_path_factory.mktemp("pair")) as found:
        yield found


def only(pair: Pair, *engines: str, train: str = "") -> None:
    if pair.engine not in engines or train not in ("", pair.train):
        pytest.skip("another engine's, or another train's")


@pytest.mark.parametrize("path", [COMPLETIONS, CHAT])
@pytest.mark.parametrize("stream", [False, True])
def test_both_take_part_in_each_request(pair: Pair, path: str, stream: bool) -> None:
    before = pair.parts()
    answer = pair.ask(path, max_tokens=7, stream=stream)
    assert answer.status == 200, answer.body
    assert answer.events[-1] == "[DONE]" if stream else answer.json["choices"][0]["finish_reason"] == "length"
    assert pair.since(before) == ({"prefill": 1}, {"decode": 1})
    assert pair.proxy.running.poll() is None, pair.proxy.log.read_text()
    assert " prefill " in pair.prefill.said()
    assert " decode " in pair.decode.said()
    assert pair.proof(pair.prefill, "prefill")
    assert pair.proof(pair.decode, "decode")


def test_many_at_once_and_none_is_lost(pair: Pair) -> None:
    before = pair.parts()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: pair.ask(max_tokens=3, stream=number % 2 == 1), range(64)))
    assert [answer.status for answer in answers] == [200] * 64
    assert pair.since(before) == ({"prefill": 64}, {"decode": 64})
    assert pair.prefill.report()["running"] == pair.decode.report()["running"] == 0


def test_what_is_handed_over_is_looked_at(pair: Pair) -> None:
    only(pair, "vllm", train=NEW)
    told: dict[str, Any] = {"do_remote_prefill": True, "remote_block_ids": [1], "remote_host": pair.prefill.ip}
    before, model = pair.parts(), pair.model
    part = pair.decode.complete(model=model, kv_transfer_params=told)
    assert part.status == 500
    assert "lacks remote_engine_id, remote_request_id, remote_port" in part.json["error"]["message"]
    told |= {"remote_engine_id": "another", "remote_request_id": "r", "remote_port": 5600}
    wrong = pair.decode.complete(model=model, kv_transfer_params=told)
    assert (wrong.status, "engine ID mismatch" in wrong.body) == (500, True)
    assert pair.since(before) == ({}, {})


def test_halves_that_do_not_meet(pair: Pair) -> None:
    only(pair, "sglang", train=NEW)
    before = pair.parts()
    none = pair.decode.complete()
    assert (none.status, "without boostrap room id" in none.json["message"]) == (400, True)
    room: dict[str, Any] = {"bootstrap_host": pair.prefill.ip, "bootstrap_port": 8998, "bootstrap_room": 5}
    nobody = pair.decode.complete(**room)
    assert (nobody.status, "timed out" in nobody.json["message"]) == (500, True)
    waits = pair.prefill.complete(**room | {"bootstrap_room": 6})
    assert (waits.status, "no decode server came" in waits.json["message"]) == (500, True)
    assert pair.since(before) == ({}, {})
    assert pair.ask(max_tokens=3).status == 200  # it goes on


def test_a_prefill_server_that_is_dead(pair: Pair) -> None:
    """The last: nothing is behind it. The newer proxy gives a clean answer, and only the counters show it."""
    if (pair.engine, pair.train) == ("sglang", OLD):
        pytest.skip("the older proxy answers, or dies of the aborted request, as it comes")
    before, computed = pair.decode.report()["roles"], pair.proof(pair.decode, "decode") or 0
    process.stop(pair.prefill.running)
    answer = pair.ask(max_tokens=3)
    alone = pair.decode.report()["roles"]["alone"] - before["alone"]
    assert pair.decode.report()["roles"]["decode"] == before["decode"]
    if pair.engine == "sglang":
        assert (answer.status, HANDSHAKE in answer.body, alone) == (500, True, 0)
        assert pair.proof(pair.decode, "decode") == computed
        assert pair.decode.figure("sglang:num_bootstrap_failed_reqs_total")
    else:
        assert (answer.status, alone) == {OLD: (502, 0), NEW: (200, 1)}[pair.train]
