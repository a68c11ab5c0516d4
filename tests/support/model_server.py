"""A model server that serves its metrics page, and an empty answer to whatever is posted to it."""

from __future__ import annotations

import errno
import json
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TRIES = 50


class ModelServer(ThreadingHTTPServer):
    """Serves `figures` as Prometheus gauges at `path`, and counts how often it was asked.

    `posted` has the path and the JSON body of each request that came by POST.
    """

    daemon_threads = True
    path: str
    figures: Mapping[str, float]
    posted: list[tuple[str, Any]]
    scrapes = 0

    @property
    def ip(self) -> str:
        return str(self.server_address[0])

    def handle_error(self, request: object, client_address: object) -> None:
        """A picker that is ended hangs up in the middle of an answer."""


class _Page(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = self.path == self.server.path
        lines = [f"# TYPE {name} gauge\n{name} {figure}\n" for name, figure in self.server.figures.items() if name]
        body = "".join(lines).encode() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.scrapes += found

    def do_POST(self) -> None:
        self.server.posted.append((self.path, json.loads(self._body())))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def _body(self) -> bytes:
        """What was sent; a gateway that streams sends it in chunks, each with its size before it."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the base's own name
        """Twenty lines a second would bury a failure."""


@contextmanager
def model_server(port: int, path: str) -> Iterator[ModelServer]:
    """A model server on `port` of a loopback address of its own (Linux answers on all of 127.0.0.0/8)."""
    server = _bound(port)
    server.path, server.figures, server.posted = path, {}, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _bound(port: int) -> ModelServer:
    for _ in range(TRIES):
        address = f"127.66.{random.randrange(256)}.{random.randrange(1, 255)}"
        try:
            return ModelServer((address, port), _Page)
        except OSError as taken:
            if taken.errno != errno.EADDRINUSE:
                raise
    raise AssertionError(f"port {port} is taken on every loopback address: a program here listens on all interfaces")
