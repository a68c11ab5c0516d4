"""A DynamoGraphDeployment of anybody's, read back into values: both versions of its API say the same."""

from __future__ import annotations

from typing import Any

import yaml

from wellit import source
from wellit.inputs import manifests, readback
from wellit.seen.graph import graphs
from wellit.subject import Release, Subject

IMAGE = "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"
WORDS = ["--model-path", "Qwen/Qwen3-0.6B", "--page-size", "16"]


def alpha(**services: Any) -> dict[str, Any]:
    return {
        "apiVersion": "nvidia.com/v1alpha1",
        "kind": "DynamoGraphDeployment",
        "metadata": {"name": "sglang-disagg", "namespace": "models"},
        "spec": {"backendFramework": "sglang", "envs": [{"name": "A", "value": "1"}], "services": services},
    }


def beta(*components: Any) -> dict[str, Any]:
    return {
        "apiVersion": "nvidia.com/v1beta1",
        "kind": "DynamoGraphDeployment",
        "metadata": {"name": "sglang-disagg", "namespace": "models"},
        "spec": {"backendFramework": "sglang", "env": [{"name": "A", "value": "1"}], "components": list(components)},
    }


def read(*objects: Any) -> Release:
    text = "---\n".join(yaml.safe_dump(one, sort_keys=False) for one in objects)
    (release,) = readback.releases(list(manifests.objects(source.parse_all(text, "graph.yaml"), "graph.yaml")))
    return release


OLD = alpha(
    Frontend={"componentType": "frontend", "replicas": 1, "extraPodSpec": {"mainContainer": {"image": IMAGE}}},
    prefill={
        "componentType": "worker",
        "subComponentType": "prefill",
        "replicas": 2,
        "envFromSecret": "hf-token-secret",
        "envs": [{"name": "B", "value": "2"}],
        "multinode": {"nodeCount": 2},
        "resources": {
            "limits": {"gpu": "4", "cpu": "8", "memory": "64Gi"},
            "requests": {"custom": {"ephemeral-storage": "2Gi"}},
        },
        "sharedMemory": {"size": "16Gi"},
        "livenessProbe": {"httpGet": {"path": "/live", "port": "system"}},
        "scalingAdapter": {"enabled": True},
        "extraPodSpec": {
            "hostNetwork": True,
            "mainContainer": {
                "image": IMAGE,
                "workingDir": "/workspace",
                "command": ["python3"],
                "args": ["-m", "dynamo.sglang", *WORDS],
            },
        },
    },
)
NEW = beta(
    {"name": "Frontend", "type": "frontend", "replicas": 1,
     "podTemplate": {"spec": {"containers": [{"name": "main", "image": IMAGE}]}}},
    {
        "name": "prefill",
        "type": "prefill",
        "replicas": 2,
        "multinode": {"nodeCount": 2},
        "sharedMemorySize": "16Gi",
        "scalingAdapter": {"enabled": True},
        "podTemplate": {"spec": {"hostNetwork": True, "containers": [{
            "name": "main",
            "image": IMAGE,
            "workingDir": "/workspace",
            "command": ["python3"],
            "args": ["-m", "dynamo.sglang", *WORDS],
            "env": [{"name": "B", "value": "2"}],
            "envFrom": [{"secretRef": {"name": "hf-token-secret"}}],
            "livenessProbe": {"httpGet": {"path": "/live", "port": "system"}},
            "resources": {
                "limits": {"nvidia.com/gpu": "4", "cpu": "8", "memory": "64Gi"},
                "requests": {"ephemeral-storage": "2Gi"},
            },
        }]}},
    },
)  # fmt: skip


def test_both_versions_are_the_same_values() -> None:
    old, new = read(OLD), read(NEW)
    assert {**old.values, "api": ""} == {**new.values, "api": ""}
    assert old.values == {
        "api": "v1alpha1",
        "name": "sglang-disagg",
        "framework": "sglang",
        "env": [{"name": "A", "value": "1"}],
        "components": {
            "Frontend": {"type": "frontend", "role": "", "replicas": 1, "image": IMAGE},
            "prefill": {
                "type": "worker",
                "role": "prefill",
                "replicas": 2,
                "nodes": 2,
                "image": IMAGE,
                "command": ["python3"],
                "args": ["-m", "dynamo.sglang", *WORDS],
                "workingDir": "/workspace",
                "env": [{"name": "B", "value": "2"}],
                "secret": "hf-token-secret",
                "gpus": 4,
                "resources": {"cpu": "8", "memory": "64Gi", "ephemeral-storage": "2Gi"},
                "sharedMemory": "16Gi",
                "pod": {"hostNetwork": True},
                "container": {"livenessProbe": {"httpGet": {"path": "/live", "port": "system"}}},
                "more": {"scalingAdapter": {"enabled": True}},
            },
        },
    }


