"""Health payloads: by role and release, as the release itself makes them, and what Dynamo's runtime does with them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.dynamo import free_port, stack, wait
from wellit import engines, process
from wellit.launch.mock import install
from wellit.seen import payloads

SGLANG, VLLM = (next(one for one in engines.engines() if one.name == name) for name in ("sglang", "vllm"))
# dynamo.sglang.health_check of a release, without the engine.
MADE = """
import json, sys, types
host = types.ModuleType("sglang.srt.disaggregation.utils")
host.FAKE_BOOTSTRAP_HOST = "2.2.2.2"
sglang = types.ModuleType("sglang")
sglang.Engine = object
sys.modules |= {"sglang": sglang, "sglang.srt": types.ModuleType("s"), host.__name__: host,
                "sglang.srt.disaggregation": types.ModuleType("d")}
from dynamo.sglang import health_check as made
split = made.SglangDisaggHealthCheckPayload
print(json.dumps({
    "both": made.SglangHealthCheckPayload().to_dict(),
    "text": made.SglangHealthCheckPayload(use_text_input=True).to_dict(),
    "decode": split().to_dict(), "prefill": made.SglangPrefillHealthCheckPayload().to_dict(),
    "image": made.ImageDiffusionHealthCheckPayload("m").to_dict(),
    "video": made.VideoGenerationHealthCheckPayload("m").to_dict(), "marker": made.HEALTH_CHECK_KEY,
}))
"""
# A worker whose endpoint refuses what has no bootstrap_info, as a decode worker does.
WORKER = """
import asyncio, json, os, uvloop
from dynamo.runtime import DistributedRuntime
async def answer(request, context=None):
    if "bootstrap_info" not in request:
        raise RuntimeError("bootstrap_info is required for disaggregated decode but was not provided")
    yield {"token_ids": [1]}
async def main():
    runtime = DistributedRuntime(asyncio.get_running_loop(), "file", "tcp")
    endpoint = runtime.endpoint("dynamo.backend.generate")
    await endpoint.serve_endpoint(answer, graceful_shutdown=True, metrics_labels=[],
                                  health_check_payload=json.loads(os.environ["PAYLOAD"]))
uvloop.run(main())
"""


def asks(version: str, kind: str) -> payloads.Asks:
    found = payloads.asks(SGLANG, version, kind)
    assert found
    return found


def test_they_are_those_that_the_release_makes(dynamo: Path) -> None:
    done = process.run([dynamo, "-c", MADE], timeout=180)
    assert done.ok, done.err
    made = json.loads(done.out)
    marker, version = made.pop("marker"), install.version()
    assert asks(version, "both").filled(text=True) == made.pop("text")
    for kind, payload in made.items():
        assert asks(version, kind).filled(model="m") == {k: v for k, v in payload.items() if k != marker}, kind
        assert asks(version, kind).lacks(payload) == []


@pytest.mark.parametrize(
    ("version", "kind", "keys"),
    [
        ("0.7.1", "prefill", {"request", "sampling_params"}),
        ("1.0.2", "prefill", {"request", "sampling_params"}),
        ("1.1.1", "prefill", {"bootstrap_info", "token_ids"}),
        ("0.8.1", "decode", {"token_ids"}),
        ("1.6.1", "decode", {"bootstrap_info", "token_ids"}),
        ("1.6.1", "rerank", {"query", "documents", "model"}),
        ("1.6.1", "image", {"prompt", "num_inference_steps", "size"}),
    ],
)
def test_they_change_with_the_release(version: str, kind: str, keys: set[str]) -> None:
    assert keys <= set(asks(version, kind).filled())


def test_what_is_filled_in() -> None:
    made = asks("1.3.1", "decode").filled(bos=7, port=12345)
    assert made["token_ids"] == [7] and made["bootstrap_info"]["bootstrap_port"] == 12345
    assert asks("1.3.1", "image").filled(model="/m")["model"] == "/m"
    assert asks("1.3.1", "prefill").filled(text=True)["prompt"] == "Test"


def test_what_is_not_known() -> None:
    assert payloads.asks(SGLANG, "0.8.1", "image") is None
    assert payloads.asks(SGLANG, "my-build", "decode") is None
    assert payloads.asks(VLLM, "1.3.1", "decode") is None


@pytest.mark.parametrize(
    ("text", "why"), [("{", "no JSON"), ("[1]", "no JSON object, but list"), ('"a"', "no JSON object, but str")]
)
def test_what_a_worker_cannot_read(text: str, why: str) -> None:
    assert why in str(payloads.read(text))
    assert payloads.read('{"a": 1}') == {"a": 1}


def health(port: int) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


@pytest.mark.usefixtures("dynamo")
@pytest.mark.parametrize(
    ("enabled", "kind", "status"), [("true", "decode", 200), ("true", "both", 503), ("false", "both", 200)]
)
def test_one_that_is_refused_makes_a_worker_not_ready_where_it_is_sent(
    tmp_path: Path, enabled: str, kind: str, status: int
) -> None:
    payload: Mapping[str, Any] = asks(install.version(), kind).filled()
    port = free_port()
    with stack(tmp_path) as made:
        more = {"DYN_SYSTEM_PORT": str(port), "PAYLOAD": json.dumps(payload), "DYN_CANARY_WAIT_TIME": "1"}
        env = made.environment(DYN_HEALTH_CHECK_ENABLED=enabled, DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS="[]", **more)
        made.run("worker", ("-c", WORKER), env)
        if status == 503:
            wait(lambda: "Health check error response from generate" in made.log("worker"))
        wait(lambda: health(port)[0] == status and "generate" in health(port)[1])
        if status == 503:
            assert '"generate":"notready"' in health(port)[1]
