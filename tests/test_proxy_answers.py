"""What the routing proxy answers by itself, and in which scheme: two rules say so, and the real programs are asked."""

from __future__ import annotations

import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.picker import free_ports
from tests.test_programs_say import PROXIES, PROXY_IMAGE, SECONDS, ZAP, found
from wellit import process, tools
from wellit.tools.pins import pin

NO_CHECK = ssl._create_unverified_context()


@contextmanager
def running(tool: str, words: Sequence[str], log: Path) -> Iterator[int]:
    """The port of a proxy that has no engine behind it."""
    port, engine = free_ports(2)
    started = process.start([tools.path(tool), f"--port={port}", f"--vllm-port={engine}", *ZAP, *words], log=log)
    try:
        end = time.monotonic() + SECONDS
        while not listens(port):
            assert started.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.02)
        yield port
    finally:
        process.stop(started)


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def get(url: str) -> int:
    """The status of an answer; 0 when there is none in this scheme."""
    try:
        with urllib.request.urlopen(url, timeout=60, context=NO_CHECK if url.startswith("https") else None) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError):
        return 0


def values(tool: str, proxy: dict[str, Any], probe: dict[str, Any]) -> dict[str, Any]:
    image = f"{PROXY_IMAGE}:{pin(tool).version}"
    container = {"image": "vllm/vllm-openai:v0.17.1", "modelCommand": "vllmServe", "readinessProbe": probe}
    return {"routing": {"proxy": {"image": image, **proxy}}, "decode": {"containers": [container]}}


@pytest.mark.parametrize("path", ["/health", "/v1/models"])
@pytest.mark.parametrize("tool", PROXIES)
def test_a_probe_is_answered_by_the_proxy_where_the_rule_says_so(tool: str, path: str, tmp_path: Path) -> None:
    probe = {"httpGet": {"path": path, "port": 8000}}
    said = found("WL180", "llm-d-modelservice@v0.4.9", values(tool, {}, probe))
    with running(tool, ["--secure-proxy=false"], tmp_path / "log") as port:
        assert (get(f"http://127.0.0.1:{port}{path}") == 200) == bool(said)


@pytest.mark.parametrize("written", [{}, {"secure": None}, {"secure": True}, {"secure": False}], ids=str)
@pytest.mark.parametrize("tool", PROXIES)
def test_the_proxy_speaks_tls_where_the_rule_says_so(tool: str, written: dict[str, Any], tmp_path: Path) -> None:
    """As a chart passes it on: not at all when it is null, and false when it is not written."""
    value = written.get("secure", False)
    said = found("WL185", "llm-d-modelservice@v0.4.9", values(tool, written, {"exec": {"command": ["true"]}}))
    words = [] if value is None else [f"--secure-proxy={str(value).lower()}"]
    with running(tool, words, tmp_path / "log") as port:
        assert (get(f"https://127.0.0.1:{port}/health") == 200) == bool(said)
        assert (get(f"http://127.0.0.1:{port}/health") == 200) != bool(said)
