"""Loads sent for real, to a server on loopback that answers, fails, hangs and drops."""

from __future__ import annotations

import asyncio
import signal
import socket
from random import Random

import pytest

from tests.load.server import Engine, serving
from wellit.load.asked import Asked, Spread
from wellit.load.drive import Run, dispatch, drive
from wellit.load.figures import figures
from wellit.load.prompts import Prompt, Prompts
from wellit.load.sample import HANGS, Sample
from wellit.load.send import Way


def sent(engine: Engine, asked: Asked, *ways: tuple[str, str]) -> Run:
    async def go() -> Run:
        async with serving(engine, prefix := ways[0][1] if ways else "") as base:
            made = [Way(base, "m", name, path) for name, path in ways] or [Way(base, "m")]
            assert prefix == made[0].path
            return await drive(asked, made)

    return asyncio.run(go())


def kinds(run: Run) -> list[str]:
    return [one.kind for one in run.samples]


@pytest.mark.parametrize("chat", [True, False])
@pytest.mark.parametrize("stream", [True, False])
def test_every_way_of_asking_is_counted_as_the_engine_counts(chat: bool, stream: bool) -> None:
    engine = Engine()
    run = sent(engine, Asked(concurrency=3, requests=12, output=Spread(7), chat=chat, stream=stream))
    found = figures(run.samples, run.seconds)
    assert (found.answered, found.output_tokens, found.prompt_tokens, found.cached) == (12, 60, 96, 0.5)
    assert [(one.name, one.answered) for one in found.pods] == [("pod-a", 6), ("pod-b", 6)]
    assert (found.first_token is not None) is stream
    assert all(body["max_tokens"] == 7 and ("messages" in body) is chat for body in engine.seen)
    assert engine.most_open <= 3 and not run.stopped


def test_as_many_are_open_as_were_asked_for_and_no_more() -> None:
    engine = Engine(pause=0.05)
    sent(engine, Asked(concurrency=4, requests=16))
    assert engine.most_open == 4


def test_each_failure_has_its_kind_and_the_others_are_answered() -> None:
    faults = ["busy", "hangs", "ends early", "drops", "an error inside", "nonsense", "halfway"]
    run = sent(Engine(faults), Asked(concurrency=1, requests=9, limit=1))
    assert kinds(run) == [
        "HTTP 429", HANGS, "the stream ended early", "the connection broke", "an error in the stream",
        "no stream in it", HANGS, "", "",
    ]  # fmt: skip
    said = [one.said for one in run.samples]
    assert "ResourceExhausted" in said[0] and "no answer had come" in said[1] and "out of memory" in said[4]
    assert "part of an answer" in said[6]
    assert all(one.ended is not None for one in run.samples)


def test_an_answer_that_is_none_is_a_failure_without_a_stream_too() -> None:
    assert kinds(sent(Engine(["nonsense"]), Asked(requests=2, concurrency=1, stream=False))) == ["no answer in it", ""]


def test_nobody_listening_is_said_of_every_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    run = asyncio.run(drive(Asked(requests=5), [Way(f"http://127.0.0.1:{port}", "m")]))
    assert kinds(run) == ["no connection"] * 5


def test_engines_take_turns_each_by_its_own_path() -> None:
    engine = Engine()
    run = sent(engine, Asked(requests=4), ("sglang", "/sglang"), ("vllm", "/sglang"))
    assert [one.way for one in run.samples] == ["sglang", "vllm", "sglang", "vllm"]
    assert set(engine.paths) == {"/sglang/v1/chat/completions"}


def test_a_tokenless_engine_is_counted_by_its_pieces() -> None:
    class Quiet(Engine):
        def _usage(self) -> dict[str, object]:
            return {}

    run = sent(Quiet(cached=None), Asked(requests=2))
    assert [one.output_tokens for one in run.samples] == [5, 5]
    assert figures(run.samples, 1).cached is None


def test_ctrl_c_ends_it_at_once_with_the_figures_so_far() -> None:
    engine = Engine(["", "", "hangs", "hangs"])

    def told(run: Run) -> None:
        if len(run.samples) == 4 and run.samples[1].ended:
            signal.raise_signal(signal.SIGINT)

    async def go() -> Run:
        async with serving(engine) as base:
            return await drive(Asked(concurrency=2, requests=100), [Way(base, "m")], told)

    run = asyncio.run(go())
    found = figures(run.samples, run.seconds)
    assert run.stopped and (found.sent, found.answered, found.cut_off, found.failed) == (4, 2, 2, 0)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def dispatched(asked: Asked, takes: float = 0.0) -> Run:
    run, time = Run(asked), Time()

    async def send(sample: Sample, _: Way, prompt: Prompt) -> None:
        assert prompt.text
        until = time.now + takes
        while time.now < until:
            await asyncio.sleep(0)
            if not asked.rate:
                time.now += 0.25
        sample.ended = time.now

    asyncio.run(dispatch(run, [Way("", "m")], Prompts(asked, Random(1)), send, time, time.sleep))
    return run


def test_a_rate_sends_at_even_intervals_whether_or_not_answers_came() -> None:
    run = dispatched(Asked(rate=4, requests=5, concurrency=100))
    assert [one.due for one in run.samples] == [0, 0.25, 0.5, 0.75, 1]
    assert [one.began for one in run.samples] == [0, 0.25, 0.5, 0.75, 1]


def test_nothing_is_begun_after_the_duration() -> None:
    run = dispatched(Asked(rate=2, requests=100, duration=3))
    assert [one.due for one in run.samples] == [0, 0.5, 1, 1.5, 2, 2.5]
    run = dispatched(Asked(concurrency=1, requests=100, duration=3), takes=1)
    assert len(run.samples) == 3 and all(one.ended for one in run.samples)
