"""Asking a probe (or a hook) in the way its spec says, with the kubelet's words for what goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp

Object = Mapping[str, Any]
# Runs a command in the container for so many seconds at most: its exit code and what it said. Raises TimeoutError.
Exec = Callable[[Sequence[str], float], Awaitable[tuple[int, str]]]
AGENT = "kube-probe/wellit"
MOST = 200  # characters of what a probe said


class Failed(Exception):
    """The probe was asked and the answer is no; the message is the kubelet's."""


async def ask(action: Object, timeout: float, ip: str, container: Object, run: Exec, session: Any) -> None:
    """Ask `action` (a probe or a lifecycle hook) of a container of the pod at `ip`, within `timeout` seconds.

    `session` is an aiohttp.ClientSession. Raises Failed.
    """
    if http := action.get("httpGet"):
        await _http(http, timeout, ip, container, session)
    elif tcp := action.get("tcpSocket"):
        await _tcp(tcp.get("host") or ip, port_of(tcp["port"], container), timeout)
    elif grpc := action.get("grpc"):
        await _grpc(ip, grpc["port"], grpc.get("service") or "", timeout)
    elif command := action.get("exec"):
        await _exec(command.get("command") or [], timeout, run)
    elif sleep := action.get("sleep"):
        await asyncio.sleep(sleep["seconds"])


def port_of(port: int | str, container: Object) -> int:
    """A port by number, or by the name that the container gives one. Raises Failed for a name it does not have."""
    if isinstance(port, int) or port.isdigit():
        return int(port)
    for one in container.get("ports") or []:
        if one.get("name") == port:
            return int(one["containerPort"])
    raise Failed(f'couldn\'t find port with name "{port}"')


async def _http(http: Object, timeout: float, ip: str, container: Object, session: aiohttp.ClientSession) -> None:
    port = port_of(http["port"], container)
    scheme = (http.get("scheme") or "HTTP").lower()
    address = f"{http.get('host') or ip}:{port}"
    path = http.get("path") or "/"
    url = f"{scheme}://{address}{path if path.startswith('/') else '/' + path}"
    headers = {one["name"]: one.get("value") or "" for one in http.get("httpHeaders") or []}
    try:
        limit = aiohttp.ClientTimeout(total=timeout)
        kept = {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"} | headers
        async with session.get(url, headers=kept, timeout=limit, ssl=False, max_redirects=10) as answer:
            if not 200 <= answer.status < 400:
                raise Failed(f"HTTP probe failed with statuscode: {answer.status}")
    except TimeoutError:
        raise Failed(
            f'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        ) from None
    except aiohttp.ClientConnectorError as problem:
        raise Failed(f'Get "{url}": dial tcp {address}: connect: {_said(problem.os_error)}') from None
    except (aiohttp.ClientError, ValueError, OSError) as problem:
        raise Failed(f'Get "{url}": {problem or "EOF"}') from None


async def _tcp(host: str, port: int, timeout: float) -> None:
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        raise Failed(f"dial tcp {host}:{port}: i/o timeout") from None
    except OSError as problem:
        raise Failed(f"dial tcp {host}:{port}: connect: {_said(problem)}") from None
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _grpc(ip: str, port: int, service: str, timeout: float) -> None:
    from wellit.sandbox.box.kubelet.health import NotServing, serving

    try:
        await serving(f"{ip}:{port}", service, timeout)
    except NotServing as problem:
        raise Failed(str(problem)) from None


async def _exec(command: Sequence[str], timeout: float, run: Exec) -> None:
    try:
        code, said = await run(command, timeout)
    except TimeoutError:
        raise Failed(f'command timed out: "{" ".join(command)}" timed out after {timeout:g}s') from None
    if code != 0:
        raise Failed(said.strip()[-MOST:] or f"exit code {code}")


def _said(problem: OSError) -> str:
    return os.strerror(problem.errno).lower() if problem.errno else str(problem)
