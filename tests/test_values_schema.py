"""The schema of a chart's values, narrowed for a version."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wellit import capabilities
from wellit.errors import CannotAnswer
from wellit.values_schema import schema_for, schema_of

MODELSERVICE, POOL, INFRA = "llm-d-modelservice", "inferencepool", "llm-d-infra"


def refused(chart: str, version: str, values: dict[str, Any]) -> list[str]:
    found = Draft202012Validator(schema_for(chart, version)).iter_errors(values)
    return sorted(f"{error.json_path} {error.validator}" for error in found)


def test_every_version_has_a_schema_of_its_own() -> None:
    for chart in capabilities.charts():
        for version in capabilities.versions(chart):
            schema = schema_for(chart, version)
            assert schema["title"] == f"{chart} {version}"
            assert "imitates" not in schema["properties"]
            assert refused(chart, version, {}) == ["$ required"] * len(schema.get("required", ()))


@pytest.mark.parametrize("chart", [MODELSERVICE, POOL, INFRA])
def test_a_narrowed_schema_is_a_schema(chart: str) -> None:
    for version in (capabilities.versions(chart)[0], capabilities.versions(chart)[-1]):
        Draft202012Validator.check_schema(schema_for(chart, version))


@pytest.mark.parametrize("role", ["decode", "prefill"])
@pytest.mark.parametrize(("word", "wrong"), [("vllmServe", False), ("custom", False), ("sglangServe", True)])
def test_model_commands_are_those_of_the_version(role: str, word: str, wrong: bool) -> None:
    found = refused(MODELSERVICE, "v0.3.8", {role: {"containers": [{"modelCommand": word}]}})
    assert found == ([f"$.{role}.containers[0].modelCommand enum"] if wrong else [])


@pytest.mark.parametrize(
    ("version", "word", "wrong"),
    [
        ("v0.4.9", "nvidia", False),
        ("v0.4.9", "cpu", False),
        ("v0.4.9", "intel", True),
        ("v0.2.11", "intel", False),
        ("v0.4.9", "rebellions-atom", True),
        ("v0.4.10", "rebellions-atom", False),
        ("v0.2.8", "nvidia", False),
    ],
)
def test_accelerator_types_are_those_of_the_version(version: str, word: str, wrong: bool) -> None:
    found = refused(MODELSERVICE, version, {"accelerator": {"type": word}})
    assert found == (["$.accelerator.type enum"] if wrong else [])


def test_a_level_the_version_closes_takes_only_its_keys() -> None:
    labels = {"modelArtifacts": {"labels": {"llm-d.ai/guide": "mine"}}}
    assert refused(MODELSERVICE, "v0.3.8", labels) == ["$.modelArtifacts.labels additionalProperties"]
    assert refused(MODELSERVICE, "v0.4.9", labels) == []
    selector = {"decode": {"nodeSelector": {"a": "b"}}}
    assert refused(MODELSERVICE, "v0.3.11", selector) == ["$.decode.nodeSelector additionalProperties"]
    assert refused(MODELSERVICE, "v0.3.12", selector) == []
    assert refused(MODELSERVICE, "v0.3.8", {"tracing": {}}) == ["$ additionalProperties"]


def test_what_was_shared_by_reference_is_narrowed_in_one_place_only() -> None:
    monitoring = {"decode": {"monitoring": {"podmonitor": {"labels": {"a": "b"}}}}}
    assert refused(MODELSERVICE, "v0.3.9", monitoring) == ["$.decode.monitoring.podmonitor.labels additionalProperties"]
    assert refused(MODELSERVICE, "v0.3.9", {"decode": {"annotations": {"a": "b"}}}) == []
    assert refused(MODELSERVICE, "v0.3.10", monitoring) == []


def test_the_narrowed_value_keeps_its_own_kind() -> None:
    assert refused(MODELSERVICE, "v0.3.8", {"modelArtifacts": {"labels": {"llm-d.ai/model": 1}}}) == [
        "$.modelArtifacts.labels['llm-d.ai/model'] type"
    ]


def test_inferencepool_of_a_version() -> None:
    flags = {"inferenceExtension": {"flags": {"v": 1}}}
    assert refused(POOL, "v1.2.0-rc.1", flags) == []
    assert refused(POOL, "v1.1.0", flags) == ["$.inferenceExtension.flags type"]
    listed = {"inferenceExtension": {"flags": [{"name": "v", "value": 1}]}}
    assert refused(POOL, "v1.1.0", listed) == []
    assert refused(POOL, "v1.4.0", listed) == ["$.inferenceExtension.flags type"]
    image = {"inferenceExtension": {"image": {"hub": "ghcr.io/llm-d", "name": "x", "tag": "v1"}}}
    assert refused(POOL, "v1.4.0", image) == []
    assert refused(POOL, "v1.5.0", image) == ["$.inferenceExtension.image additionalProperties"]
    # The chart takes any word, and rules say what it does with it.
    assert refused(POOL, "v1.2.0-rc.1", {"inferencePool": {"modelServerType": "sglang"}}) == []
    assert refused(POOL, "v1.4.0", {"provider": {"name": "Istio"}}) == []


def test_infra_of_a_version() -> None:
    provider = {"gateway": {"provider": "istio"}}
    assert refused(INFRA, "v1.3.4", provider) == ["$.gateway additionalProperties"]
    assert refused(INFRA, "v1.4.0", provider) == []
    assert refused(INFRA, "v1.4.0", {"gateway": {"provider": "isitio"}}) == ["$.gateway.provider enum"]
    assert refused(INFRA, "v1.4.0", {"gateway": {"gatewayParameters": {"accessLogging": True}}}) == [
        "$.gateway.gatewayParameters additionalProperties"
    ]
    assert refused(INFRA, "v1.3.4", {"gateway": {"service": {"type": "clusterip"}}}) == ["$.gateway.service.type enum"]


def test_a_version_nobody_published_has_no_schema() -> None:
    with pytest.raises(CannotAnswer, match=r'unknown version of llm-d-modelservice "v0\.2\.2"'):
        schema_for(MODELSERVICE, "v0.2.2")


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"accelerator": {"type": "mine"}}, True),
        ({"accelerator": {"type": "mine", "dra": False}}, True),
        ({"accelerator": {"type": "mine", "dra": True}}, False),
        ({"accelerator": {"dra": True}, "decode": {"accelerator": {"type": "mine"}}}, False),
        ({"accelerator": {"dra": True}, "decode": {"accelerator": {"type": "mine", "dra": False}}}, True),
    ],
)
def test_the_type_of_an_accelerator_that_is_claimed_names_a_claim(values: dict[str, Any], wrong: bool) -> None:
    said = list(Draft202012Validator(schema_of(MODELSERVICE, "v0.4.9", values)).iter_errors(values))
    assert bool([error for error in said if error.validator == "enum"]) == wrong
