"""The tokenizer service is asked as llm-d's picker asks it: gRPC on a unix socket, and probes beside it."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import grpc
import pytest

from tests.support.picker import free_ports, until
from tests.support.tokenizer import healthy, tokenizer
from wellit import process
from wellit.standin import protobuf
from wellit.standin.tokenizer import SERVICE, SOCKET_LIMIT, main
from wellit.standin.tokens import chat_text, tokens

PROMPT = "The quick brown fox, größer than 12345"
Ask = Callable[[str, bytes], bytes]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    folder = tmp_path_factory.mktemp("t")
    socket = folder / "below" / "s"
    with tokenizer(socket, folder), grpc.insecure_channel(f"unix://{socket}") as channel:

        def call(method: str, asked: bytes) -> bytes:
            answer: bytes = channel.unary_unary(f"/{SERVICE}/{method}")(asked, timeout=60)
            return answer

        yield call


def numbers(message: bytes, field: int) -> list[int]:
    """The packed numbers of a field."""
    (packed,) = protobuf.read(message)[field]
    assert isinstance(packed, bytes)
    return _unpacked(packed)


def _unpacked(packed: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in packed:
        value, shift = value | (byte & 127) << shift, shift + 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


def success(message: bytes, field: int) -> bool:
    return protobuf.read(message)[field] == [1]


def put(field: int, text: str) -> bytes:
    return protobuf.put_bytes(field, text.encode())


def chat(*messages: bytes, tools: str = "") -> bytes:
    return put(1, "m") + b"".join(protobuf.put_bytes(2, one) for one in messages) + (put(3, tools) if tools else b"")


def test_it_is_initialized(ask: Ask) -> None:
    asked = put(1, "m") + protobuf.put_number(3, 1)
    assert success(ask("InitializeTokenizer", asked), 1)


def test_a_completion_is_the_tokens_of_its_prompt(ask: Ask) -> None:
    answer = ask("RenderCompletion", put(1, "m") + put(2, PROMPT))
    assert numbers(answer, 2) == tokens(PROMPT)
    assert success(answer, 3)
    assert protobuf.text(protobuf.read(answer), 1)  # a request id


def test_a_chat_is_the_tokens_that_the_engines_make_of_its_messages(ask: Ask) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": PROMPT}]
    answer = ask("RenderChatCompletion", chat(*(put(1, one["role"]) + put(2, one["content"]) for one in messages)))
    assert numbers(answer, 2) == tokens(chat_text(messages))
    assert success(answer, 4)


def test_a_chat_in_parts_and_with_tools(ask: Ask) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    parts = [{"type": "text", "text": "What is "}, {"type": "image_url", "image_url": {"url": "u"}}]
    message = put(1, "user") + b"".join(
        protobuf.put_bytes(3, part)
        for part in (put(1, "text") + put(2, "What is "), put(1, "image_url") + protobuf.put_bytes(3, put(1, "u")))
    )
    answer = ask("RenderChatCompletion", chat(message, tools=json.dumps(tools)))
    assert numbers(answer, 2) == tokens(chat_text([{"role": "user", "content": parts}], tools))


def test_tokens_say_where_they_stand_in_the_text(ask: Ask) -> None:
    answer = ask("Tokenize", put(1, PROMPT) + put(2, "m"))
    assert numbers(answer, 1) == tokens(PROMPT)
    assert success(answer, 2)
    pairs = numbers(answer, 4)
    assert pairs[0] == 0
    assert pairs[-1] == len(PROMPT)
    assert pairs[1:-1:2] == pairs[2::2]


def test_what_is_no_request_is_refused_and_the_next_is_answered(ask: Ask) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        ask("RenderCompletion", b"\xff\xff")
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert ask("RenderCompletion", put(2, "x"))


def test_a_method_that_it_does_not_have(ask: Ask) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        ask("RenderChatTemplate", b"")
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_its_probe_is_answered_and_it_ends_when_it_is_told(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    words: Sequence[object] = ["--socket", tmp_path / "s", "--probe-port", port]
    running = process.start([sys.executable, "-m", "wellit.standin.tokenizer", *map(str, words)], log=tmp_path / "log")
    try:
        until(lambda: healthy(port), bool, "the probe")
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
        assert "stands in" in (tmp_path / "log").read_text()
    finally:
        process.stop(running)


def test_a_socket_that_was_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "s").touch()
    with tokenizer(tmp_path / "s", tmp_path) as called:
        assert called() == []


def test_a_path_that_is_too_long_for_a_socket(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["tokenizer", "--socket", "/" + "x" * SOCKET_LIMIT])
    assert main() == 1
    assert str(SOCKET_LIMIT) in capsys.readouterr().out


@pytest.mark.parametrize("message", [b"\x0a", b"\x0a\x05ab", b"\x0b", b"\x08"])
def test_what_is_no_message_is_told_so(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"ends|kind"):
        protobuf.read(message)


def test_fields_that_nobody_asks_for_are_passed_over() -> None:
    message = (
        bytes([1 << 3 | 1]) + bytes(8) + bytes([2 << 3 | 5]) + bytes(4) + protobuf.put_number(3, 300) + put(4, "x")
    )
    assert protobuf.read(message) == {1: [bytes(8)], 2: [bytes(4)], 3: [300], 4: [b"x"]}
