"""The stand-in of llm-d's tokenizer service, on the unix socket that a picker's configuration names."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.picker import free_ports, until
from wellit import process
from wellit.standin.tokens import tokens

CALLED = "called: "

__all__ = ["tokenizer", "tokens"]


@contextmanager
def tokenizer(socket_file: Path, folder: Path) -> Iterator[Callable[[], list[str]]]:
    """The service; yields what gives the names of the methods that were called."""
    (port,) = free_ports(1)
    log = folder / "tokenizer.log"
    words = [sys.executable, "-m", "wellit.standin.tokenizer", "--socket", socket_file, "--probe-port", port]
    running = process.start([str(word) for word in words], log=log)
    try:
        until(lambda: running.poll() is not None or healthy(port), bool, "the tokenizer")
        assert running.poll() is None, log.read_text()
        yield lambda: [line.removeprefix(CALLED) for line in log.read_text().splitlines() if line.startswith(CALLED)]
    finally:
        process.stop(running)


def healthy(port: int) -> bool:
    """Whether its probe would be answered."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as done:
            return bool(done.status == 200)
    except OSError:
        return False
