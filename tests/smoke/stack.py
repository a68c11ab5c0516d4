"""A stack of real HTTP servers: a gateway that chooses, two engines that queue, and the picker's own metrics."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.smoke.world import KNOWN, engine, pool, server, way
from wellit.smoke.ask import PICKED
from wellit.smoke.figures import Road, Roads
from wellit.smoke.parts import Parts, Pool

PREFIX = 64  # characters by which the gateway knows a prompt again


@dataclass
class Model:
    """One engine: `faults` are statuses for the requests to come, `hangs` keeps them, `metrics` serves the page."""

    name: str
    capacity: int = 8
    seconds: float = 0.15
    names: bool = True
    picked: bool = True  # the picker leaves its mark
    metrics: bool = True
    hangs: bool = False
    faults: list[int] = field(default_factory=list)
    waiting: int = 0
    running: int = 0
    seen: list[dict[str, Any]] = field(default_factory=list)
    authorized: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.room = asyncio.Semaphore(self.capacity)

    async def models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "m", "stand_in": "a test"}]})

    async def page(self, _: web.Request) -> web.Response:
        names = engine("sglang").metrics
        lines = [f"{names['queued']} {self.waiting}", f"{names['running']} {self.running}"]
        return web.Response(text="\n".join(lines) + "\n", status=200 if self.metrics else 404)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.seen.append(body)
        self.authorized.add(request.headers.get("Authorization", ""))
        if self.hangs:
            await asyncio.sleep(3600)
        if self.faults:
            return web.Response(status=self.faults.pop(0), text="the engine says no")
        self.waiting += 1
        async with self.room:
            self.waiting -= 1
            self.running += 1
            await asyncio.sleep(self.seconds)
            self.running -= 1
        said = {"x-inference-pod": self.name} if self.names else {}
        said |= {PICKED: "true"} if self.picked else {}
        choice = {"message": {"content": "hello"}} if "messages" in body else {"text": "hello"}
        usage = {"prompt_tokens": 3, "completion_tokens": 1}
        if not body.get("stream"):
            return web.json_response({"choices": [choice], "usage": usage}, headers=said)
        response = web.StreamResponse(headers={**said, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        async for piece in _pieces(usage):
            await response.write(f"data: {piece}\n\n".encode())
        return response


async def _pieces(usage: dict[str, int]) -> AsyncIterator[str]:
    for word in ("one", "two", "three"):
        yield json.dumps({"choices": [{"delta": {"content": word}}]})
        await asyncio.sleep(0.02)
    yield json.dumps({"choices": [], "usage": usage})
    yield "[DONE]"


@dataclass
class Stack:
    """The running servers, as smoke reaches them."""

    models: tuple[Model, ...]
    urls: dict[str, str] = field(default_factory=dict)
    blind: bool = False  # the picker reads no queue
    sticky: bool = True  # the gateway knows prefixes
    starting: int = 0  # requests that come before the picker takes any
    last: dict[str, Model] = field(default_factory=dict)

    async def through(self, request: web.Request) -> web.StreamResponse:
        """The gateway: to whoever had the prefix before, else to the shorter queue."""
        if request.method == "GET":
            return await self.models[0].models(request)
        if self.starting:
            self.starting -= 1
            return web.Response(status=500)
        body = await request.json()
        start = str(body.get("prompt", ""))[:PREFIX]
        chosen = min(self.models, key=lambda model: (model.waiting + model.running, len(model.seen)))
        if self.sticky and len(start) == PREFIX:
            chosen = self.last.setdefault(start, chosen)
        return await chosen.answer(request)

    async def picked(self, _: web.Request) -> web.Response:
        figures = {model.name: 0 if self.blind else model.waiting for model in self.models}
        name = "inference_pool_per_pod_queue_size"
        lines = [f'{name}{{model_server_pod="{pod}-rank-0",name="pool"}} {n}' for pod, n in figures.items()]
        return web.Response(text="\n".join(lines) + "\n")

    @property
    def pool(self) -> Pool:
        return pool(*(server(model.name) for model in self.models))

    @property
    def parts(self) -> Parts:
        return Parts(KNOWN, (way(self.pool),), (self.pool,), "g", frozenset(["spreads", "prefix"]))

    @property
    def roads(self) -> Roads:
        servers = {model.name: Road(self.urls[model.name]) for model in self.models}
        return Roads(
            (Road(self.urls["gateway"], "through the gateway g"),), servers, {"pool": Road(self.urls["picker"])}
        )


@contextmanager
def running(*models: Model, **about: Any) -> Iterator[Stack]:
    """The servers, in a thread of their own, on loopback."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def there(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    stack = Stack(models or (Model("d-0"), Model("d-1")), **about)
    runners = [there(_serve(stack, name, app)) for name, app in _apps(stack).items()]
    try:
        yield stack
    finally:
        for runner in runners:
            there(runner.cleanup())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _apps(stack: Stack) -> dict[str, web.Application]:
    apps: dict[str, Any] = {name: web.Application() for name in ["gateway", "picker", *(m.name for m in stack.models)]}
    apps["gateway"].router.add_route("*", "/v1/{rest:.*}", stack.through)
    apps["picker"].router.add_get("/metrics", stack.picked)
    for model in stack.models:
        apps[model.name].router.add_get("/v1/models", model.models)
        apps[model.name].router.add_get("/metrics", model.page)
    return apps


async def _serve(stack: Stack, name: str, app: web.Application) -> web.AppRunner:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stack.urls[name] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner
