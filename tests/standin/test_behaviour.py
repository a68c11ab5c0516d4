"""How a stand-in behaves, and misbehaves when it is told to."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from tests.support.picker import until
from tests.support.standin import MODEL, StandIn, standin
from wellit.standin.behaviour import Behaviour, Wrong, from_environment

T = TypeVar("T")
BODY = {"model": MODEL, "prompt": "Hello", "max_tokens": 4}


def together(started: StandIn, ask: Callable[[aiohttp.ClientSession, str], Awaitable[T]]) -> T:
    """What `ask` makes with a session and the stand-in's address."""

    async def asked() -> T:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
            return await ask(session, f"http://{started.ip}:{started.port}")

    return asyncio.run(asked())


async def status(session: aiohttp.ClientSession, url: str, **more: Any) -> int:
    async with session.post(f"{url}/v1/completions", json={**BODY, **more}) as answer:
        await answer.read()
        return answer.status


def test_variables_and_words_are_read_or_refused() -> None:
    told = from_environment({"WELLIT_STANDIN_CAPACITY": "3", "WELLIT_STANDIN_HANG": "true", "HOME": "/"})
    assert (told.capacity, told.hang) == (3, True)
    assert told.changed({"capacity": None, "fail_fraction": 0.5}) == Behaviour(hang=True, fail_fraction=0.5)
    for wrong, said in {
        "speed": "speed is nothing that a stand-in knows",
        "tokens_per_secnd": 'did you mean "tokens_per_second"?',
    }.items():
        with pytest.raises(Wrong, match=said.replace("?", r"\?")):
            Behaviour().changed({wrong: 1})
    for name, value in {"capacity": -1, "fail_next": "x", "hang": 3, "fail_status": None, "kv_tokens": True}.items():
        with pytest.raises(Wrong, match=f"^{name} must be "):
            Behaviour().changed({name: value})


def test_what_is_told_wrong_changes_nothing(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, capacity=2) as started:
        before = started.report()
        assert before["behaviour"]["capacity"] == 2
        for body in (b"{", b"[]", b'{"capcity": 3}'):
            assert started.ask("PUT", "/standin", body).status == 400
        assert started.report()["behaviour"] == before["behaviour"]


def test_tokens_come_as_fast_as_it_is_told(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, tokens_per_second=50, prefill_tokens_per_second=100) as started:
        began = time.monotonic()
        tokens = started.complete("a b c d e f g h i j k l m n o p q r s t", max_tokens=10).json["usage"]
        whole = time.monotonic() - began
        assert tokens["prompt_tokens"] == 20
        assert 0.4 <= whole < 10  # 20 tokens of prompt are 0.2 s, 10 more another 0.2 s
        # The next one finds the first 16 tokens, a page, in the cache.
        again = started.complete("a b c d e f g h i j k l m n o p q r s t", max_tokens=10)
        assert again.json["usage"]["prompt_tokens_details"] == {"cached_tokens": 16}
        assert started.figure("vllm:prefix_cache_hits_total") == 16


def test_no_prefix_is_cached_where_that_is_off(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, "--no-enable-prefix-caching", tokens_per_second=0) as started:
        for _ in range(2):
            tokens = started.complete("a b c d e f g h i j k l m n o p q r s t", max_tokens=1).json["usage"]
        assert tokens["prompt_tokens_details"] == {"cached_tokens": 0}


def test_what_does_not_fit_waits_and_is_counted(tmp_path: Path) -> None:
    def is_full(report: Any) -> bool:
        return (report["running"], report["waiting"]) == (2, 3)

    with standin("vllm", tmp_path, "--max-num-seqs", "2", tokens_per_second=1) as started:

        async def ask(session: aiohttp.ClientSession, url: str) -> tuple[list[int], Any]:
            asked = [asyncio.create_task(status(session, url, stream=True, max_tokens=10)) for _ in range(5)]
            seen = await asyncio.to_thread(until, started.report, is_full, "the queue")
            await asyncio.to_thread(started.tell, tokens_per_second=0)
            return [await task for task in asked], seen

        answers, seen = together(started, ask)
        assert answers == [200] * 5
        assert seen["kv_usage"] == pytest.approx(2 / 4096)
        after = started.report()
        assert (after["running"], after["waiting"], after["kv_usage"], after["answered"]) == (0, 0, 0.0, 5)


def test_requests_wait_for_room_in_the_cache(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, tokens_per_second=0, kv_tokens=64, prefill_tokens_per_second=60) as started:

        async def ask(session: aiohttp.ClientSession, url: str) -> tuple[float, list[int]]:
            began = time.monotonic()
            prompts = (" ".join(f"{letter}{n}" for n in range(30)) for letter in "abc")
            answers = await asyncio.gather(*(status(session, url, prompt=prompt) for prompt in prompts))
            return time.monotonic() - began, answers

        seconds, answers = together(started, ask)
        assert answers == [200] * 3
        assert seconds >= 1.5  # one at a time, half a second each; together they would be done after half a second


