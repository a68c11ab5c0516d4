"""Both servers get the request at once and meet in a room that it names: SGLang's prefill and decode servers.

The prefill server opens a second port (--disaggregation-bootstrap-port), where decode servers ask which address has the
KV cache (GET /route); there they wait for the room. The prefill server computes nothing before somebody waits, answers
one token, and only when that is written goes the KV cache over: so its answer ends before the decode server's begins,
which is what keeps the older routing proxy alive. The words of the errors are SGLang's, read from 0.5.6.post2.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from wellit.standin.handshake.base import Asked, EndsAtStart, Handshake, Part, Unfit

ROOMS = "/rooms"  # ours: what follows the route is SGLang's own protocol over RDMA
ROUTE_SECONDS = 5.0  # SGLang's limit for GET /route
RANKS = ("engine_rank", "target_dp_group", "target_pp_rank")
BOOTSTRAP, TRANSFER = "bootstrapFailed", "transferFailed"  # as metrics.also of the engine's file has them
HOST, PORT, ROOM = "bootstrap_host", "bootstrap_port", "bootstrap_room"


@dataclass
class Room:
    """Where one request's two halves meet: `waits` when the decode server is there, `filled` with how many tokens."""

    waits: asyncio.Event = field(default_factory=asyncio.Event)
    filled: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass
class Prefill(Part):
    """One token, and the KV cache goes over when its answer is written."""

    room: Room = field(default_factory=Room)
    count: int = 0

    def close(self, answered: bool) -> None:
        if not self.room.filled.done():
            self.room.filled.set_result(self.count if answered else 0)


