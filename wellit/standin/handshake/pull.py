"""The decode server fetches the KV cache from the prefill server, which told it where: vLLM with NIXL.

The prefill server keeps what it has computed and listens on a port of its own. Its answer says where; the routing proxy
gives that to the decode server with the client's request. As in vLLM the decode server asks there who it is first, so
an address that leads to another server, or to itself, is found out.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import zmq
import zmq.asyncio

from wellit.standin.handshake.base import Asked, EndsAtStart, Handshake, Part, Unfit

META, READ = b"get_meta_msg", b"read_blocks"
PARAMS = "kv_transfer_params"
WAIT_SECONDS = 5.0  # for the other server's answer, as vLLM waits
KEPT_SECONDS = 480.0  # until nobody will fetch it any more: VLLM_NIXL_ABORT_REQUEST_TIMEOUT
DIES = "vLLM itself dies of such a request, up to 0.29 at least (CVE-2026-94622)"


@dataclass
class Prefill(Part):
    """What it computes is kept until the decode server has it."""

    pull: Pull | None = None
    asked: Asked | None = None

    def handed(self, finish: str) -> dict[str, Any]:
        """Where the decode server finds it; nothing when the request ended before its limit."""
        if self.pull is None or self.asked is None or finish != (self.finish or "length"):
            return {}
        return {PARAMS: self.pull.keep(self.asked)}


@dataclass
class Pull(Handshake):
    """`facts` are ``disaggregation.handshake`` of the engine's file; without a port nothing is fetched."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    host: str = ""
    port: int = 0
    split: int = 1
    page: int = 16
    engine_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _kept: dict[str, tuple[float, int]] = field(default_factory=dict)
    _context: zmq.asyncio.Context | None = None
    _socket: zmq.asyncio.Socket | None = None
    _listening: asyncio.Task[None] | None = None

    async def open(self, _host: str) -> None:
        if not self.port:
            return
        self._context = zmq.asyncio.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        try:
            self._socket.bind(f"tcp://{self.host}:{self.port}")
        except zmq.ZMQError as error:
            self._socket.close(0)
            raise EndsAtStart(
                f"zmq.error.ZMQError: {error} (addr='tcp://{self.host}:{self.port}'), which is where the KV cache is "
                "to be fetched from"
            ) from None
        self._listening = asyncio.create_task(self._listen(self._socket))

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        if self._socket:
            self._socket.close(0)
        if self._context:
            self._context.term()

    def keep(self, asked: Asked) -> dict[str, Any]:
        """Keep what was computed; returns what the decode server must be told."""
        now = time.monotonic()
        self._kept = {name: kept for name, kept in self._kept.items() if kept[0] > now}
        self._kept[asked.id] = (now + KEPT_SECONDS, len(asked.tokens))
        pages = -(-len(asked.tokens) // self.page)
        known = {"remote_block_ids": list(range(1, pages + 1)), "remote_engine_id": self.engine_id,
                 "remote_request_id": asked.id, "remote_host": self.host, "remote_port": self.port,
                 "tp_size": self.split}  # fmt: skip
        known |= self.facts.get("hands", {})
        return {"do_remote_prefill": True, "do_remote_decode": False, **known}

    async def part(self, asked: Asked) -> Part:
        params = asked.body.get(PARAMS)
        if params is None:
            return Part()
        if not isinstance(params, dict):
            raise Unfit(400, f"{PARAMS} is no object: {params!r}")
        if params.get("do_remote_decode"):
            return Prefill("prefill", finish=self.facts.get("finish", ""), pull=self, asked=asked)
        if not params.get("do_remote_prefill"):
            return Part()
        missing = [key for key in self.facts["needs"] if not params.get(key)]
        if missing:
            raise Unfit(500, f"{PARAMS} lacks {', '.join(missing)}: {DIES}")
        if not self.port:
            return Part("decode", fetched=len(asked.tokens))
        return Part("decode", fetched=min(len(asked.tokens), await self._fetch(params)))

    async def _fetch(self, params: Mapping[str, Any]) -> int:
        """How many tokens the prefill server has for the request. Raises Unfit when they are not to be had."""
        assert self._context
        where = f"tcp://{params['remote_host']}:{params['remote_port']}"
        socket = self._context.socket(zmq.REQ)
        try:
            socket.connect(where)
            async with asyncio.timeout(WAIT_SECONDS):
                found = await _call(socket, META, 0)
                if found != params["remote_engine_id"]:
                    raise Unfit(500, f"Remote NIXL agent engine ID mismatch. Expected {params['remote_engine_id']},"
                                     f"received {found}. ({where} leads to another server)")  # fmt: skip
                count = await _call(socket, READ, params["remote_request_id"])
        except (TimeoutError, zmq.ZMQError) as error:
            said = f"nobody answers there ({error})" if str(error) else "nobody answers there"
            raise Unfit(500, f"NIXL handshake failed: the KV cache is to be fetched from {where}, and {said}") from None
        finally:
            socket.close(0)
        if not count:
            raise Unfit(500, f"NIXL transfer failed: {where} has nothing for {params['remote_request_id']} any more")
        return int(count)

    async def _listen(self, socket: zmq.asyncio.Socket) -> None:
        while True:
            who, _, message = await socket.recv_multipart()
            what, about = msgspec.msgpack.decode(message)
            _, count = self._kept.pop(about, (0, 0)) if what == READ else (0, 0)
            answer = count if what == READ else self.engine_id
            await socket.send_multipart([who, b"", msgspec.msgpack.encode(answer)])


async def _call(socket: zmq.asyncio.Socket, what: bytes, about: Any) -> Any:
    await socket.send(msgspec.msgpack.encode((what, about)))
    return msgspec.msgpack.decode(await socket.recv())
