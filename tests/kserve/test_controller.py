"""KServe's own controller in a sandbox: what it makes of a resource, what it refuses, and how it lives."""

from __future__ import annotations

from typing import Any

from tests.kserve.conftest import Answer, Asked

SERVICE: dict[str, Any] = {
    "apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService", "metadata": {"name": "llm"},
    "spec": {
        "model": {"uri": "hf://Qwen/Qwen3-0.6B", "name": "Qwen/Qwen3-0.6B"},
        "replicas": 2,
        "router": {"scheduler": {}, "route": {}, "gateway": {"refs": [{"name": "gateway", "namespace": "kserve"}]}},
    },
}  # fmt: skip


def test_a_bad_one_is_refused_by_the_real_webhook(asked: Asked) -> None:
    spec = {**SERVICE["spec"], "parallelism": {"tensor": 2, "data": 4}}
    answer = asked(SERVICE | {"spec": spec})
    assert "spec.parallelism.dataLocal: Invalid value: null: dataLocal must be set when data is set" in answer.refused
    assert answer.refused == asked.dry(SERVICE | {"spec": spec})


def test_one_is_combined_with_the_presets(asked: Asked) -> None:
    def combined(answer: Answer) -> bool:
        return "PresetsCombined" in answer.conditions

    answer = asked(SERVICE, until=combined)
    assert answer.conditions["PresetsCombined"][0] == "True", answer
