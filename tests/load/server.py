"""A real HTTP server that answers as an engine behind a gateway does, or fails as it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

FAULTS = ("busy", "hangs", "ends early", "drops", "an error inside", "nonsense", "halfway")


@dataclass
class Engine:
    """What it does with each request in turn: "" answers, else one of FAULTS. `seen` are the bodies that came."""

    faults: list[str] = field(default_factory=list)
    tokens: int = 5
    cached: int | None = 4
    pods: tuple[str, ...] = ("pod-a", "pod-b")
    stand_in: bool = True
    model: str = "m"
    counts: bool = True
    pause: float = 0.0
    seen: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    numbers: Iterator[int] = field(default_factory=count)

    async def models(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        about = {"id": self.model, "owned_by": "wellit"} | ({"stand_in": True} if self.stand_in else {})
        said = {"x-inference-pod": self.pods[0]} if self.pods else {}
        return web.json_response({"object": "list", "data": [about]}, headers=said)

    async def page(self, request: web.Request) -> web.Response:
        """The metrics of two SGLang servers, /a/metrics and /b/metrics: the first gave a third of the answers."""
        part = len(self.seen) // 3
        done = part if request.path.startswith("/a/") else len(self.seen) - part
        counts = {"num_requests_total": done, "generation_tokens_total": done * 5, "cached_tokens_total": done * 2}
        lines = [f'sglang:{name}{{model_name="m"}} {count}' for name, count in counts.items()]
        return web.Response(text="\n".join(lines) + "\n", status=200 if self.counts else 404)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        number = next(self.numbers)
        body = await request.json()
        self.seen.append(body)
        self.paths.append(request.path)
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        try:
            return await self._answer(request, body, number, self.faults[number] if number < len(self.faults) else "")
        finally:
            self.open -= 1

    async def _answer(self, request: web.Request, body: dict[str, Any], number: int, fault: str) -> web.StreamResponse:
        await asyncio.sleep(self.pause)
        said = {"x-inference-pod": self.pods[number % len(self.pods)]} if self.pods else {}
        if fault == "busy":
            return web.Response(status=429, text="inference gateway: ResourceExhausted - no room", headers=said)
        if fault == "hangs":
            await asyncio.sleep(3600)
        if fault == "drops":
            assert request.transport
            request.transport.close()
        if fault == "nonsense":
            return web.Response(text="<html>not me</html>", headers=said)
        if not body.get("stream"):
            choice = {"message": {"role": "assistant", "content": "words"}} if "messages" in body else {"text": "words"}
            return web.json_response({"choices": [choice], "usage": self._usage()}, headers=said)
        response = web.StreamResponse(headers={**said, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in self._pieces("messages" in body, fault):
            await response.write(b"data: " + piece + b"\n\n")
        if fault == "halfway":
            await asyncio.sleep(3600)
        await response.write_eof()
        return response

    def _pieces(self, chat: bool, fault: str) -> Iterator[bytes]:
        if chat:
            yield json.dumps({"choices": [{"delta": {"role": "assistant", "content": ""}}], "usage": None}).encode()
        for _ in range(self.tokens):
            yield json.dumps({"choices": [{"delta": {"content": "w"}} if chat else {"text": "w"}]}).encode()
        if fault in ("ends early", "halfway"):
            return
        if fault == "an error inside":
            yield json.dumps({"error": {"message": "out of memory", "code": 500}}).encode()
        yield json.dumps({"choices": [], "usage": self._usage()}).encode()
        yield b"[DONE]"

    def _usage(self) -> dict[str, Any]:
        details = {} if self.cached is None else {"prompt_tokens_details": {"cached_tokens": self.cached}}
        return {"prompt_tokens": 8, "completion_tokens": self.tokens, **details}


@asynccontextmanager
async def serving(engine: Engine, prefix: str = "") -> AsyncIterator[str]:
    """The base URL of an engine that listens on loopback, until the block is left."""
    app = web.Application()
    app.router.add_get(f"{prefix}/v1/models", engine.models)
    app.router.add_get("/{pod}/metrics", engine.page)
    for what in ("completions", "chat/completions"):
        app.router.add_post(f"{prefix}/v1/{what}", engine.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
