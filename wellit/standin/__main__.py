"""python -m wellit.standin ENGINE [--version V | --image IMAGE] -- WORDS...: be this engine, started with these words.

The words may have the engine's launcher before them (vllm serve, python3 -m sglang.launch_server), or a part of it, or
none. Needs no model and no accelerator, and says in its log, its models and its answers that it is a stand-in.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from wellit import remembered
from wellit.engines import Engine as Known
from wellit.paths import ENVIRONMENTS
from wellit.standin import launch
from wellit.standin.behaviour import Behaviour, Wrong, from_environment
from wellit.standin.settings import Settings

if TYPE_CHECKING:
    from wellit.standin.sharing import Sharing

WARMING = 0.2  # the share of its start that an engine warms up, listening


def main(arguments: Sequence[str]) -> int:
    """Run until it is ended; the exit code is the engine's."""
    own, words = _apart(arguments)
    parser = argparse.ArgumentParser("wellit.standin", description=__doc__)
    parser.add_argument("engine", help="the name of a file in environments/engines")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--version", default="", help="the engine's version")
    which.add_argument("--image", default="", help="the image that it is started from")
    said = parser.parse_args(own)
    file = ENVIRONMENTS / "engines" / f"{said.engine}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(other.stem for other in file.parent.glob("*.yaml")))
        parser.error(f"there is no engine {said.engine!r}; known: {known}")
    engine = Known(said.engine, remembered.data(file)["engine"])
    try:
        behaviour = from_environment(os.environ)
    except Wrong as wrong:
        parser.error(str(wrong))
    version = launch.version(engine, said.version, said.image)
    if launch.asks_version(engine, words):
        _say(version or "unknown")
        return 0
    started = launch.read(engine, words)
    refusal = started if isinstance(started, launch.Refusal) else launch.refusal(engine, version, started)
    if refusal:
        print(refusal.text, file=sys.stderr)
        return refusal.code
    assert isinstance(started, launch.Launch)
    return _serve(Settings(engine, version, started.words), behaviour)


def _apart(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our own words, and the engine's after --."""
    at = list(arguments).index("--") if "--" in arguments else len(arguments)
    return list(arguments[:at]), list(arguments[at + 1 :])


def _say(line: str) -> None:
    print(line, flush=True)


def _serve(settings: Settings, behaviour: Behaviour) -> int:
    title = f"{settings.engine.title} {settings.version}".strip()
    _say(f"wellit stand-in for {title}: no model is loaded, answers mean nothing")
    from wellit.standin.handshake import EndsAtStart
    from wellit.standin.sharing import made

    try:
        settings.check()
        sharing = made(settings, os.environ)
    except (ValueError, EndsAtStart) as wrong:
        print(f"{settings.engine.command[0]}: error: {wrong}", file=sys.stderr)
        return 1
    try:
        return asyncio.run(_run(settings, behaviour, sharing))
    except EndsAtStart as wrong:
        _say(f"{settings.engine.command[0]}: error: {wrong}")
        return 1
    except OSError as problem:
        _say(f"cannot serve on {settings.host} port {settings.port}: {problem}")
        return 1


async def _run(settings: Settings, behaviour: Behaviour, sharing: Sharing) -> int:
    """Load, listen, warm up, and serve until a signal or a crash; returns the exit code."""
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _settle, ended, 0)
    # Said from here on only: whoever reads it may end the process by a signal.
    _say(f"understood: {', '.join(f'{name}={value}' for name, value in settings.understood.items()) or 'nothing'}")
    warming = behaviour.startup_seconds * WARMING if settings.serves.get("warmsUp") else 0.0
    with contextlib.suppress(TimeoutError):
        return await asyncio.wait_for(asyncio.shield(ended), behaviour.startup_seconds - warming or 0.001)
    _no_certificates()
    from wellit.standin.engine import Engine
    from wellit.standin.server import Server, listening

    pod = os.environ.get("POD_NAME") or os.environ.get("HOSTNAME") or socket.gethostname()
    engine = Engine(settings, behaviour, pod, _say, os._exit, sharing, ready=not warming)
    async with _open(sharing, settings.host), listening(Server(engine), _socket(settings), _tls(settings)):
        _say(f"listening on {settings.host} port {settings.port}")
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(ended), warming or 0.001)
        engine.ready = True
        engine.behave(behaviour)
        return await ended


@contextlib.asynccontextmanager
async def _open(sharing: Sharing, host: str) -> AsyncIterator[None]:
    try:
        await sharing.open(host)
        yield
    finally:
        await sharing.close()


def _no_certificates() -> None:
    """aiohttp reads all certificates of the machine when it is imported, a third of its time: nobody here needs one."""
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        os.environ[variable] = os.devnull


def _settle(future: asyncio.Future[int], code: int) -> None:
    if not future.done():
        future.set_result(code)


def _socket(settings: Settings) -> socket.socket:
    """One of the old family unless the address is of the new one, as engines have it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family, backlog=2048)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not (certificate := settings.text("sslCertificate")):
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, settings.text("sslKey") or None)
    return context


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
