"""The real endpoint picker, run as a rendered stack would run it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from wellit import process
from wellit.render import Release

DEADLINE_SECONDS = 120.0  # a busy machine takes its time
CONFIG_FLAG = "--config-file"
_SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<figure>\S+)$", re.MULTILINE)
T = TypeVar("T")


def until(look: Callable[[], T], wanted: Callable[[T], bool], what: str) -> T:
    """What `look` returns as soon as `wanted` says yes to it; an AssertionError with the last look after a deadline."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not wanted(seen := look()):
        assert time.monotonic() < end, f"{what}: still {seen!r} after {DEADLINE_SECONDS:.0f} s"
        time.sleep(0.02)
    return seen


@dataclass
class Picker:
    """A picker that was started. `pool` is its InferencePool's name, `port` its metrics', `grpc` the gateway's."""

    running: subprocess.Popen[str]
    log: Path
    port: int
    pool: str
    grpc: int

    def read(self, metric: str, **labels: str) -> float | None:
        """A figure of the picker's own metrics for its pool; None when it has none (or does not answer yet)."""
        return self.read_any(metric, **labels, name=self.pool)

    def read_any(self, metric: str, **labels: str) -> float | None:
        """The same, of a metric that does not name the pool."""
        assert self.running.poll() is None, f"the picker ended with {self.running.poll()}:\n{self.said()}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
                page = answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return None
        wanted = {f'{name}="{value}"' for name, value in labels.items()}
        for sample in _SAMPLE.finditer(page):
            if sample["name"] == metric and wanted <= set((sample["labels"] or "").split(",")):
                return float(sample["figure"])
        return None

    def said(self) -> str:
        return self.log.read_text()

    def line(self, message: str) -> str:
        """The first line of its log with that message."""
        return next(line for line in self.said().splitlines() if f'"msg":"{message}"' in line)

    def complaints(self) -> list[str]:
        """The lines of its log that are not plain information."""
        plain = ("info", "debug")
        return [line for line in self.said().splitlines() if line[:1] != "{" or json.loads(line)["level"] not in plain]


def container(release: Release) -> dict[str, Any]:
    """The picker's container in the rendered inferencepool release."""
    (deployment,) = (m for m in release.manifests if m["kind"] == "Deployment")
    containers = deployment["spec"]["template"]["spec"]["containers"]
    (only,) = (one for one in containers if CONFIG_FLAG in one.get("args", []))  # a tokenizer may stand beside it
    return dict(only)


def arguments(release: Release, folder: Path) -> list[str]:
    """The picker's rendered arguments; its ConfigMap's files lie in `folder` instead of where the pod mounts them."""
    for files in (m["data"] for m in release.manifests if m["kind"] == "ConfigMap"):
        for name, text in files.items():
            (folder / name).write_text(text)
    rendered = [str(word) for word in container(release)["args"]]
    at = rendered.index(CONFIG_FLAG) + 1
    return [*rendered[:at], str(folder / Path(rendered[at]).name), *rendered[at + 1 :]]


@contextmanager
def picker(program: Path, words: Sequence[str], env: Mapping[str, str], folder: Path, pool: str) -> Iterator[Picker]:
    """A picker with the given arguments, ended when the block is left.

    Only what two pickers on one machine cannot share is added: its ports, and its metrics at once.
    """
    grpc, health, metrics = free_ports(3)
    added = [
        f"--grpc-port={grpc}", f"--grpc-health-port={health}", f"--metrics-port={metrics}",
        "--refresh-prometheus-metrics-interval=100ms",
    ]  # fmt: skip
    log = folder / "picker.log"
    running = process.start([program, *words, *added], log=log, env=env)
    try:
        yield Picker(running, log, metrics, pool, grpc)
    finally:
        process.stop(running)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("", 0))
        return [one.getsockname()[1] for one in sockets]


def listens(port: int) -> bool:
    """Whether somebody does on this machine."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
