"""Which presets a spec asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.llmisvc import service
from wellit import capabilities
from wellit.besides.presets import asked, laid

WORKER: dict[str, Any] = {"containers": []}
DATA = {"worker": WORKER, "parallelism": {"data": 4, "dataLocal": 2}}
PIPELINE = {"worker": WORKER, "parallelism": {"pipeline": 2}}


def names(**spec: Any) -> list[str]:
    return [name.removeprefix("kserve-config-llm-") for name, _ in asked(service(**spec)["spec"], "kserve-")]


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ({}, ["scheduler", "router-route", "template"]),
        ({"router": None}, ["template"]),
        ({"router": {"route": {"http": {"refs": [{"name": "r"}]}}}}, ["template"]),
        ({"router": {"scheduler": {"pool": {"ref": {"name": "p"}}}}}, ["template"]),
        ({"router": None, "prefill": {}}, ["prefill-template", "decode-template"]),
        ({"router": None, "prefill": DATA}, ["prefill-worker-data-parallel", "decode-template"]),
        ({"router": None, **DATA}, ["worker-data-parallel"]),
        ({"router": None, **PIPELINE}, ["worker-pipeline-parallel"]),
        ({"router": None, "prefill": PIPELINE, **DATA},
         ["prefill-worker-pipeline-parallel", "decode-worker-data-parallel"]),
        ({"router": None, "tracing": {}}, ["tracing", "template"]),
    ],
)  # fmt: skip
def test_the_presets_of_a_spec(spec: dict[str, Any], wanted: list[str]) -> None:
    assert names(**spec) == wanted


def test_a_controller_that_was_told_another_prefix() -> None:
    assert asked({}, "v1-") == [("v1-config-llm-template", "one node for each server")]


def test_what_its_bases_say_decides_too() -> None:
    bases: list[dict[str, Any]] = [
        {"prefill": {"replicas": 1}},
        {"router": {"scheduler": {"pool": {"ref": {"name": "p"}}}}},
    ]
    said = laid(service()["spec"], bases)
    assert said["router"]["route"] == {} and said["replicas"] == 2
    assert [why for _, why in asked(said, "")] == ["router.route", "prefill", "prefill"]


def test_they_are_those_that_the_release_brings() -> None:
    known = set(capabilities.contract("kserve", "v0.20.0")["presets"].values())
    specs: list[dict[str, Any]] = [{}, {"prefill": {}}, DATA, {"prefill": DATA, **DATA}, {"tracing": {}}]
    found = {name for spec in specs for name, _ in asked(service(**spec)["spec"], "kserve-")}
    assert found <= known and len(known - found) == 1, "the latency predictor's"
