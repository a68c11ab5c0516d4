"""A prefill server of vLLM answers to each name by which KServe sends requests; its preset serves only the first."""

from __future__ import annotations

from typing import Any

import pytest

from wellit import compose, render
from wellit.compose import Choice


def spec(environment: str, train: str) -> dict[str, Any]:
    choice = Choice("llm-inference-service", environment, "ns", {"charts": "offline", "versions": train}, "small")
    made = render.render(compose.compose(choice), print)
    (found,) = (one for one in made.part("kserve").manifests if one["kind"] == "LLMInferenceService")
    return dict(found["spec"])


def words(of: dict[str, Any]) -> list[str]:
    (main,) = (one for one in of["template"]["containers"] if one["name"] == "main")
    return [str(word) for word in main["args"]]


@pytest.mark.parametrize(("train", "told"), [("kserve-0.20", True), ("kserve-0.17", False)])
def test_the_second_name_is_told_where_the_preset_leaves_it_out(train: str, told: bool) -> None:
    found = spec("kserve-pd", train)
    names = ["--served-model-name", "Qwen/Qwen3-0.6B", "publishers/ns/models/Qwen/Qwen3-0.6B"]
    prefill = words(found["prefill"])
    assert (names == prefill[-3:]) is told
    assert "publishers" not in " ".join(words(found))


def test_a_container_of_one_s_own_has_one_name_and_says_so() -> None:
    prefill = spec("kserve-sglang-pd", "kserve-0.20")["prefill"]
    assert prefill["annotations"]["serving.kserve.io/model-based-routing-enabled"] == "false"
    assert words(prefill).count("--served-model-name") == 1
