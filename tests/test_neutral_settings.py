"""Neutral settings: the same word means the same on every engine, in the engine's own spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.trains import TRAINS
from wellit import catalogue, compose, render
from wellit.compose import Choice

SETTINGS = {
    "model.name": "openai/gpt-oss-120b",
    "model.servedName": "big",
    "model.contextLength": 8192,
    "model.trustRemoteCode": "true",
    "model.size": "250Gi",
    "decode.replicas": 3,
    "decode.tensorParallel": 4,
    "decode.expertParallel": "true",
    "decode.memoryFraction": 0.8,
    "decode.pageSize": 64,
}
# What the engine must be told, in any order; the chart itself says the rest where it starts the engine (vllmServe).
TOLD = {
    "vllm": ["--enable-expert-parallel", "--max-model-len 8192", "--gpu-memory-utilization 0.8", "--block-size 64",
             "--trust-remote-code"],
    "sglang": ["--model-path openai/gpt-oss-120b", "--host 0.0.0.0", "--port 8200", "--served-model-name big",
               "--tp-size 4", "--ep-size 4", "--context-length 8192", "--mem-fraction-static 0.8", "--page-size 64",
               "--trust-remote-code", "--enable-metrics"],
    "trtllm": ["openai/gpt-oss-120b", "--host 0.0.0.0", "--port 8000", "--served_model_name big",
               "--tensor_parallel_size 4", "--moe_expert_parallel_size 4", "--max_seq_len 8192",
               "--free_gpu_memory_fraction 0.8", "--trust_remote_code", "--config /etc/trtllm/config.yaml"],
}  # fmt: skip


def decode(engine: str, sets: Mapping[str, object], train: str = "llm-d-0.6") -> tuple[dict[str, Any], dict[str, Any]]:
    """The Deployment of the decode servers, and its engine's container."""
    words = tuple(f"{path}={value}" for path, value in sets.items())
    components = {"engine": engine, "versions": train, "charts": "offline"}
    rendered = render.render(compose.compose(Choice(components=components, sets=words)), print)
    made = next(m for m in rendered.part("modelservice").manifests if m["kind"] == "Deployment")
    return made, made["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize("engine", TOLD)
def test_every_setting_reaches_every_engine_in_its_own_words(engine: str) -> None:
    has_pages = catalogue.component_data("engine", engine)["flags"]["pageSize"] is not None
    sets = {path: value for path, value in SETTINGS.items() if has_pages or path != "decode.pageSize"}
    deployment, container = decode(engine, sets)
    said = " ".join([*container.get("command", []), *container["args"]])
    assert [words for words in TOLD[engine] if f" {words} " not in f" {said} "] == []
    assert deployment["spec"]["replicas"] == 3
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "4"


@pytest.mark.parametrize("train", TRAINS)
@pytest.mark.parametrize(("engine", "flag"), [("vllm", "--data-parallel-size 2"), ("sglang", "--dp-size 2")])
def test_copies_in_one_pod_take_gpus_of_their_own(engine: str, flag: str, train: str) -> None:
    _, container = decode(engine, {"decode.dataParallel": 2, "decode.tensorParallel": 2}, train)
    assert f" {flag} " in f" {' '.join(container['args'])} "
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "4"


def test_what_is_not_said_is_left_to_the_engine() -> None:
    _, container = decode("sglang", {})
    for flag in (
        "--context-length",
        "--mem-fraction-static",
        "--page-size",
        "--trust-remote-code",
        "--ep-size",
        "--dp-size",
    ):
        assert flag not in container["args"]
