"""The HTTP server of a stand-in: the paths that its engine has, and /standin to ask and to tell it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from wellit.standin import POD_HEADER, answers, requests
from wellit.standin.answers import Refused
from wellit.standin.behaviour import Wrong
from wellit.standin.engine import Engine, Run
from wellit.standin.metrics import page

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OWN = "/standin"
NO = ("false", "0", "no", "off")


class Server:
    """Answers each request by its method and its path."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.settings = engine, engine.settings
        data = self.settings.engine.data
        health, metrics = data["health"], data["metrics"]["path"]
        slow: Mapping[str, Any] = health.get("slow", {})
        gets: dict[str, Handler] = dict.fromkeys(data.get("paths", ()), self._something)
        gets |= {"/v1/models": self._models, OWN: self._asked}
        gets |= {path: handler for path, handler in self._known().items() if path in gets}
        gets |= dict.fromkeys([health["path"], *slow.get("paths", ())], self._health)
        gets[metrics] = self._metrics
        if not self.settings.metrics and data["metrics"].get("withoutFlag", 404) == 404:
            del gets[metrics]
        self.routes: dict[str, dict[str, Handler]] = {path: {"GET": handler} for path, handler in gets.items()}
        for path, chat in (("/v1/completions", False), ("/v1/chat/completions", True)):
            self.routes.setdefault(path, {})["POST"] = self._answers(chat)
        self.routes[OWN]["PUT"] = self._told

    def _known(self) -> dict[str, Handler]:
        return {"/ping": self._empty, "/version": self._version}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        methods = self.routes.get(request.path)
        if methods is None:
            return web.json_response({"detail": "Not Found"}, status=404)
        handler = methods.get(request.method)
        if handler is None:
            allowed = {"Allow": ", ".join(methods)}
            return web.json_response({"detail": "Method Not Allowed"}, status=405, headers=allowed)
        if self.settings.api_keys and request.path.startswith("/v1") and not self._may(request):
            return web.json_response({"error": "Unauthorized"}, status=401)
        return await handler(request)

    def _may(self, request: web.Request) -> bool:
        return request.headers.get("Authorization", "") in [f"Bearer {key}" for key in self.settings.api_keys]

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response(answers.models(self.settings, self.engine.context, self.engine.created))

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": self.settings.version, "stand_in": answers.stands_in(self.settings)})

    async def _empty(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _something(self, _: web.Request) -> web.Response:
        return web.json_response({"stand_in": answers.stands_in(self.settings)})

    async def _metrics(self, _: web.Request) -> web.Response:
        text = page(self.settings, self.engine.counts, self.engine.now())
        return web.Response(body=text.encode(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _health(self, request: web.Request) -> web.Response:
        """As long as the engine takes for it: one that generates a token for its health cannot when it hangs."""
        slow: Mapping[str, Any] = self.settings.engine.data["health"].get("slow", {})
        if not self.engine.ready:
            return web.Response(status=503)
        cheap = any(os.environ.get(name, "").lower() in NO for name in slow.get("unless", ()))
        if request.path in slow.get("paths", ()) and not (
            cheap and request.path == self.settings.engine.data["health"]["path"]
        ):
            await asyncio.sleep(slow["seconds"])
            try:
                await asyncio.wait_for(self.engine.unhung(), slow.get("gaveUp", slow["seconds"]) - slow["seconds"])
            except TimeoutError:
                return web.Response(status=503)
        return web.Response()

    def _answers(self, chat: bool) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            began = time.monotonic()
            status, said = 499, ""  # the client left before there was an answer
            at = request.transport.get_extra_info("sockname") if request.transport else None
            try:
                asked = requests.asked(chat, requests.parsed(await request.read()))
                async with self.engine.run(asked, request.headers, (at or ("", 0))[:2]) as run:
                    said = (
                        f" {run.part.role} {run.draft.id} prompt={asked.prompt_tokens} cached={run.draft.cached_tokens}"
                    )
                    given = await (self._streamed(request, run) if asked.stream else self._whole(run))
                    said += f" generated={run.done * run.choices}"
                status = given.status
                return given
            except Refused as refused:
                status, said = refused.status, f" {refused.message}"
                return web.json_response(answers.error(self.settings, refused), status=status, headers=self._marks)
            except ConnectionResetError:
                return web.Response(status=status)
            finally:
                self.engine.say(f"{request.path} {status}{said} {time.monotonic() - began:.3f}s")

        return answer

    @property
    def _marks(self) -> dict[str, str]:
        return {POD_HEADER: self.engine.pod}

    async def _whole(self, run: Run) -> web.Response:
        await self.engine.generate_all(run)
        texts = ["".join(run.pieces)] * run.choices
        body = run.draft.whole(texts, run.finish, run.done * run.choices, run.more)
        return web.json_response(body, headers=self._marks)

    async def _streamed(self, request: web.Request, run: Run) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8", **self._marks})
        await response.prepare(request)
        if run.asked.chat:
            await response.write(b"".join(_event(run.draft.first(number)) for number in range(run.choices)))
        if not run.pieces:
            await response.write(
                b"".join(_event(run.draft.part(number, "", run.finish)) for number in range(run.choices))
            )
        async for pieces in self.engine.generate(run):
            ends = [None] * (len(pieces) - 1) + [run.finish if run.done == len(run.pieces) else None]
            events = [
                _event(run.draft.part(number, piece, end))
                for piece, end in zip(pieces, ends, strict=True)
                for number in range(run.choices)
            ]
            await response.write(b"".join(events))
        end = _event(run.draft.last(run.done * run.choices)) if run.asked.with_usage else b""
        await response.write(end + b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def _asked(self, _: web.Request) -> web.Response:
        return web.json_response(self.report())

    async def _told(self, request: web.Request) -> web.Response:
        try:
            told = json.loads(await request.read())
            if not isinstance(told, dict):
                raise Wrong("what a stand-in is told is a JSON object")
            changed = self.engine.behaviour.changed(told)
        except ValueError as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        self.engine.behave(changed)
        self.engine.say(f"told: {json.dumps(told)}")
        return web.json_response(self.report())

    def report(self) -> dict[str, Any]:
        """Everything that can be known of it."""
        engine, settings = self.engine, self.settings
        return {
            "stand_in": answers.stands_in(settings),
            "engine": settings.engine.name,
            "version": settings.version,
            "pod": engine.pod,
            "model": settings.model,
            "names": list(settings.names),
            "role": settings.role,
            "capacity": engine.capacity,
            "waiting": engine.room.waiting,
            "running": engine.room.running,
            "kv_usage": engine.room.usage,
            "answered": engine.answered,
            "roles": dict(engine.sharing.handshake.roles),
            "counts": dict(engine.counts.numbers),
            "behaviour": engine.behaviour.plain(),
        }


def _event(body: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()


@contextlib.asynccontextmanager
async def listening(server: Server, socket: Any, tls: Any = None) -> Any:
    """Serve on a socket while the block runs."""
    app = web.Application(client_max_size=1 << 28)
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, socket, ssl_context=tls, backlog=2048).start()
        yield
    finally:
        await runner.cleanup()
