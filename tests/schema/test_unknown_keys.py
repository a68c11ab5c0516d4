"""What is said of a key that a chart does not read: how bad it is, and where it belongs."""

from __future__ import annotations

from typing import Any

import pytest

from wellit import schema, source
from wellit.values_schema import schema_of

POOL, SERVICE = ("inferencepool", "v1.4.0"), ("llm-d-modelservice", "v0.4.12")
FOR_LISTS = "inferenceExtension:\n  monitoring:\n    "
CONTAINER = "decode:\n  containers:\n  - "


def told(text: str, chart: str, version: str) -> list[tuple[str, str]]:
    read = source.parse(text, "values.yaml")
    found = schema.check_values(read.data, schema_of(chart, version, read.data), read.at, "it")
    return [(f.id, f.write.partition(";")[0]) for f in found if f.id in ("WL020", "WL040")]


@pytest.mark.parametrize(
    ("text", "of", "wanted"),
    [
        # Nothing of the chart's is like it: it does nothing, and is no mistake for sure.
        (CONTAINER + "device: cpu", SERVICE, [("WL040", "remove it")]),
        ("team: serving", SERVICE, [("WL040", "remove it")]),
        # Meant for something that the chart has, here or elsewhere.
        (CONTAINER + "replicas: 2", SERVICE, [("WL020", "move it to decode.replicas")]),
        ("decode: {image: vllm/vllm-openai:v0.17.1}", SERVICE, [("WL020", "move it to decode.containers[0].image")]),
        ("decode: {replica: 2}", SERVICE, [("WL020", "replicas")]),
        ("routing: {proxy: {extraArgs: [--x]}}", SERVICE, [("WL020", "remove it")]),
        ("routing: {proxy: {env: [{name: A, value: b}]}}", SERVICE, [("WL020", "remove it")]),
        # A name in somebody else's form, in a list that stands beside it, is not what was meant.
        (FOR_LISTS + "hostPath: /x", POOL, [("WL040", "remove it")]),
        (FOR_LISTS + "key: x", POOL, [("WL040", "remove it")]),
        # Somebody else's form refuses it.
        (CONTAINER + "securityContext: {fsGroup: 1}", SERVICE,
         [("WL020", "move it to decode.podSecurityContext.fsGroup")]),
    ],
)  # fmt: skip
def test_a_key_that_is_not_read(text: str, of: tuple[str, str], wanted: list[tuple[str, str]]) -> None:
    assert told(text, *of) == wanted


IMAGE = "inferenceExtension: {{image: {{hub: a, registry: {}, name: e, repository: e, tag: v1}}}}"


@pytest.mark.parametrize(("version", "read"), [("v1.4.0", "hub"), ("v1.5.0", "registry")])
def test_a_key_for_other_versions_beside_its_own_loses_nothing(version: str, read: str) -> None:
    other = {"hub": "name", "registry": "repository"}[read]
    found: Any = told(IMAGE.format("a"), "inferencepool", version)
    assert found == [
        ("WL040", f"remove it: inferenceExtension.image.{place} is read in its place") for place in (read, other)
    ]


def test_an_empty_map_for_a_list_says_nothing() -> None:
    read = source.parse("decode: {tolerations: {}, podAnnotations: []}", "values.yaml")
    assert schema.check_values(read.data, schema_of(*SERVICE, read.data), read.at, "it") == []


@pytest.mark.parametrize(("protocol", "wrong"), [("HTTP", False), ("http", True), ("example.com/quic", False)])
def test_a_listener_s_protocol_is_in_capitals(protocol: str, wrong: bool) -> None:
    text = f"gateway: {{listeners: [{{name: web, port: 80, protocol: {protocol}}}]}}"
    read = source.parse(text, "values.yaml")
    found = schema.check_values(read.data, schema_of("llm-d-infra", "v1.3.10", read.data), read.at, "it")
    assert [f.id for f in found] == ["WL022"] * wrong