@dataclass
class Meet(Handshake):
    """A server that was told a mode. `port` is that of the meeting point; `seconds` it waits for the other half."""

    prefills: bool = True
    port: int = 8998
    seconds: float = 300.0
    _rooms: dict[int, Room] = field(default_factory=dict)
    _routes: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None
    _client: aiohttp.ClientSession | None = None

    async def open(self, host: str) -> None:
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        if not self.prefills:
            return
        app = web.Application()
        app.router.add_get("/health", _health)
        app.router.add_put("/route", self._register)
        app.router.add_get("/route", self._route)
        app.router.add_post(ROOMS + r"/{room:\d+}", self._enter)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, self.port).start()
        except OSError as error:
            raise EndsAtStart(f"the bootstrap server cannot listen on {host}:{self.port}: {error.strerror}") from None
        own = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
        ranks = {"role": "Prefill", "engine_rank": "0", "target_dp_group": "0", "target_pp_rank": "0"}
        async with self._client.put(f"http://{own}:{self.port}/route", json={**ranks, "rank_port": self.port}) as done:
            done.raise_for_status()

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()
        if self._client:
            await self._client.close()

    async def part(self, asked: Asked) -> Part:
        room = asked.body.get(ROOM)
        if room is None:
            raise Unfit(400, f"Invalid request: Disaggregated request received without boostrap room id. "
                             f"req.rid='{asked.id}'")  # fmt: skip
        if not isinstance(room, int) or isinstance(room, bool):
            raise Unfit(400, f"{ROOM} is no whole number: {room!r}")
        if not self.prefills:
            return Part("decode", fetched=min(len(asked.tokens), await self._fetch(asked, room)))
        return await self._offer(asked, room)

    async def _offer(self, asked: Asked, number: int) -> Part:
        room = self._rooms.setdefault(number, Room())
        try:
            async with asyncio.timeout(self.seconds):
                await room.waits.wait()
        except asyncio.CancelledError:
            self._leave(number, room)
            raise
        except TimeoutError:
            self._leave(number, room)
            self.failed[BOOTSTRAP] += 1
            raise Unfit(500, f"Prefill bootstrap failed for request rank=0 req.rid='{asked.id}' req.bootstrap_room="
                             f"{number}: no decode server came within {self.seconds:g} s") from None  # fmt: skip
        return Prefill("prefill", limit=1, finish="length", room=room, count=len(asked.tokens))

    def _leave(self, number: int, room: Room) -> None:
        """The prefill server's half will not come: whoever waits is told so."""
        self._rooms.pop(number, None)
        if not room.filled.done():
            room.filled.set_result(0)

    async def _fetch(self, asked: Asked, number: int) -> int:
        assert self._client
        where = f"{asked.body.get(HOST)}:{asked.body.get(PORT)}"
        failed = f"Decode handshake failed for request rank=0 decode_req.req.rid='{asked.id}' " \
                 f"decode_req.req.bootstrap_room={number} with exception "  # fmt: skip
        try:
            async with self._client.get(
                f"http://{where}/route",
                params=dict.fromkeys(RANKS, "0"),
                timeout=aiohttp.ClientTimeout(ROUTE_SECONDS),
            ) as found:
                found.raise_for_status()
                route = await found.json()
                rank = f"{route['rank_ip']}:{route['rank_port']}"
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
            self.failed[BOOTSTRAP] += 1
            raise Unfit(500, f"{failed}Could not fetch prefill parallel info from bootstrap_addr: {where} "
                             f"({_said(error)})") from None  # fmt: skip
        failed = failed.replace("handshake", "transfer")
        try:
            async with self._client.post(
                f"http://{rank}{ROOMS}/{number}", timeout=aiohttp.ClientTimeout(self.seconds)
            ) as given:
                given.raise_for_status()
                return int((await given.json())["tokens"])
        except TimeoutError:
            self.failed[TRANSFER] += 1
            raise Unfit(500, f"{failed}Request {number} timed out after {self.seconds:.1f}s in "
                             "KVPoll.WaitingForInput") from None  # fmt: skip
        except aiohttp.ClientError as error:
            self.failed[TRANSFER] += 1
            raise Unfit(500, f"{failed}the prefill server gave nothing ({_said(error)})") from None

    async def _register(self, request: web.Request) -> web.Response:
        said: Mapping[str, Any] = await request.json()
        key = (str(said.get(RANKS[0])), str(said.get(RANKS[1])), str(said.get(RANKS[2])))
        self._routes[key] = {"rank_ip": said.get("rank_ip", ""), "rank_port": said["rank_port"]}
        return web.Response(text="OK")

    async def _route(self, request: web.Request) -> web.Response:
        """Which address has the KV cache: the one at which this server is asked, unless another was registered."""
        named = (request.query.get(RANKS[0]), request.query.get(RANKS[1]))
        if not all(named):
            return web.Response(text="Missing inputs for bootstrap server.", status=400)
        if named == ("-1", "-1"):
            return web.json_response(dict.fromkeys(("prefill_attn_tp_size", "prefill_dp_size", "prefill_pp_size"), 1))
        found = self._routes.get((str(named[0]), str(named[1]), request.query.get(RANKS[2], "0")))
        if found is None or request.transport is None:
            return web.Response(text="Bootstrap info not Found", status=404)
        return web.json_response(
            {**found, "rank_ip": found["rank_ip"] or request.transport.get_extra_info("sockname")[0]}
        )

    async def _enter(self, request: web.Request) -> web.Response:
        """A decode server comes into a room; it is answered when the KV cache is there."""
        number = int(request.match_info["room"])
        room = self._rooms.setdefault(number, Room())
        room.waits.set()
        try:
            count = await asyncio.shield(room.filled)
        except asyncio.CancelledError:
            room.waits.clear()
            raise
        finally:
            self._rooms.pop(number, None)
        if not count:
            return web.Response(text="the prefill server did not finish", status=502)
        return web.json_response({"tokens": count})


async def _health(_: web.Request) -> web.Response:
    return web.Response(text="OK")


def _said(error: Exception) -> str:
    with contextlib.suppress(AttributeError):
        return f"{error.os_error.strerror}"  # type: ignore[attr-defined]
    return str(error) or type(error).__name__
