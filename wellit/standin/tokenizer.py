"""Stands in for llm-d's tokenizer service, which a picker that scores precise prefixes asks: no model, no download.

    python -m wellit.standin.tokenizer [--socket FILE] [--probe-port N]

Speaks api/tokenizerpb/tokenizer.proto of llm-d's kv-cache on the unix socket that its image has, and answers its probes
on PROBE_PORT (8082). Its tokens are those of the engines' stand-in, so that what these publish is found.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import grpc
import grpc.aio
from aiohttp import web

from wellit.standin import protobuf
from wellit.standin.tokens import chat_text, pieces, tokens

SERVICE = "tokenization.TokenizationService"
SOCKET = "/tmp/tokenizer/tokenizer-uds.socket"
PROBE_PORT = 8082
SOCKET_LIMIT = 107  # characters that the path of a unix socket may have


def tokenize(asked: bytes) -> bytes:
    text = protobuf.text(protobuf.read(asked), 1)
    at, pairs = 0, []
    for piece in pieces(text):
        pairs += [at, at + len(piece)]
        at += len(piece)
    return protobuf.put_numbers(1, tokens(text)) + protobuf.put_number(2, 1) + protobuf.put_numbers(4, pairs)


def initialize(_asked: bytes) -> bytes:
    return protobuf.put_number(1, 1)


def render_completion(asked: bytes) -> bytes:
    return _rendered(protobuf.text(protobuf.read(asked), 2)) + protobuf.put_number(3, 1)


def render_chat(asked: bytes) -> bytes:
    fields = protobuf.read(asked)
    tools = protobuf.text(fields, 3)
    said = [_message(message) for message in protobuf.messages(fields, 2)]
    return _rendered(chat_text(said, json.loads(tools) if tools else None)) + protobuf.put_number(4, 1)


def _message(fields: protobuf.Fields) -> dict[str, object]:
    parts = [_part(part) for part in protobuf.messages(fields, 3)]
    return {"role": protobuf.text(fields, 1), "content": parts or protobuf.text(fields, 2)}


def _part(fields: protobuf.Fields) -> dict[str, str]:
    return {"type": protobuf.text(fields, 1), "text": protobuf.text(fields, 2)}


def _rendered(text: str) -> bytes:
    return protobuf.put_bytes(1, uuid.uuid4().hex.encode()) + protobuf.put_numbers(2, tokens(text))


METHODS: Mapping[str, Callable[[bytes], bytes]] = {
    "Tokenize": tokenize,
    "InitializeTokenizer": initialize,
    "RenderCompletion": render_completion,
    "RenderChatCompletion": render_chat,
}


def handler(heard: Callable[[str], None]) -> grpc.GenericRpcHandler:
    """The service; `heard` gets the name of each method that is called."""

    def method(name: str, answer: Callable[[bytes], bytes]) -> grpc.RpcMethodHandler:
        async def called(asked: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            heard(name)
            try:
                return answer(asked)
            except ValueError as error:
                context.set_code(grpc.StatusCode.INVALID_ARGUMENT)
                context.set_details(f"{name} was asked what is no request: {error}")
                return b""

        return grpc.unary_unary_rpc_method_handler(called)

    return grpc.method_handlers_generic_handler(SERVICE, {name: method(name, one) for name, one in METHODS.items()})


async def serve(socket: Path, probe_port: int) -> int:
    """Serve until TERM or INT; returns the exit code."""
    if len(str(socket)) > SOCKET_LIMIT:
        print(f"{socket} is longer than the {SOCKET_LIMIT} characters that a unix socket's path may have", flush=True)
        return 1
    socket.parent.mkdir(parents=True, exist_ok=True)
    socket.unlink(missing_ok=True)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((handler(lambda name: print(f"called: {name}", flush=True)),))
    server.add_insecure_port(f"unix://{socket}")
    await server.start()
    app = web.Application()
    app.router.add_get("/healthz", _health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", probe_port).start()
    ended = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    print(
        f"This stands in for llm-d's tokenizer service; it listens on {socket}, its probes on {probe_port}", flush=True
    )
    await ended.wait()
    await server.stop(1)
    await runner.cleanup()
    return 0


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"status": "healthy", "service": "tokenizer-service", "standsIn": True})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m wellit.standin.tokenizer", description=__doc__)
    parser.add_argument("--socket", type=Path, default=Path(SOCKET))
    parser.add_argument("--probe-port", type=int, default=int(os.environ.get("PROBE_PORT") or PROBE_PORT))
    given = parser.parse_args()
    return asyncio.run(serve(given.socket, given.probe_port))


if __name__ == "__main__":
    raise SystemExit(main())
