"""The real routing proxy, run as a rendered stack would run it, at the address of a decode server's pod.

It listens on every interface, so on one machine it can have no port that a pod beside it has: it gets one of its own,
and what comes to the pod's address is passed on to that.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.model_server import somewhere
from tests.support.picker import free_ports, listens, until
from tests.support.pool import deployment
from wellit import process, tools
from wellit.render import Rendered

# The program for each proxy image.
PROGRAMS = {"v0.7.1": "sidecar-0.7", "v0.4.0": "sidecar-0.4"}


@dataclass(frozen=True)
class Proxy:
    """A proxy that was started: `ip` is its pod's."""

    running: subprocess.Popen[str]
    ip: str
    port: int
    log: Path


def container(rendered: Rendered) -> dict[str, Any]:
    """The proxy's container in the rendered decode servers."""
    (only,) = deployment(rendered, role="decode")["spec"]["template"]["spec"]["initContainers"]
    return dict(only)


@contextmanager
def proxy(rendered: Rendered, port: int, engine: int, folder: Path) -> Iterator[Proxy]:
    """The proxy with its rendered arguments at `port` of an address of its own, before an engine at port `engine`.

    Only the ports are added: the last word counts.
    """
    one = container(rendered)
    (own,) = free_ports(1)
    words = [tools.path(PROGRAMS[one["image"].rpartition(":")[2]]), *one["args"]]
    log = folder / "proxy.log"
    with somewhere(port, lambda where: Relay(where, own)) as relay:
        threading.Thread(target=relay.serve_forever, args=(0.05,), daemon=True).start()
        running = process.start([*words, f"--port={own}", f"--vllm-port={engine}"], log=log)
        try:
            until(lambda: running.poll() is not None or listens(own), bool, "the proxy")
            assert running.poll() is None, log.read_text()
            yield Proxy(running, str(relay.server_address[0]), port, log)
        finally:
            process.stop(running)
            relay.shutdown()


@contextmanager
def relayed(where: tuple[str, int], to: int) -> Iterator[None]:
    """While the block runs, whoever connects to an address is passed on to a port of this machine."""
    with Relay(where, to) as relay:
        threading.Thread(target=relay.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield
        finally:
            relay.shutdown()


class Relay(socketserver.ThreadingTCPServer):
    """Passes on each connection to a port of this machine."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, where: tuple[str, int], to: int) -> None:
        self.to = to
        super().__init__(where, _Connection)


class _Connection(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.server.to)) as there:
            back = threading.Thread(target=_copy, args=(there, self.request), daemon=True)
            back.start()
            _copy(self.request, there)
            back.join()


def _copy(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
    with contextlib.suppress(OSError):
        to.shutdown(socket.SHUT_WR)
