"""Dynamo's own frontend and mocker, started by hand: whole stacks, and stacks that are broken on purpose."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from wellit import process
from wellit.launch.facts import facts
from wellit.launch.mock import install, model, words
from wellit.launch.state import Launched, Process

MODEL = "tiny/test"
SECONDS = 240.0  # a start takes 2 s by itself, and much longer on a machine with other work


def free_port(many: int = 1) -> int:
    """A port that is free, with as many after it: below those that the system gives out, which workers do not take."""
    for first in random.sample(range(20_000, 32_000), 1000):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + many):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError("no port is free")


class Stack:
    """Processes with one discovery folder. What is started is ended when the block is left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.bootstrap = folder, free_port(), free_port()
        self.running: dict[str, process.Running] = {}
        self.processes: list[Process] = []

    def environment(self, **more: str) -> dict[str, str]:
        here = {"DYN_DISCOVERY_BACKEND": "file", "DYN_FILE_KV": str(self.folder / "kv"), "DYN_REQUEST_PLANE": "tcp"}
        loopback = {"DYN_TCP_RPC_HOST": "127.0.0.1", "DYN_SYSTEM_HOST": "127.0.0.1"}
        return {**words.environment(), **here, **loopback, "DYN_EVENT_PLANE": "zmq", "HOME": str(self.folder), **more}

    def start(
        self, name: str, role: str, module: str, arguments: tuple[str, ...], env: Mapping[str, str], system: str
    ) -> None:
        argv = self.run(name, ("-m", module, *arguments), env)
        log, pid = self.folder / f"{name}.log", self.running[name].pid
        self.processes.append(Process(name, role, pid, str(log), system, argv=argv, environment=dict(env)))

    def run(self, name: str, arguments: tuple[str, ...], env: Mapping[str, str]) -> tuple[str, ...]:
        """Start a program of Dynamo's Python that no launch has."""
        argv = (str(install.python()), *arguments)
        log = self.folder / f"{name}.log"
        self.running[name] = process.start(argv, log=log, env={**env, "PYTHONUNBUFFERED": "1"})
        return argv

    def frontend(self, *more: str, **env: str) -> None:
        arguments = ("--http-host", "127.0.0.1", "--http-port", str(self.port), *more)
        self.start("frontend", "frontend", "dynamo.frontend", arguments, self.environment(**env), "")

    def worker(
        self, name: str, role: str = "", *more: str, model_name: str = MODEL, path: str = "", page: int = 16, **env: str
    ) -> None:
        told = facts()["worker"]["variables"]
        env = {name: said for name, said in told.items() if "{" not in said} | env
        port = env.setdefault("DYN_SYSTEM_PORT", str(free_port()))
        split = {"prefill": ("--bootstrap-ports", str(self.bootstrap)), "decode": ()}
        mode = ("--disaggregation-mode", role, *split[role]) if role else ()
        said = (
            "--model-path", path or str(model.ensure()), "--model-name", model_name, "--engine-type", "sglang",
            "--block-size", str(page), "--speedup-ratio", "10", *mode, *more,
        )  # fmt: skip
        self.start(name, role, "dynamo.mocker", said, self.environment(**env), f"http://127.0.0.1:{port}")

    @property
    def launched(self) -> Launched:
        url = f"http://127.0.0.1:{self.port}"
        return Launched("test", "dynamo-sglang", "disagg", MODEL, url, 1, tuple(self.processes), mock=True)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def end(self, name: str) -> None:
        """Kill one as the system would, and wait until it is gone."""
        self.running[name].kill()
        self.running[name].wait()


def wait(what: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Until it is so. Fails when it never is."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.2)


@contextlib.contextmanager
def stack(folder: Path) -> Iterator[Stack]:
    made = Stack(folder)
    try:
        yield made
    finally:
        for one in made.running.values():
            one.kill()
        for one in made.running.values():
            process.stop(one)
