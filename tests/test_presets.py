"""Which presets a spec asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.llmisvc import service
from wellit import capabilities
from wellit.seen.presets import asked
from wellit.seen.service import of_object

NEWEST = capabilities.contract("kserve", capabilities.versions("kserve")[-1])
WORKER: dict[str, Any] = {"containers": []}
DATA = {"worker": WORKER, "parallelism": {"data": 4, "dataLocal": 2}}
PIPELINE = {"worker": WORKER, "parallelism": {"pipeline": 2}}


def names(**spec: Any) -> list[str]:
    return [name.removeprefix("kserve-config-llm-") for name, _ in asked(NEWEST, service(**spec)["spec"])]


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


def test_what_its_bases_say_decides_too() -> None:
    bases: dict[str, dict[str, Any]] = {
        "apart": {"spec": {"prefill": {"replicas": 1}}},
        "own-pool": {"spec": {"router": {"scheduler": {"pool": {"ref": {"name": "p"}}}}}},
    }
    said = of_object(service(baseRefs=[{"name": name} for name in bases]), "ns", bases).asked
    assert said["router"]["route"] == {} and said["replicas"] == 2
    assert [why for _, why in asked(NEWEST, said)] == ["router.route", "prefill", "prefill"]


def test_they_are_those_that_the_release_brings() -> None:
    known = set(NEWEST["presets"].values())
    specs: list[dict[str, Any]] = [{}, {"prefill": {}}, DATA, {"prefill": DATA, **DATA}, {"tracing": {}}]
    found = {name for spec in specs for name, _ in asked(NEWEST, service(**spec)["spec"])}
    assert found <= known and len(known - found) == 1, "the latency predictor's"
