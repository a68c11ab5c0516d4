"""Probes, asked of servers that behave in every way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import grpc
import pytest
from aiohttp import web

from tests.sandbox.kubelet.made import container
from wellit.sandbox.box.kubelet.ask import Failed, ask

IP = "127.0.0.1"
CLOSED = 9  # the port "discard": nobody listens there
Object = dict[str, Any]


async def ran(command: Sequence[str], seconds: float) -> tuple[int, str]:
    if command == ["slow"]:
        raise TimeoutError
    return {"good": (0, ""), "bad": (1, "no such file\n"), "mute": (7, "")}[command[0]] if seconds else (0, "")


async def asked(action: Object, timeout: float = 1, of: Object | None = None) -> str:
    """Why the probe failed; "" when it succeeded."""
    async with aiohttp.ClientSession() as session:
        try:
            await ask(action, timeout, IP, of or container(), ran, session)
        except Failed as failed:
            return str(failed)
    return ""


async def answer(request: web.Request) -> web.Response:
    if request.path == "/slow":
        await asyncio.sleep(5)
    if request.path == "/headers":
        return web.Response(status=200 if request.headers.get("X-Key") == "v" else 401)
    if request.path == "/moved":
        raise web.HTTPFound("/200")
    return web.Response(status=int(request.path.strip("/") or 200))


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, IP, 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def http(timeout: float = 1, of: Object | None = None, **get: Any) -> str:
    async def run() -> str:
        async with serving() as port:
            named = of and {**of, "ports": [{"name": "http", "containerPort": port}]}
            said = await asked({"httpGet": {"port": port, **get}}, timeout, named)
            return said.replace(str(port), "PORT")

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/200", "/204", "200", "/moved", "/399"])
def test_an_answer_from_200_to_399_is_a_success(path: str) -> None:
    assert http(path=path) == ""


@pytest.mark.parametrize("code", [401, 404, 500, 503])
def test_any_other_is_a_failure(code: int) -> None:
    assert http(path=f"/{code}") == f"HTTP probe failed with statuscode: {code}"


def test_a_path_that_is_not_given_is_the_root() -> None:
    assert http() == ""


def test_headers_are_sent() -> None:
    assert http(path="/headers", httpHeaders=[{"name": "X-Key", "value": "v"}]) == ""
    assert http(path="/headers").endswith("401")


def test_a_port_may_have_a_name() -> None:
    assert http(of=container(), port="http") == ""
    assert asyncio.run(asked({"httpGet": {"port": "none"}})) == 'couldn\'t find port with name "none"'


def test_an_answer_that_comes_too_late_is_none() -> None:
    assert http(timeout=0.2, path="/slow") == (
        'Get "http://127.0.0.1:PORT/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    )


@pytest.mark.parametrize("way", ["httpGet", "tcpSocket"])
def test_nobody_listens(way: str) -> None:
    said = asyncio.run(asked({way: {"port": CLOSED}}))
    assert said.endswith("dial tcp 127.0.0.1:9: connect: connection refused")


def test_a_server_of_plain_text_asked_for_https() -> None:
    assert http(scheme="HTTPS").startswith('Get "https://127.0.0.1:PORT/": ')


def test_an_open_socket_is_enough() -> None:
    async def run() -> str:
        async with serving() as port:
            return await asked({"tcpSocket": {"port": str(port)}})

    assert asyncio.run(run()) == ""


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("good", ""),
        ("bad", "no such file"),
        ("mute", "exit code 7"),
        ("slow", 'command timed out: "slow" timed out after 1s'),
    ],
)
def test_a_command_in_the_container(command: str, wanted: str) -> None:
    assert asyncio.run(asked({"exec": {"command": [command]}})) == wanted


def health_server(status: int | None) -> grpc.GenericRpcHandler | None:
    if status is None:
        return None

    async def check(service: bytes, context: Any) -> bytes:
        if service == b"\x0a\x04none":
            await context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return bytes([8, status])

    return grpc.method_handlers_generic_handler(
        "grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)}
    )


@pytest.mark.parametrize(
    ("status", "service", "wanted"),
    [
        (1, "", ""),
        (1, "liveness", ""),
        (2, "", 'service unhealthy (responded with "NOT_SERVING")'),
        (1, "none", "error: health rpc failed: rpc error: NOT_FOUND unknown service"),
        (None, "", "this server does not implement the grpc health protocol (grpc.health.v1.Health)"),
    ],
)
def test_the_health_service_of_grpc(status: int | None, service: str, wanted: str) -> None:
    async def run() -> str:
        server = grpc.aio.server()
        if handler := health_server(status):
            server.add_generic_rpc_handlers((handler,))
        port = server.add_insecure_port(f"{IP}:0")
        await server.start()
        try:
            return await asked({"grpc": {"port": port, "service": service}}, timeout=5)
        finally:
            await server.stop(None)

    assert asyncio.run(run()) == wanted


def test_no_grpc_server() -> None:
    said = asyncio.run(asked({"grpc": {"port": CLOSED}}))
    assert said.startswith('timeout: failed to connect service "127.0.0.1:9" within 1s')