def test_the_release_and_its_place_are_the_object_s() -> None:
    release = read(OLD)
    assert (release.name, release.chart, release.version, release.namespace) == (
        "sglang-disagg", "dynamo", "1.3.1", "models",
    )  # fmt: skip
    page = release.root.at("components", "prefill", "args", 5)
    at = page.owner.locate(page.keys)
    assert (at.file, at.text.strip()) == ("graph.yaml", "- '16'")
    assert page.owner.path(page.keys)[-3:] == ("mainContainer", "args", 5)
    gpus = release.root.at("components", "prefill", "gpus")
    assert gpus.owner.path(gpus.keys)[-2:] == ("limits", "gpu")


def test_what_is_not_written_is_where_it_would_be() -> None:
    release = read(beta({"name": "decode", "type": "worker"}))
    image = release.root.at("components", "decode", "image")
    assert not image.written and image.owner.locate(image.keys).line > 0


def test_the_graph_is_seen_as_one_of_the_chart_s() -> None:
    (graph,) = graphs(Subject((read(NEW),)))
    (worker,) = graph.workers
    assert (worker.module, worker.role, worker.mode, worker.gpus, worker.nodes) == (
        "dynamo.sglang",
        "prefill",
        "",
        4,
        2,
    )
    assert worker.engine and worker.engine.name == "sglang"
    said = worker.given("pageSize")
    assert said and said.number == 16
    assert list(worker.environment) == ["A", "B"]


def test_the_release_of_dynamo_is_what_is_said_or_an_image_s() -> None:
    def of(image: str, **more: Any) -> str:
        main = {"name": "main", "image": image}
        return read(
            beta({"name": "a", "type": "worker", "podTemplate": {"spec": {"containers": [main]}}} | more)
        ).version

    assert of(IMAGE) == "1.3.1"
    assert of("nvcr.io/nvidia/ai-dynamo/sglang-runtime:0.8.1-cuda13") == "0.8.1"
    assert of("registry.example/worker:7", runtimeVersionOverride="1.4.2") == "1.4.2"
    assert of("registry.example/worker:7") == "1.6.1"


def test_other_gpus_and_other_ways_to_ask_for_them() -> None:
    old = alpha(a={"componentType": "worker", "resources": {"limits": {"gpu": "2", "gpuType": "gpu.intel.com/xe"}}})
    assert read(old).values["components"]["a"]["gpus"] == 2
    main = {"name": "main", "resources": {"limits": {"gpu.intel.com/xe": 1}, "claims": [{"name": "gpu"}]}}
    new = read(beta({"name": "a", "type": "worker", "podTemplate": {"spec": {"containers": [main]}}}))
    assert new.values["components"]["a"]["gpus"] == 1
    assert new.values["components"]["a"]["more"] == {"claims": [{"name": "gpu"}]}


def test_other_containers_stay_with_the_pod() -> None:
    spec = {"containers": [{"name": "log", "image": "log:1"}, {"name": "main", "image": IMAGE}]}
    release = read(beta({"name": "a", "type": "worker", "podTemplate": {"spec": spec}}))
    assert release.values["components"]["a"]["pod"] == {"containers": [{"name": "log", "image": "log:1"}]}
    assert release.values["components"]["a"]["image"] == IMAGE


def test_anything_may_stand_anywhere() -> None:
    odd: tuple[Any, ...] = (
        None, [], "x", {"components": "x"}, {"components": [None, 1, {"name": ["x"]}]}, {"services": ["x"]},
        {"services": {"a": None, "b": {"extraPodSpec": [1], "envs": "x", "multinode": 2}}},
    )  # fmt: skip
    for spec in odd:
        graph = {"apiVersion": "nvidia.com/v1beta1", "kind": "DynamoGraphDeployment", "metadata": None, "spec": spec}
        release = read(graph)
        assert release.chart == "dynamo" and list(graphs(Subject((release,))))


def test_two_components_of_one_name_are_both_kept() -> None:
    assert list(read(beta({"name": "a"}, {"name": "a"}, {})).values["components"]) == ["a", "a (2)", "component 3"]
