"""What does not go with an LLMInferenceService, in words: engines, runtimes, releases, and a role without servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from wellit import capabilities, catalogue, cells, choices, compose
from wellit.cells import Cell, charts
from wellit.compose import Choice

GUIDE = "llm-inference-service"


def refused(environment: str, sets: Sequence[str] = (), **components: str) -> tuple[str, str, str]:
    """What is said against a stack: the message, why, and what to write."""
    (finding,) = choices.refused(compose.compose(Choice(GUIDE, environment, components=components, sets=tuple(sets))))
    return finding.message, finding.why, finding.write


@pytest.mark.parametrize("engine", ["sim", "trtllm"])
def test_an_engine_without_a_word_of_kserve_is_refused_with_those_that_have_one(engine: str) -> None:
    message, why, write = refused("kserve", engine=engine)
    assert "needs an engine that is started by KServe LLMInferenceService" in message
    assert why == catalogue.component_data("engine", engine)["lacks"]["kserve"]
    assert write == "--engine sglang or --engine vllm"


@pytest.mark.parametrize("train", ["kserve-0.16", "kserve-0.17", "kserve-0.20"])
def test_a_runtime_that_a_release_does_not_know_is_refused_since_it_would_start_vllm(train: str) -> None:
    release = catalogue.component_data("versions", train)["charts"]["kserve"]["version"]
    message, why, write = refused("kserve-sglang", ["runtime=kserve-llm-sglang"], versions=train)
    assert message == f"kserve {release} knows no runtime kserve-llm-sglang"
    assert "starts vLLM" in why and write == "null"


def test_a_runtime_that_a_release_knows_is_taken_by_the_data_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = capabilities.contract

    def knows(chart: str, version: str) -> dict[str, Any]:
        return {**real(chart, version), "runtimes": ("kserve-llm-sglang",)} if chart == "kserve" else {}

    monkeypatch.setattr(capabilities, "contract", knows)
    train = catalogue.component_data("versions", "kserve-0.20")
    assert not list(charts.runtime(train, {"runtime": "kserve-llm-sglang"}))
    (no,) = charts.runtime(train, {"runtime": "kserve-llm-sgl"})
    assert no.write == "kserve-llm-sglang"


@pytest.mark.parametrize(
    ("environment", "replicas", "write"),
    [
        ("kserve-pd", 0, "-e kserve"),
        ("kserve-sglang-pd", 0, "-e kserve-sglang"),
        ("kserve", 1, "-e kserve-pd"),
        ("kserve-sglang", 1, "-e kserve-sglang-pd"),
    ],
)
def test_an_environment_that_is_told_to_be_another_is_refused(environment: str, replicas: int, write: str) -> None:
    assert refused(environment, [f"prefill.replicas={replicas}"])[2] == write


@pytest.mark.parametrize(
    ("environment", "sets", "why", "write"),
    [
        ("kserve-sglang-pd", [], "does not speak SGLang's protocol", "--versions kserve-0.17"),
        ("kserve", ["scheduler.config={ref: {name: mine}}"], "came with KServe 0.17", "--set scheduler.config=null"),
        ("kserve", ["scheduler.replicas=2"], "came with KServe 0.17", "--set scheduler.replicas=1"),
    ],
)
def test_what_came_later_than_the_first_release_is_refused_there(
    environment: str, sets: list[str], why: str, write: str
) -> None:
    message, because, told = refused(environment, sets, versions="kserve-0.16")
    assert "kserve-0.16" in message and why in because and told == write


def test_what_is_refused_for_the_first_release_is_what_its_data_lack() -> None:
    first, next_ = (capabilities.contract("kserve", version) for version in ("v0.16.0", "v0.17.0"))
    proxies = [capabilities.routing_proxy(one["sidecar"]["image"]) for one in (first, next_)]
    assert ["sglang" in one["connectors"] for one in proxies if one] == [False, True]
    assert (first["picker"]["splits"], next_["picker"]["splits"]) == ("long", "all")
    assert (first["schedulerFields"], next_["schedulerFields"]) == ((), ("config", "replicas"))


def test_a_gateway_that_does_not_take_kserve_s_route_is_refused() -> None:
    route = catalogue.component_data("gateway", "gke")["route"]
    assert (route["port"], route["timeouts"]) == (False, {})
    message, why, write = refused("kserve", gateway="gke")
    assert "is refused with gke" in message and "names a port and timeouts" in why and write == "--gateway istio"


def test_every_other_cell_of_the_trains_goes() -> None:
    guide = catalogue.guide_source(GUIDE)
    taken = {str(cell) for cell in cells.cells(guide) if cells.refusal(guide, cell) is None}
    wanted = {
        str(Cell((engine,), gateway, accelerator, train))
        for engine in ("sglang", "vllm")
        for gateway in ("agentgateway", "istio", "kgateway", "none")
        for accelerator in ("amd", "nvidia")
        for train in ("kserve-0.16", "kserve-0.17", "kserve-0.20")
    }
    assert wanted == taken
