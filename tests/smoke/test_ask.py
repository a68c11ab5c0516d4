"""Requests against servers that behave badly: each comes to an end, and says what was wrong."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from wellit.smoke.ask import OVER, Answer, asker

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(text: str) -> bytes:
    return f"{len(text):x}\r\n{text}\r\n".encode()


@contextmanager
def answering(serve: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server that takes one connection after the other and does with it whatever `serve` does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                serve(connection)

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def get(url: str, seconds: float = 10, limit: float = 5) -> Answer:
    async def ask() -> Answer:
        async with asker(limit) as one:
            return await one.get(url, seconds)

    return asyncio.run(ask())


def stream(url: str) -> tuple[Answer, list[str]]:
    said: list[str] = []

    async def ask() -> Answer:
        async with asker(5) as one:
            return await one.stream(url, {"model": "m"}, {}, said.append)

    return asyncio.run(ask()), said


def test_an_answer() -> None:
    with answering(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nX-Inference-Pod: p\r\nContent-Length: 2\r\n\r\n{}")) as url:
        found = get(url)
    assert found.ok and found.data == {} and found.pod == "p" and found.words.startswith("200 in 0.0")


def test_nobody_listens() -> None:
    with answering(lambda _: None) as url:
        pass
    assert get(url).words == "no connection: Connection refused"


def test_a_server_that_says_nothing() -> None:
    held = threading.Event()
    with answering(lambda _: held.wait(5)) as url:
        assert get(url, 0.2).words == "no answer in 0.2 s"
        assert get(url, 20, limit=1.1).words == "no answer in 1.1 s"
        assert get(url, 20, limit=0.3).over  # too short to tell anything of the server
        held.set()


def test_a_server_that_hangs_up() -> None:
    with answering(lambda _: None) as url:
        found = get(url)
    assert not found.ok and found.status == 0 and "closed before an answer came" in found.words


def test_no_time_is_left() -> None:
    assert get("http://127.0.0.1:1", limit=0) == Answer(error=OVER)


def test_a_redirect_is_not_followed() -> None:
    with answering(
        lambda c: c.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    ) as url:
        assert get(url).status == 302


@pytest.mark.parametrize("said", ['["no", "answer"]', "nonsense", '"text"', '{"choices": [null]}', '{"choices": "x"}'])
def test_pieces_of_a_stream_that_are_none(said: str) -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(CHUNKED + chunk(f"data: {said}\n\n") + chunk("data: [DONE]\n\n") + b"0\r\n\r\n")

    with answering(serve) as url:
        found, _ = stream(url)
    assert not found.ok and found.done and found.error.startswith("a piece of the stream is no answer")


def test_a_stream_that_is_cut_off_keeps_what_came() -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(CHUNKED + chunk('data: {"choices": [{"delta": {"content": "one "}}]}\n\n'))

    with answering(serve) as url:
        found, said = stream(url)
    assert said == ["one "] and found.status == 200 and not found.ok and not found.done
    assert "broke off" in found.error


def test_an_error_within_a_stream() -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(CHUNKED + chunk('data: {"error": {"message": "out of memory"}}\n\n') + b"0\r\n\r\n")

    with answering(serve) as url:
        found, _ = stream(url)
    assert not found.ok and "out of memory" in found.error


def test_a_stream_tells_its_usage_and_its_end() -> None:
    def serve(connection: socket.socket) -> None:
        pieces = '{"choices": [{"text": "a"}]}', '{"choices": [], "usage": {"prompt_tokens": 1}}', "[DONE]"
        text = "".join(f"data: {piece}\n\n" for piece in pieces)
        connection.sendall(CHUNKED + chunk(text[:20]) + chunk(text[20:]) + b"0\r\n\r\n")

    with answering(serve) as url:
        found, said = stream(url)
    assert found.ok and found.usage and found.done and said == ["a", ""]


def test_a_long_answer_is_shown_in_part_and_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_API_KEY", "sesame")
    shown = Answer(401, "Bearer sesame is not right. " + "x" * 1000).evidence
    assert "sesame" not in shown and "***" in shown and len(shown) <= 300
