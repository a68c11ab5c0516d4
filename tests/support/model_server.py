"""A model server that serves its metrics page, and answers whatever is posted to it: with {} unless told otherwise."""

from __future__ import annotations

import contextlib
import errno
import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, TypeVar

TRIES = 50
T = TypeVar("T")


class Posted(NamedTuple):
    """A request that came by POST; its headers have small letters."""

    path: str
    body: Any
    headers: Mapping[str, str]


class ModelServer(ThreadingHTTPServer):
    """Serves `figures` as Prometheus gauges at `path`, and counts how often it was asked.

    `answer` makes the answer to a posted body: JSON, or the events of a stream, or None, which hangs up. `posted` has
    each request that came by POST.
    """

    daemon_threads = True
    path: str
    figures: Mapping[str, float]
    answer: Callable[[Any], Any]
    posted: list[Posted]
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
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.posted.append(Posted(self.path, json.loads(self._body()), headers))
        answer = self.server.answer(self.server.posted[-1].body)
        if answer is None:
            self.close_connection = True
            return
        if isinstance(answer, Iterator):
            self._stream(answer)
            return
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _stream(self, events: Iterator[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked may leave
            for event in events:
                self.wfile.write(f"data: {event}\n\n".encode())

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
def model_server(port: int, path: str, ip: str = "") -> Iterator[ModelServer]:
    """A model server on `port` of `ip`, or of a loopback address of its own (Linux answers on all of 127.0.0.0/8)."""
    server = ModelServer((ip, port), _Page) if ip else somewhere(port, lambda where: ModelServer(where, _Page))
    server.path, server.figures, server.posted, server.answer = path, {}, [], lambda _: {}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def somewhere(port: int, bound: Callable[[tuple[str, int]], T]) -> T:
    """What `bound` makes of an address on which `port` is free."""
    for _ in range(TRIES):
        address = f"127.66.{random.randrange(256)}.{random.randrange(1, 255)}"
        try:
            return bound((address, port))
        except OSError as taken:
            if taken.errno != errno.EADDRINUSE:
                raise
    raise AssertionError(f"port {port} is taken on every loopback address: a program here listens on all interfaces")
