"""Accelerators of the offline modelservice chart: what each type asks for, brings along, and how many."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values
from tests.charts.values import vllm

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
DECODE = "Deployment/ms-x-llm-d-modelservice-decode"
PREFILL = "Deployment/ms-x-llm-d-modelservice-prefill"
RESOURCES = {
    "nvidia": "nvidia.com/gpu",
    "amd": "amd.com/gpu",
    "intel-i915": "gpu.intel.com/i915",
    "intel-xe": "gpu.intel.com/xe",
    "intel-gaudi": "habana.ai/gaudi",
    "google": "google.com/tpu",
    "cpu": None,
}
SPAWN = {"VLLM_WORKER_MULTIPROC_METHOD": "spawn"}
I915 = {"VLLM_USE_V1": "1", "TORCH_LLM_ALLREDUCE": "1", **SPAWN}
ALWAYS = {"DP_SIZE", "TP_SIZE", "DP_SIZE_LOCAL", "HF_HOME", "HF_TOKEN"}


def two_roles(**container: Any) -> Values:
    values = vllm(**container)
    values["prefill"] = {"create": True, "parallelism": {"tensor": 4}, "containers": values["decode"]["containers"]}
    return values


def engine(deployment: Any) -> Any:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return container


def asked(deployment: Any) -> dict[str, Any]:
    resources = engine(deployment)["resources"]
    assert resources["limits"] == resources["requests"]
    return dict(resources["limits"])


@pytest.mark.parametrize("kind", RESOURCES)
def test_each_role_asks_for_its_own_number(modelservice: Chart, train: str, kind: str) -> None:
    answer = modelservice.render(two_roles() | {"accelerator": {"type": kind}}, train)
    resource = RESOURCES[kind]
    assert asked(answer[DECODE]) == ({resource: "2"} if resource else {})
    assert asked(answer[PREFILL]) == ({resource: "4"} if resource else {})


@pytest.mark.parametrize("kind", RESOURCES)
def test_what_each_type_brings_into_the_environment(modelservice: Chart, train: str, kind: str) -> None:
    answer = modelservice.render(two_roles() | {"accelerator": {"type": kind}}, train)
    brings = {"intel-i915": I915} | ({"intel-xe": SPAWN} if train == NEW else {})
    for role in (DECODE, PREFILL):
        env = {entry["name"]: entry.get("value") for entry in engine(answer[role])["env"]}
        assert {name: value for name, value in env.items() if name not in ALWAYS} == brings.get(kind, {})


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_simulated_engine_asks_for_no_device(modelservice: Chart, train: str, kind: str) -> None:
    values = two_roles(image="ghcr.io/llm-d/llm-d-inference-sim:v0.8.2", modelCommand="imageDefault")
    answer = modelservice.render(values | {"accelerator": {"type": kind}}, train)
    assert (asked(answer[DECODE]), asked(answer[PREFILL])) == ({}, {})


@pytest.mark.parametrize(
    ("parallelism", "gpus", "flags"),
    [
        ({"data": 4, "dataLocal": 4}, "4", ["--data-parallel-size", "4", "--data-parallel-size-local", "4"]),
        (
            {"tensor": 2, "data": 8, "dataLocal": 4},
            "8",
            ["--tensor-parallel-size", "2", "--data-parallel-size", "8", "--data-parallel-size-local", "4"],
        ),
        ({"workers": 2}, "1", []),
        ({"tensor": 0}, "1", []),
        ({}, "1", []),
    ],
)
def test_data_parallel_on_both_versions(
    modelservice: Chart, train: str, parallelism: dict[str, int], gpus: str, flags: list[str]
) -> None:
    values = vllm()
    values["decode"]["parallelism"] = parallelism
    deployment = modelservice.render(values, train)[DECODE]
    assert asked(deployment) == {"nvidia.com/gpu": gpus}
    arguments = engine(deployment)["args"]
    assert arguments[3 : arguments.index("--served-model-name")] == flags


@pytest.mark.parametrize(
    ("train", "data", "flags"),
    [
        (OLD, "4", ["--data-parallel-size", "4", "--data-parallel-size-local", "4"]),
        (NEW, "1", ["--data-parallel-size-local", "4"]),
    ],
)
def test_data_local_alone(modelservice: Chart, train: str, data: str, flags: list[str]) -> None:
    values = vllm()
    values["decode"]["parallelism"] = {"dataLocal": 4}
    container = engine(modelservice.render(values, train)[DECODE])
    assert container["args"][3:-2] == flags
    env = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert (env["DP_SIZE"], env["DP_SIZE_LOCAL"], env["TP_SIZE"]) == (data, "4", "1")


def test_a_role_with_an_accelerator_of_its_own(modelservice: Chart) -> None:
    values = two_roles(resources={"limits": {"amd.com/gpu": 3}})
    values["decode"]["accelerator"] = {"type": "amd"}
    decode, prefill = (modelservice.render(values, NEW)[role] for role in (DECODE, PREFILL))
    assert engine(decode)["resources"]["limits"] == {"amd.com/gpu": 3}
    assert engine(prefill)["resources"]["requests"] == {"nvidia.com/gpu": "4"}
    assert "annotations" not in decode["metadata"]  # upstream compares with the accelerator of all


@pytest.mark.parametrize("kind", ["nvidia", "amd", "cpu"])
def test_environment_only_for_the_types_that_upstream_lists(modelservice: Chart, train: str, kind: str) -> None:
    values = vllm() | {"accelerator": {"type": kind, "env": {kind: [{"name": "A", "value": "b"}]}}}
    said = f"at '/accelerator/env': additional properties '{kind}' not allowed"
    assert said in modelservice.render(values, train).error