def test_more_capacity_lets_in_who_waits(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, capacity=0, tokens_per_second=0) as started:

        async def ask(session: aiohttp.ClientSession, url: str) -> int:
            asked = asyncio.create_task(status(session, url))
            await asyncio.to_thread(until, lambda: started.report()["waiting"], lambda count: count == 1, "the queue")
            await asyncio.to_thread(started.tell, capacity=1)
            return await asked

        assert together(started, ask) == 200


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("capacity", [0, 1])
def test_a_client_that_leaves_frees_its_place(stream: bool, capacity: int, tmp_path: Path) -> None:
    with standin("sglang", tmp_path, "--enable-metrics", tokens_per_second=2, capacity=capacity) as started:
        connection = http.client.HTTPConnection(started.ip, started.port)
        connection.request("POST", "/v1/completions", json.dumps({**BODY, "stream": stream, "max_tokens": 1000}))
        held = "running" if capacity else "waiting"
        until(started.report, lambda report: report[held] == 1, "the request")
        connection.close()
        until(started.report, lambda report: report["running"] == report["waiting"] == 0, "its end")
        assert started.report()["kv_usage"] == 0
        started.tell(capacity=1, tokens_per_second=0)
        assert started.complete(max_tokens=2).status == 200


def test_it_fails_as_often_as_it_is_told(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, tokens_per_second=0, fail_fraction=0.25) as started:
        assert [started.complete().status for _ in range(8)] == [200, 200, 200, 500] * 2
        started.tell(fail_fraction=0, fail_next=2, fail_status=503)
        answers = [started.complete() for _ in range(3)]
        assert [answer.status for answer in answers] == [503, 503, 200]
        assert answers[0].json["error"]["message"] == "this stand-in was told to fail"


def test_it_hangs_until_it_is_told_otherwise(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, hang="true", tokens_per_second=0) as started:

        async def ask(session: aiohttp.ClientSession, url: str) -> tuple[int, int]:
            asked = asyncio.create_task(status(session, url))
            await asyncio.sleep(0.3)
            assert not asked.done()
            async with session.get(f"{url}/health") as healthy:
                health = healthy.status
            await asyncio.to_thread(started.tell, hang=False)
            return health, await asked

        assert together(started, ask) == (200, 200)


def test_it_ends_with_the_code_that_it_is_told(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, tokens_per_second=0) as started:
        started.tell(crash=139)
        assert started.running.wait(60) == 139
    with standin("vllm", tmp_path, tokens_per_second=0, crash=7, crash_after=2) as started:
        assert [started.complete().status for _ in range(2)] == [200, 200]
        assert started.running.wait(60) == 7
    with standin("vllm", tmp_path, crash=1, listens=False) as started:
        assert started.running.wait(60) == 1
        assert "told to end with 1" in started.said()


def test_other_figures_than_the_true_ones(tmp_path: Path) -> None:
    with standin("sglang", tmp_path, "--enable-metrics", queued=7, kv_usage=0.5) as started:
        names = ("sglang:num_queue_reqs", "sglang:num_running_reqs", "sglang:token_usage")
        assert [started.figure(name) for name in names] == [7, 0, 0.5]
        started.tell(queued=None, running=3)
        assert [started.figure(name) for name in names] == [0, 3, 0.5]
        report = started.report()
        assert (report["waiting"], report["running"], report["kv_usage"]) == (0, 0, 0)


def test_it_listens_once_it_has_loaded(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, startup_seconds=2, listens=False) as started:
        until(started.said, lambda said: "no model is loaded" in said, "its first line")
        with socket.socket() as one:
            assert one.connect_ex((started.ip, started.port)) != 0
        until(started.said, lambda said: "listening" in said, "its port")
        assert started.get("/health").status == 200


def test_an_engine_that_warms_up_says_so(tmp_path: Path) -> None:
    with standin("sglang", tmp_path, startup_seconds=5, listens=False) as started:
        until(started.said, lambda said: "listening" in said, "its port")
        assert (started.get("/health").status, started.get("/v1/models").status) == (503, 200)
        until(lambda: started.get("/health").status, lambda code: code == 200, "its health")


def test_it_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    with standin("trtllm", tmp_path, tied=False) as started:
        started.running.send_signal(signal.SIGTERM)
        assert started.running.wait(60) == 0
    with standin("vllm", tmp_path, startup_seconds=60, listens=False, tied=False) as started:
        until(started.said, lambda said: "understood" in said, "its log")
        started.running.send_signal(signal.SIGINT)
        assert started.running.wait(60) == 0


def test_a_port_that_is_taken_ends_it(tmp_path: Path) -> None:
    with (
        standin("vllm", tmp_path) as started,
        standin("vllm", tmp_path, "--port", str(started.port), listens=False) as second,
    ):
        assert second.running.wait(60) == 1
        assert f"cannot serve on 0.0.0.0 port {started.port}" in second.said()
        assert "Traceback" not in second.said()


def test_many_at_a_time_and_none_is_lost(tmp_path: Path) -> None:
    """200 open at once, until 2000 are answered; how fast is for a benchmark to say."""
    with standin("vllm", tmp_path, capacity=200, tokens_per_second=1000) as started:

        async def ask(session: aiohttp.ClientSession, url: str) -> list[int]:
            gate = asyncio.Semaphore(200)

            async def one() -> int:
                async with gate:
                    return await status(session, url)

            return await asyncio.gather(*(one() for _ in range(2000)))

        assert together(started, ask) == [200] * 2000
        report = started.report()
        assert (report["answered"], report["running"], report["waiting"]) == (2000, 0, 0)
