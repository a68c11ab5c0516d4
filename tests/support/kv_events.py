"""What an engine says of its KV cache: the messages of vLLM and SGLang, with the libraries that both send them with."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import zmq

from tests.support.picker import until

# Hashes of blocks are numbers of 64 bits.
_hashes = itertools.count(1 << 40)


@dataclass
class Publisher:
    """A model server's publisher. `socket` also hears who subscribes, as the engines' own does not tell."""

    socket: zmq.Socket[bytes]
    topic: str
    sent: Iterator[int] = field(default_factory=itertools.count)

    def heard_by(self) -> str:
        """Wait for a subscriber: the beginning of the topics that it wants."""
        said = until(lambda: self.socket.recv() if self.socket.poll(50) else b"", bool, "somebody who listens")
        assert said[:1] == b"\1"
        return said[1:].decode()

    def stored(self, tokens: Sequence[int], page: int, *, at_once: bool, topic: str = "", as_map: bool = False) -> int:
        """Say that all whole pages of these tokens are in the cache, in one event or in one for each; returns how many.

        With `as_map` the names of the batch's three members stand beside them.
        """
        pages = [list(tokens[at : at + page]) for at in range(0, len(tokens) - page + 1, page)]
        names = [next(_hashes) for _ in pages]
        if at_once:
            events = [_stored(names, None, [token for one in pages for token in one], page)]
        else:
            before: list[int | None] = [None, *names]
            events = [_stored([n], b, one, page) for n, b, one in zip(names, before, pages, strict=False)]
        batch = {"ts": time.time(), "events": events, "data_parallel_rank": 0}
        message = msgspec.msgpack.encode(batch if as_map else list(batch.values()))
        self.socket.send_multipart([(topic or self.topic).encode(), next(self.sent).to_bytes(8, "big"), message])
        return len(pages)


def _stored(names: Sequence[int], before: int | None, tokens: Sequence[int], page: int) -> list[Any]:
    return ["BlockStored", names, before, tokens, page, None, "GPU"]


@contextmanager
def publisher(config: Mapping[str, Any], ip: str) -> Iterator[Publisher]:
    """The publisher that an engine makes of its rendered configuration, in a pod with that IP."""
    context = zmq.Context()
    socket = context.socket(zmq.XPUB)
    socket.bind(str(config["endpoint"]).replace("*", ip))  # two pods on one machine have the same port
    try:
        yield Publisher(socket, config["topic"])
    finally:
        socket.close(0)
        context.term()


def configuration(words: Sequence[str], flag: str, ip: str) -> dict[str, Any]:
    """The JSON after `flag` in an engine's arguments, as the kubelet hands it to a pod with that IP."""
    text = words[list(words).index(flag) + 1].replace("$(POD_IP)", ip)
    return dict(json.loads(text))
