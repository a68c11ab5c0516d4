"""A tokenizer service for the real picker, on the unix socket that its configuration names: a token for each word.

Envoy takes the gRPC call and asks a web server of a few lines for the message, which needs no gRPC library then.
"""

from __future__ import annotations

import json
import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.gateway import address, program
from tests.support.picker import until
from wellit import process

SERVICE = "/tokenization.TokenizationService/"
_TYPE = "application/x-protobuf"
_TYPES = "type.googleapis.com/envoy.extensions"
_WORDS = re.compile(rb"[\w-]+")


def tokens(text: str) -> list[int]:
    """A token for each word of a text."""
    return [zlib.crc32(word) for word in _WORDS.findall(text.encode())]


@contextmanager
def tokenizer(socket_file: Path, folder: Path) -> Iterator[list[str]]:
    """The service; yields the names of the methods that were called."""
    envoy = program()
    assert envoy
    server = _Server(("127.0.0.1", 0), _Service)
    server.called = []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    file, log = folder / "tokenizer.json", folder / "tokenizer.log"
    file.write_text(json.dumps(_bootstrap(socket_file, server.server_port)))
    running = process.start([envoy, "--config-path", file, "--use-dynamic-base-id", "--concurrency", "1"], log=log)
    try:
        until(lambda: running.poll() is None and socket_file.exists(), bool, "the tokenizer")
        yield server.called
    finally:
        process.stop(running)
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    called: list[str]


class _Service(BaseHTTPRequestHandler):
    """Answers as api/tokenizerpb/tokenizer.proto of llm-d's kv-cache has it."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        method = self.path.removeprefix(SERVICE)
        self.server.called.append(method)
        answer = _ANSWERS[method](asked)
        self.send_response(200)
        self.send_header("Content-Type", _TYPE)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the base's own name
        """Nobody reads it."""


def _initialized(_: bytes) -> bytes:
    return _number(1, 1)  # success


def _completion(asked: bytes) -> bytes:
    (prompt,) = _strings(asked, 2)
    return _tokens(prompt) + _number(3, 1)  # token_ids, success


def _chat(asked: bytes) -> bytes:
    said = [content for message in _strings(asked, 2) for content in _strings(message, 2)]
    return _tokens(b" ".join(said)) + _number(4, 1)


_ANSWERS = {"InitializeTokenizer": _initialized, "RenderCompletion": _completion, "RenderChatCompletion": _chat}


def _tokens(text: bytes) -> bytes:
    packed = b"".join(_varint(token) for token in tokens(text.decode()))
    return _varint(2 << 3 | 2) + _varint(len(packed)) + packed


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _varint(number: int) -> bytes:
    low = number & 127
    return bytes([low]) if number < 128 else bytes([low | 128]) + _varint(number >> 7)


def _strings(message: bytes, field: int) -> list[bytes]:
    """The texts and messages that a protobuf message has in a field; it has numbers besides, and nothing else."""
    found, at = [], 0

    def number() -> int:
        nonlocal at
        value, shift = 0, 0
        while True:
            byte, at = message[at], at + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(message):
        key, value = number(), number()
        if key & 7 == 2:
            if key >> 3 == field:
                found.append(message[at : at + value])
            at += value
    return found


def _bootstrap(socket_file: Path, port: int) -> dict[str, Any]:
    bridge = {
        "@type": f"{_TYPES}.filters.http.grpc_http1_reverse_bridge.v3.FilterConfig",
        "content_type": _TYPE,
        "withhold_grpc_frames": True,
    }
    manager = {
        "@type": f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "tokenizer",
        "codec_type": "HTTP2",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "service"}}],
                }
            ]
        },
        "http_filters": [
            {"name": "bridge", "typed_config": bridge},
            {
                "name": "buffer",  # so that the service gets a length, and no chunks
                "typed_config": {"@type": f"{_TYPES}.filters.http.buffer.v3.Buffer", "max_request_bytes": 1 << 20},
            },
            {"name": "router", "typed_config": {"@type": f"{_TYPES}.filters.http.router.v3.Router"}},
        ],
    }
    chain = [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]
    listener = {"name": "tokenizer", "address": {"pipe": {"path": str(socket_file)}}, "filter_chains": chain}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address(port)}}]}]
    service = {
        "name": "service",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "service", "endpoints": endpoints},
    }
    return {"static_resources": {"listeners": [listener], "clusters": [service]}}
