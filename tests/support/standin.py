"""A real stand-in in a process of its own, asked as a client asks an engine."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.picker import free_ports, until
from wellit import engines, paths, process
from wellit.engines import Engine

IP = "127.0.0.1"
MODEL = "Qwen/Qwen3-32B"


class Answer(NamedTuple):
    """What came back; `headers` have small letters."""

    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[str]:
        """What stands after data: in each event of a stream."""
        return [line.removeprefix("data: ") for line in self.body.split("\n\n") if line]


@dataclass
class StandIn:
    """A stand-in that was started, on `port` of the loopback address `ip`."""

    running: process.Running
    log: Path
    port: int
    ip: str = IP

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: Any, headers: Sequence[tuple[str, str]] = ()) -> Answer:
        return self.ask("POST", path, json.dumps(body).encode(), headers)

    def tell(self, **behaviour: Any) -> Any:
        """Tell it how to behave; returns what it says of itself."""
        told = self.ask("PUT", "/standin", json.dumps(behaviour).encode())
        assert told.status == 200, told.body
        return told.json

    def report(self) -> Any:
        return self.get("/standin").json

    def complete(self, prompt: Any = "Hello", model: str = MODEL, **more: Any) -> Answer:
        return self.post("/v1/completions", {"model": model, "prompt": prompt, **more})

    def chat(self, text: str = "Hello", model: str = MODEL, **more: Any) -> Answer:
        messages = [{"role": "user", "content": text}]
        return self.post("/v1/chat/completions", {"model": model, "messages": messages, **more})

    def figure(self, name: str, path: str = "/metrics") -> float | None:
        """A figure of its metrics page, the first with that name."""
        lines = (line for line in self.get(path).body.splitlines() if line.split("{")[0].split(" ")[0] == name)
        return next((float(line.rsplit(" ", 1)[1]) for line in lines), None)

    def ask(self, method: str, path: str, body: Any = None, headers: Sequence[tuple[str, str]] = ()) -> Answer:
        """One request; a body that is no bytes goes in chunks."""
        connection = http.client.HTTPConnection(self.ip, self.port, timeout=30)
        try:
            connection.putrequest(method, path)
            for name, value in headers:
                connection.putheader(name, value)
            chunked = body is not None and not isinstance(body, bytes)
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
            elif body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body, encode_chunked=chunked)
            came = connection.getresponse()
            return Answer(came.status, came.read().decode(), {n.lower(): v for n, v in came.getheaders()})
        finally:
            connection.close()

    def said(self) -> str:
        return self.log.read_text()


def known(name: str) -> Engine:
    return next(engine for engine in engines.engines() if engine.name == name)


def words(engine: Engine, port: int, model: str = MODEL, ip: str = IP) -> list[str]:
    """How an engine is started, in its own words."""
    flag = engine.flag("model")
    named = [flag, model] if flag else [model]
    host = [engine.flag("host"), ip] if engine.flag("host") else []
    return [*engine.command, *named, *host, engine.flag("port"), str(port)]


def environment(**behaviour: Any) -> dict[str, str]:
    """The variables that tell a stand-in how to behave. The cache that its process uses is this one's."""
    told = {f"WELLIT_STANDIN_{name.upper()}": str(value) for name, value in behaviour.items()}
    return {"POD_NAME": "pod-a", "WELLIT_CACHE": str(paths.cache()), **told}


def command(name: str, words: Sequence[str], version: str = "") -> list[str]:
    """The command line of the stand-in itself."""
    return [str(PYTHON), "-m", "wellit.standin", name, *(["--version", version] if version else []), "--", *words]


PYTHON = paths.ROOT / ".venv" / "bin" / "python"


@contextmanager
def standin(
    name: str, folder: Path, *more: str, version: str = "", env: Mapping[str, str] | None = None,
    listens: bool = True, tied: bool = True, **behaviour: Any,
) -> Iterator[StandIn]:  # fmt: skip
    """The stand-in of an engine with `more` at the end of its command line; ended when the block is left.

    `tied` ends it with this process as well, and puts a shell between them, which signals do not pass.
    """
    (port,) = free_ports(1)
    started_with = command(name, [*words(known(name), port), *more], version)
    with run(started_with, folder, IP, port, {**environment(**behaviour), **(env or {})}, listens, tied) as started:
        yield started


@contextmanager
def rendered_standin(
    name: str, args: Sequence[str], folder: Path, ip: str, port: int, env: Mapping[str, str] | None = None
) -> Iterator[StandIn]:
    """The stand-in of an engine with a pod's rendered arguments, at an address of its own: the last word counts."""
    own = ["--host", ip, "--port", str(port)]
    told = {**environment(), "POD_NAME": f"{name}-{ip}", **(env or {})}
    with run(command(name, [*args, *own]), folder, ip, port, told, True) as started:
        yield started


@contextmanager
def run(
    argv: Sequence[str], folder: Path, ip: str, port: int, env: Mapping[str, str], listens: bool, tied: bool = True
) -> Iterator[StandIn]:
    log = folder / f"standin-{ip}-{port}.log"
    running = process.start(argv, log=log, env=env, tied=tied)
    started = StandIn(running, log, port, ip)
    try:
        if listens:
            until(started.said, lambda said: "listening on" in said or running.poll() is not None, "its log")
            assert running.poll() is None, started.said()
        yield started
    finally:
        process.stop(running)
