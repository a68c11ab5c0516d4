"""What KServe needs of a cluster: first what the gateway needs, then its charts by release, in order."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from wellit import compose, prerequisites
from wellit.access import Missing, Unread
from wellit.carriers import Carrier, Carriers
from wellit.compose import Choice, Stack
from wellit.demand import Kind
from wellit.prerequisites import Charted, Defined, Installed, Judged, Seen

KIND = Kind("serving.kserve.io/", "LLMInferenceService")
RESOURCES, PRESETS = "kserve-llmisvc-resources", "kserve-runtime-configs"
POOLS = "inferencepools.inference.networking.k8s.io"


@cache
def stack(train: str = "kserve-0.20") -> Stack:
    return compose.compose(Choice("llm-inference-service", "kserve", "ns", {"versions": train}, "small"))


def judged(train: str = "kserve-0.20", **about: Any) -> dict[str, Judged]:
    bare: dict[str, Any] = {"definitions": {}, "releases": {}, "carriers": {KIND: Carriers(())}}
    bare["gateway_class"] = Missing()
    found = prerequisites.judge(prerequisites.steps(stack(train)), Seen("c", "--context c", **(bare | about)), "istio")
    return {one.step.release if isinstance(one.step, Charted) else one.step.title: one for one in found}


@pytest.mark.parametrize(
    ("train", "wanted"),
    [
        ("kserve-0.16", ["lws 0.6.2", "llmisvc-crd v0.16.0", "llmisvc-resources v0.16.0"]),
        ("kserve-0.17", ["lws 0.7.0", "kserve-llmisvc-crd v0.17", f"{RESOURCES} v0.17", f"{PRESETS} v0.17"]),
        ("kserve-0.20", ["lws 0.8.0", "kserve-llmisvc-crd v0.20.0", f"{RESOURCES} v0.20.0", f"{PRESETS} v0.20.0"]),
    ],
)
def test_the_gateways_steps_come_first_and_then_the_charts_of_the_release(train: str, wanted: list[str]) -> None:
    steps = prerequisites.steps(stack(train))
    charts = [step for step in steps if isinstance(step, Charted)]
    assert [step.release for step in charts[:3]] == ["istio-base", "istiod", "cert-manager"]
    assert not isinstance(steps[0], Charted), "definitions before what looks for them"
    for step, words in zip(charts[3:], wanted, strict=True):
        assert f"{step.release} {step.version}".startswith(words)
    named = [step.title for step in steps if not isinstance(step, Charted)]
    assert any("inference extension" in title for title in named) is (train == "kserve-0.16")


def test_each_step_has_its_command_and_charts_come_from_a_registry() -> None:
    found = judged()
    assert all(one.todo and one.check.fix for one in found.values())
    assert found[PRESETS].check.fix == (
        "helm --kube-context c upgrade --install kserve-runtime-configs "
        "oci://ghcr.io/kserve/charts/kserve-runtime-configs --version v0.20.0 --namespace kserve --create-namespace "
        "--wait --set kserve.llmisvcConfigs.enabled=true"
    )
    assert found[RESOURCES].check.detail == (
        "it is not there; it brings the definitions of Gateway API inference extension as well"
    )


def test_presets_are_not_taken_to_be_there_because_the_gateway_is() -> None:
    assert judged(gateway_class=True)[PRESETS].todo
    assert judged(gateway_class=True)["istiod"].check.status == "warn"


@pytest.mark.parametrize(("mark", "status"), [(True, "warn"), (Unread("get llminferenceserviceconfigs"), "unknown")])
def test_presets_that_somebody_else_applied(mark: Any, status: str) -> None:
    one = judged(marks={PRESETS: mark})[PRESETS]
    assert (one.todo, one.check.status) == (False, status)


def test_definitions_that_are_there_are_taken_over_but_for_newer_ones() -> None:
    one = judged(definitions={POOLS: Defined("v1.4.0")})[RESOURCES]
    assert one.todo and "takes over 1 definitions of Gateway API inference extension" in one.check.detail
    assert "--take-ownership --force-conflicts" in one.check.fix
    newer = judged(definitions={POOLS: Defined("v1.9.0")})[RESOURCES]
    assert not newer.todo and newer.check.status == "fail"
    assert "over those of v1.9.0, which are newer" in newer.check.detail
    assert newer.check.fix.endswith(" --set kserve.llmisvc.createGIECRDs=false")


def test_one_controller_for_a_cluster() -> None:
    running = Carriers((Carrier("llmisvc-controller-manager", "elsewhere", True, "v0.19.0"),))
    one = judged(carriers={KIND: running})[RESOURCES]
    assert not one.todo and "v0.19.0 in elsewhere: left alone" in one.check.detail
    releases: dict[str, Installed | Missing | Unread] = {RESOURCES: Installed("deployed", "v0.17.0")}
    older = judged(releases=releases)[RESOURCES]
    assert older.todo and older.check.detail == "it is v0.17.0, older"


def test_in_a_sandbox_its_controller_is_a_process() -> None:
    there = Carriers((), beside="KServe v0.20.0, a process of the sandbox")
    found = judged(sandbox=True, carriers={KIND: there})
    assert found[RESOURCES].check.detail == (
        "in a sandbox no chart is fetched; KServe v0.20.0, a process of the sandbox"
    )
    assert {one.check.status for name, one in found.items() if not name.startswith("the ")} == {"skip"}
    assert "API server has been given" in found["lws"].check.detail
    assert "its gateway is simulated" in found["istiod"].check.detail
