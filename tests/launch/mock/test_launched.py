"""``invoke launch --mock``: Dynamo's own frontend and mockers, started from what Kubernetes would get, and ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.launch.mock.running import get, question
from tests.launch.support import Launch, gone, soon
from tests.support.dynamo import free_port
from wellit.launch import state
from wellit.launch.mock import install
from wellit.launch.state import Launched

MODEL = "Qwen/Qwen3-8B"  # the one that the environments serve
SECONDS = 240.0


@contextmanager
def launching(cache: Path, environment: str, *more: str) -> Iterator[Launch]:
    first = free_port(8)
    ports = {"local.port": first, "local.systemPort": first + 1, "disaggregation.bootstrapPort": first + 5,
             "kvEvents.port": first + 6}  # fmt: skip
    settings = [word for name, port in ports.items() for word in ("--set", f"{name}={port}")]
    argv = [sys.executable, "-m", "wellit.program", "launch", "-g", "dynamo-sglang", "-e", environment, "--mock"]
    said = cache / f"said-{environment}-{first}"
    launch = Launch([*argv, *settings, *more], os.environ | {"WELLIT_CACHE": str(cache)}, said)
    try:
        yield launch
    finally:
        if launch.process.poll() is None:
            launch.end(signal.SIGTERM)


def ready(launch: Launch, environment: str) -> Launched:
    """What runs, when a chat was answered."""
    assert soon(lambda: "ready: " in launch.said or launch.process.poll() is not None, SECONDS), launch.said
    assert launch.process.poll() is None, launch.said
    return state.find(f"dynamo-sglang-{environment}")


def chat(there: Launched, text: str = "Hello", tokens: int = 8) -> dict[str, Any]:
    status, body = get(f"{there.url}/v1/chat/completions", question(there.model, text, tokens))
    assert status == 200, body
    said: dict[str, Any] = body
    return said


def streamed(there: Launched, tokens: int = 8) -> list[str]:
    body = json.dumps(question(there.model, tokens=tokens, stream=True)).encode()
    asked = urllib.request.Request(f"{there.url}/v1/chat/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return [line.decode().strip().removeprefix("data: ") for line in answer if line.strip()]


def nothing_is_left(there: Launched) -> bool:
    pids = [one.pid for one in there.processes]
    return (
        soon(lambda: gone(pids)) and state.read(there.name) is None and not (state.folder(there.name) / "kv").exists()
    )


def test_one_that_does_all(dynamo: Path, shared_cache: Path) -> None:  # noqa: ARG001
    with launching(shared_cache, "agg") as launch:
        there = ready(launch, "agg")
        assert (
            f"Dynamo {install.version()}'s own frontend runs, and its mocker stands in for dynamo.sglang" in launch.said
        )
        assert "--tp-size 1" in launch.said
        assert (there.mock, there.ready, there.model) == (True, True, MODEL)
        assert get(f"{there.url}/v1/models")[1]["data"][0]["id"] == MODEL
        body = chat(there)
        assert body["usage"]["completion_tokens"] == 8
        assert len(body["choices"][0]["message"]["content"].split()) == 8
        *chunks, last = streamed(there)
        pieces = [json.loads(chunk)["choices"][0]["delta"].get("content") for chunk in chunks]
        assert last == "[DONE]" and len([piece for piece in pieces if piece]) == 8
        line = launch.said[launch.said.index("curl -s ") :].splitlines()[0]
        assert json.loads(subprocess.run(line, shell=True, capture_output=True, check=True).stdout)["choices"]  # noqa: S602
        code, said = launch.end(signal.SIGTERM)
        assert code == 130, said
        assert nothing_is_left(there)


def test_prefill_and_decode(dynamo: Path, shared_cache: Path) -> None:  # noqa: ARG001
    with launching(shared_cache, "disagg") as launch:
        there = ready(launch, "disagg")
        took_part = chat(there)["nvext"]["worker_id"]
        assert took_part["prefill_worker_id"] != took_part["decode_worker_id"]
        prefill = next(one for one in there.processes if one.role == "prefill")
        os.kill(prefill.pid, signal.SIGKILL)
        code, said = launch.end()
        assert code == 1, said
        assert f"{prefill.name} ended by itself after a chat had been answered: signal SIGKILL (9)" in said
        assert nothing_is_left(there)


def test_it_is_asked_for_what_it_promises_and_stopped(dynamo: Path, shared_cache: Path) -> None:  # noqa: ARG001
    with launching(shared_cache, "disagg", "--smoke") as launch:
        code, said = launch.end()
    assert code == 0 and "prefill and decode both take part" in said, said
    assert state.everything() == []


def test_a_router_that_knows_the_caches(dynamo: Path, shared_cache: Path) -> None:  # noqa: ARG001
    with launching(shared_cache, "agg-router") as launch:
        there = ready(launch, "agg-router")
        workers = [one for one in there.processes if one.system]
        assert soon(lambda: all(get(f"{one.system}/health")[0] == 200 for one in workers))
        text = "word " * 60
        assert soon(lambda: bool(chat(there, text, 1)) and _hits(there) > 0), "the router hears of no cache"
        took_part = {chat(there, text, 1)["nvext"]["worker_id"]["decode_worker_id"] for _ in range(4)}
        assert len(took_part) == 1, "a prompt goes where it is in the cache"
        code, said = launch.end(signal.SIGINT)
        assert code == 130, said
        assert nothing_is_left(there)


def _hits(there: Launched) -> float:
    """The share of prompts that was found in a cache, summed over the requests."""
    _, page = get(f"{there.url}/metrics")
    return sum(float(line.split()[-1]) for line in str(page).splitlines() if "router_kv_hit_rate_sum{" in line)


def test_another_release_is_stood_in_for(dynamo: Path, shared_cache: Path) -> None:  # noqa: ARG001
    with launching(shared_cache, "agg", "--versions", "dynamo-0.8") as launch:
        there = ready(launch, "agg")
        assert "stand in for 0.8.1's frontend and dynamo.sglang" in launch.said
        assert chat(there)["choices"]


def test_a_port_in_use(dynamo: Path, shared_cache: Path) -> None:  # noqa: ARG001
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        with launching(shared_cache, "disagg", "--set", f"local.systemPort={port}") as launch:
            code, said = launch.end()
    assert code == 2 and f"{port} (system of decode) is taken by" in said
    assert state.everything() == []


@pytest.mark.parametrize("setting", ["local.systemPort=40000"])
def test_a_port_that_dynamo_does_not_take(shared_cache: Path, setting: str) -> None:
    with launching(shared_cache, "agg", "--set", setting) as launch:
        code, said = launch.end()
    assert code == 1 and "32000" in said
