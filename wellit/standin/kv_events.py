"""What an engine says of its KV cache, to whoever listens: vLLM's and SGLang's messages over ZMQ.

A message has three parts: the topic as the engine's flag has it, a number of 8 bytes that counts, and [time, [events],
rank] in MessagePack. SGLang has an event for each page, vLLM one for all that are new together; what stands in an event
behind the page size is in the engine's file. Nobody who listens slowly holds up an answer: what does not fit into his
queue is lost to him, as with the engines, unless there is a replay address where he can ask for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import zmq
import zmq.asyncio

from wellit.engines import Engine
from wellit.standin.handshake.base import EndsAtStart, Told
from wellit.standin.json_flag import JsonFlag
from wellit.standin.prefix_cache import Page

END = (-1).to_bytes(8, "big", signed=True)  # what follows the last replayed message
BINDS = ("*", "::", "ipc://", "inproc://")  # an endpoint with one of these is listened on, any other is dialled


@dataclass(frozen=True)
class Config:
    """What the flag says, with what holds by default."""

    endpoint: str
    topic: str
    replay: str
    steps: int
    limit: int


def config(engine: Engine, told: Told) -> Config | None:
    """The engine's flag; None when it publishes nothing. Raises EndsAtStart for what the engine refuses."""
    facts: Mapping[str, Any] = engine.data["kvEvents"] or {}
    said = JsonFlag(engine, facts).read(told) if facts else {}
    if not said:
        return None
    held = {**facts.get("defaults", {}), **said}
    if (
        any(held.get(key, wanted) != wanted for key, wanted in facts["publishes"].items())
        or held.get("publisher") == "null"
    ):
        return None
    endpoint = str(held["endpoint"])
    if "tcp" not in endpoint and "inproc" not in endpoint and "ipc" not in endpoint:
        raise EndsAtStart(f"{engine.title} refuses {facts['flag']}: endpoint {endpoint} is no address of ZMQ's")
    return Config(
        endpoint,
        str(held["topic"]),
        str(held.get("replay_endpoint") or ""),
        int(held.get("buffer_steps", 10_000)),
        int(held.get("hwm", 100_000)),
    )


class Publisher:
    """Listens to the prefix cache, and says what it hears. All of it runs in the engine's event loop."""

    def __init__(self, facts: Mapping[str, Any], settings: Config) -> None:
        self._facts, self.settings = facts, settings
        self.sent = 0  # messages, heard or not
        self._said: deque[tuple[bytes, bytes]] = deque(maxlen=settings.steps)
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket: zmq.Socket[bytes] | None = None
        self._replays: zmq.asyncio.Socket | None = None
        self._replaying: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to publish. Raises EndsAtStart when the address cannot be had."""
        self._socket = self._context.socket(zmq.PUB)
        self._socket.set_hwm(self.settings.limit)
        _join(self._socket, self.settings.endpoint)
        if self.settings.replay:
            self._replays = zmq.asyncio.Context(self._context).socket(zmq.ROUTER)
            _join(self._replays, self.settings.replay)
            self._replaying = asyncio.create_task(self._replay(self._replays))

    async def close(self) -> None:
        if self._replaying:
            self._replaying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._replaying
        for socket in (self._socket, self._replays):
            if socket:
                socket.close(0)
        self._context.term()

    def stored(self, pages: Sequence[Page]) -> None:
        """New pages, each the child of the one before it."""
        if "eachPage" in self._facts:
            self._say([self._stored([page]) for page in pages])
        else:
            self._say([self._stored(pages)])

    def removed(self, hashes: Sequence[int]) -> None:
        self._say([["BlockRemoved", [name], *self._facts["removed"].values()] for name in hashes])

    def _stored(self, pages: Sequence[Page]) -> list[Any]:
        tokens = [token for page in pages for token in page.tokens]
        size = len(pages[0].tokens)
        names = [page.hash for page in pages]
        return ["BlockStored", names, pages[0].parent, tokens, size, *self._facts["stored"].values()]

    def _say(self, events: list[Any]) -> None:
        if self._socket is None:
            return
        number = self.sent.to_bytes(8, "big")
        self.sent += 1
        message = msgspec.msgpack.encode([time.time(), events, 0])
        self._said.append((number, message))
        self._socket.send_multipart([self.settings.topic.encode(), number, message], zmq.NOBLOCK)

    async def _replay(self, socket: zmq.asyncio.Socket) -> None:
        """Who has missed messages names the first, and gets all from there on."""
        while True:
            frames = await socket.recv_multipart()
            if len(frames) != 3:
                continue
            who, _, first = frames
            for number, message in list(self._said):
                if number >= first:
                    await socket.send_multipart([who, b"", number, message])
            await socket.send_multipart([who, b"", END, b""])


def _join(socket: zmq.Socket[Any], endpoint: str) -> None:
    try:
        if any(sign in endpoint for sign in BINDS):
            socket.bind(endpoint)
        else:
            socket.connect(endpoint)
    except zmq.ZMQError as error:
        socket.close(0)
        raise EndsAtStart(f"zmq.error.ZMQError: {error} (addr={endpoint!r})") from None
