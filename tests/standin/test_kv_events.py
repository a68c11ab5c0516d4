"""What the stand-in publishes: exactly the messages that the engine's own library would have been told to send."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import zmq
import zmq.asyncio

from tests.standin.test_handshakes import engine
from tests.support.picker import free_ports
from wellit.standin.handshake import EndsAtStart
from wellit.standin.kv_events import END, Publisher, config
from wellit.standin.prefix_cache import PrefixCache

TOPIC = "kv@10.66.0.4:8000@Qwen/Qwen3-32B"
SAID: dict[str, dict[str, Any]] = {
    "vllm": {"enable_kv_cache_events": True, "publisher": "zmq"},
    "sglang": {"publisher": "zmq"},
}
PROMPT = list(range(1000, 1064))
WAIT_MILLISECONDS = 60_000


def publisher(name: str, **said: Any) -> Publisher:
    flag = msgspec.json.encode({**SAID[name], **said}).decode()
    settings = config(engine(name), {"--kv-events-config": flag}.get)
    assert settings
    return Publisher(engine(name).data["kvEvents"], settings)


async def heard(socket: zmq.asyncio.Socket) -> Sequence[bytes]:
    assert await socket.poll(WAIT_MILLISECONDS)
    return await socket.recv_multipart()


@asynccontextmanager
async def subscriber(port: int, *, there: bool = True) -> AsyncIterator[zmq.asyncio.Socket]:
    """Who listens at a port; once it is heard there, unless nobody publishes yet."""
    with zmq.asyncio.Context() as context, context.socket(zmq.SUB) as socket:
        socket.linger = 0
        socket.subscribe(b"kv@")
        with socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED) as monitor:
            socket.connect(f"tcp://127.0.0.1:{port}")
            assert not there or await monitor.poll(WAIT_MILLISECONDS)
            socket.disable_monitor()
        await asyncio.sleep(0.2)  # nothing says when a publisher has read what it is asked for
        yield socket


def published(steps: Callable[[Publisher, PrefixCache, zmq.asyncio.Socket], Awaitable[None]], name: str,
              page: int = 16, **said: Any) -> None:  # fmt: skip
    """Run steps with an open publisher, its cache and somebody who listens to it."""

    async def between() -> None:
        (port,) = free_ports(1)
        one = publisher(name, endpoint=f"tcp://*:{port}", topic=TOPIC, **said)
        one.open()
        try:
            async with subscriber(port) as socket:
                await steps(one, PrefixCache(page, 8, one), socket)
        finally:
            await one.close()

    asyncio.run(asyncio.wait_for(between(), 120))


@pytest.mark.parametrize(("name", "events"), [("vllm", 1), ("sglang", 4)])
def test_a_message_has_a_topic_a_number_and_a_batch_of_three(name: str, events: int) -> None:
    async def steps(_: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        cache.insert(PROMPT)
        topic, number, message = await heard(socket)
        assert topic.decode() == TOPIC
        assert number == bytes(8)
        ts, told, rank = msgspec.msgpack.decode(message)
        assert abs(ts - time.time()) < 60
        assert rank == 0
        assert len(told) == events
        assert [token for one in told for token in one[3]] == PROMPT
        assert {one[0] for one in told} == {"BlockStored"}
        assert {one[4] for one in told} == {16}

    published(steps, name)


def test_vllm_says_all_new_pages_in_one_event_and_their_medium() -> None:
    async def steps(_: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        cache.insert(PROMPT[:32])
        cache.insert(PROMPT)
        first, second = [msgspec.msgpack.decode((await heard(socket))[2])[1] for _ in range(2)]
        ((_, names, parent, tokens, size, *more),) = first
        assert (len(names), parent, tokens, size, more) == (2, None, PROMPT[:32], 16, [None, "GPU", None])
        ((_, new, after, tokens, *_),) = second
        assert (len(new), after, tokens) == (2, names[1], PROMPT[32:])

    published(steps, "vllm")


def test_sglang_says_each_page_as_the_child_of_the_one_before() -> None:
    async def steps(_: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        cache.insert(PROMPT)
        told = msgspec.msgpack.decode((await heard(socket))[2])[1]
        names = [name for _, (name,), *_ in told]
        assert [parent for _, _, parent, *_ in told] == [None, *names[:-1]]
        assert {len(one) for one in told} == {6}

    published(steps, "sglang")


def test_a_page_of_one_token_is_said_so() -> None:
    """SGLang's page where nothing is said: the picker finds none of it."""

    async def steps(_: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        cache.insert(PROMPT[:5])
        told = msgspec.msgpack.decode((await heard(socket))[2])[1]
        assert [(one[3], one[4]) for one in told] == [([token], 1) for token in PROMPT[:5]]

    published(steps, "sglang", page=1)


@pytest.mark.parametrize(("name", "removed"), [("vllm", 3), ("sglang", 2)])
def test_pages_that_went(name: str, removed: int) -> None:
    async def steps(_: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        cache.insert(PROMPT)
        cache.evict(2)
        (_, stored, _), (_, gone, _) = [msgspec.msgpack.decode((await heard(socket))[2]) for _ in range(2)]
        names = [one for event in stored for one in event[1]]
        assert [one[1] for one in gone] == [[names[3]], [names[2]]]  # from the end
        assert {(one[0], len(one)) for one in gone} == {("BlockRemoved", removed)}

    published(steps, name)


def test_hashes_are_packed_as_numbers_of_64_bits() -> None:
    async def steps(_: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        cache.insert(PROMPT)
        message = (await heard(socket))[2]
        assert message.count(b"\xcf") >= 4

    published(steps, "vllm")


def test_a_topic_that_somebody_else_listens_to_is_not_heard() -> None:
    async def between() -> None:
        (port,) = free_ports(1)
        one = publisher("vllm", endpoint=f"tcp://*:{port}", topic="kv-events")
        one.open()
        async with subscriber(port) as socket:
            PrefixCache(16, 8, one).insert(PROMPT)
            assert not await socket.poll(500)
        await one.close()

    asyncio.run(between())


def test_who_listens_and_never_reads_holds_nothing_up() -> None:
    async def steps(one: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        began = time.monotonic()
        for number in range(20_000):
            cache.insert([number] * 16)
        assert time.monotonic() - began < 10
        assert one.sent > 20_000  # pages that went are said too
        assert await heard(socket)

    published(steps, "vllm", hwm=10)


def test_who_comes_late_asks_for_what_he_missed() -> None:
    (port,) = free_ports(1)

    async def steps(_: Publisher, cache: PrefixCache, socket: zmq.asyncio.Socket) -> None:
        for number in range(3):
            cache.insert([number] * 16)
            await heard(socket)
        with zmq.asyncio.Context() as context, context.socket(zmq.DEALER) as late:
            late.connect(f"tcp://127.0.0.1:{port}")
            await late.send_multipart([b"", (1).to_bytes(8, "big")])
            numbers = []
            while (got := await heard(late))[1] != END:
                numbers.append(int.from_bytes(got[1], "big"))
            assert numbers == [1, 2]

    published(steps, "vllm", replay_endpoint=f"tcp://*:{port}")


def test_a_publisher_that_was_restarted_is_heard_again() -> None:
    async def between() -> None:
        (port,) = free_ports(1)
        async with subscriber(port, there=False) as socket:
            for _ in range(2):
                one = publisher("vllm", endpoint=f"tcp://*:{port}", topic=TOPIC)
                one.open()
                cache = PrefixCache(16, 4, one)
                for number in range(100):
                    cache.insert([number] * 16)
                    if await socket.poll(100):
                        break
                assert (await heard(socket))[0].decode() == TOPIC
                await one.close()

    asyncio.run(asyncio.wait_for(between(), 120))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vllm", '{"publisher": "zmq"}'),
        ("vllm", '{"enable_kv_cache_events": true, "publisher": "null"}'),
        ("sglang", '{"topic": "kv@"}'),
        ("sglang", '{"publisher": "null", "topic": "kv@"}'),
        ("sglang", ""),
    ],
)
def test_an_engine_that_publishes_nothing(name: str, said: str) -> None:
    assert config(engine(name), {"--kv-events-config": said}.get) is None


def test_vllm_publishes_when_it_is_only_told_that_there_are_events() -> None:
    settings = config(engine("vllm"), {"--kv-events-config": '{"enable_kv_cache_events": true}'}.get)
    assert settings
    assert (settings.endpoint, settings.topic, settings.replay) == ("tcp://*:5557", "", "")


@pytest.mark.parametrize(
    ("name", "said", "word"),
    [
        ("vllm", "{publisher: zmq}", "cannot read"),
        ("vllm", '{"enable_kv_cache_event": true}', "enable_kv_cache_event is no key"),
        ("vllm", '{"publisher": "kafka"}', "null, zmq"),
        ("vllm", '{"enable_kv_cache_events": "yes"}', "kind bool"),
        ("vllm", '{"hwm": 1.5}', "kind int"),
        ("sglang", '{"publisher": "kafka"}', "null, zmq"),
        ("sglang", "[]", "JSON object"),
        ("sglang", '{"publisher": "zmq", "endpoint": "5557"}', "no address"),
    ],
)
def test_what_the_engine_refuses(name: str, said: str, word: str) -> None:
    with pytest.raises(EndsAtStart, match=word):
        config(engine(name), {"--kv-events-config": said}.get)


def test_sglang_passes_over_a_key_that_it_does_not_know() -> None:
    said = '{"publisher": "zmq", "enable_kv_cache_events": true}'
    assert config(engine("sglang"), {"--kv-events-config": said}.get)


def test_an_address_that_is_taken_ends_the_engine() -> None:
    async def steps(one: Publisher, _: PrefixCache, __: zmq.asyncio.Socket) -> None:
        second = publisher("vllm", endpoint=one.settings.endpoint, topic=TOPIC)
        with pytest.raises(EndsAtStart, match="Address already in use"):
            second.open()
        await second.close()

    published(steps, "vllm")


@pytest.mark.parametrize("name", ["sim", "trtllm"])
def test_an_engine_that_has_no_events(name: str) -> None:
    assert config(engine(name), lambda _: None) is None
