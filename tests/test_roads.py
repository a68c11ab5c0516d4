"""How an engine gets all that llm-d has: what is said of each road holds today, and on the day that it changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.test_sglang_serve import ENTRY, MADE_UP, NEWEST
from wellit import catalogue, paths, roads, support, ways
from wellit.roads import Road

CHART = "llm-d-modelservice"


def by(engine: str) -> dict[str, Road]:
    return {road.title: road for road in roads.roads(engine)}


def test_who_asks_for_a_road_is_whom_the_charts_carry_in_part() -> None:
    assert roads.wanting() == ["sglang", "trtllm"]


def test_the_roads_of_sglang_each_have_a_command_and_references() -> None:
    found = roads.roads("sglang")
    assert [road.beside for road in found].index(True) == len(found) - 1
    for road in found:
        assert road.words and road.references and road.now
        assert road.lacks or road.word == "full"


def test_a_chart_that_does_not_start_it_is_said_with_the_line_that_would_switch_it_on() -> None:
    road = by("sglang")["a chart that starts it by itself"]
    assert road.word == "part"
    assert f"no release of {CHART} up to {NEWEST} has sglangServe" in road.now
    assert "a line sglangServe in schemas/capabilities/llm-d-modelservice.yaml" in road.now
    assert road.now.endswith("until then custom: python3 -m sglang.launch_server")
    assert "P/D" in road.works
    assert by("vllm")["a chart that starts it by itself"].word == "full"
    assert "custom takes the place of one" in by("trtllm")["a chart that starts it by itself"].now


@pytest.mark.parametrize("in_train", [False, True])
def test_the_day_a_chart_starts_it(in_train: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line of capability data; full once the train has that release."""
    for file in paths.CAPABILITIES.glob("*.yaml"):
        text = file.read_text()
        if file.stem == CHART:
            text = text.replace(f" {NEWEST}]\n", f" {NEWEST}, {MADE_UP}]\n").rstrip("\n") + ENTRY
        (tmp_path / file.name).write_text(text)
    monkeypatch.setattr(paths, "CAPABILITIES", tmp_path)
    data = catalogue.component_data

    def trains(axis: str, name: str) -> Mapping[str, Any]:
        found = data(axis, name)
        if axis != "versions" or name != "llm-d-0.6" or not in_train:
            return found
        charts = data(axis, name)["charts"]
        return {**found, "charts": {**charts, "modelservice": {**charts["modelservice"], "version": MADE_UP}}}

    monkeypatch.setattr(catalogue, "component_data", trains)
    road = by("sglang")["a chart that starts it by itself"]
    if in_train:
        assert (road.word, road.now, road.lacks) == ("full", f"{CHART} {MADE_UP} has sglangServe", ())
    else:
        assert road.now == f"{CHART} has sglangServe from {MADE_UP} on, and no train here has that release"


def test_a_custom_resource_is_a_road_as_far_as_its_release_goes() -> None:
    road = by("sglang")["KServe's LLMInferenceService"]
    assert (road.word, road.command()) == ("part", "invoke install -g llm-inference-service -e kserve-sglang")
    assert road.lacks[0] == "a container of its own, kserve v0.20.0 has no runtime kserve-llm-sglang"
    assert "no worker: KServe's presets of several nodes start vLLM" in road.lacks
    assert "kserve/kserve#6250" in road.references
    assert by("vllm")["KServe's LLMInferenceService"].word == "full"
    refused = by("trtllm")["KServe's LLMInferenceService"]
    assert (refused.word, refused.words, refused.works) == ("none", "", ())


def test_the_day_a_release_has_a_runtime_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of data: it is no container of its own any more."""
    known = support.contract_of(ways.way("kserve"), "kserve-0.20")
    monkeypatch.setattr(support, "contract_of", lambda *_: {**known, "runtimes": ("kserve-llm-sglang",)})
    lacks = by("sglang")["KServe's LLMInferenceService"].lacks
    assert lacks and not any("container of its own" in lack for lack in lacks)


def test_an_image_that_nobody_has_looked_into_is_neither_yes_nor_no() -> None:
    road = by("sglang")["inside llm-d's own image"]
    assert (road.word, road.works) == ("not known", ())
    assert road.lacks[0] == "whether ghcr.io/llm-d/llm-d-cuda:v0.6.0 has SGLang in it, nobody has looked"
    assert road.command() == "invoke install -g inference-scheduling -e sglang --set build=llm-d"
    assert "inside llm-d's own image" not in by("trtllm")


def test_what_upstream_has_and_nothing_here_does_is_no_command() -> None:
    road = by("trtllm")["NVIDIA Dynamo"]
    assert (road.word, road.command(), road.beside) == ("none, upstream full", "", True)
    assert road.lacks == (support.data("trtllm")["lacks"]["dynamo"],)
