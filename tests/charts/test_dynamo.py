"""The dynamo chart: a graph written once, as both versions of Dynamo's API have it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values

IMAGE = "example.com/dynamo:1.3.1"
ARGS = ["--model-path", "a/b", "--page-size", "16"]
GRAPH: Values = {
    "api": "v1beta1",
    "framework": "sglang",
    "env": [{"name": "HF_HOME", "value": "/models"}],
    "components": {
        "Frontend": {"type": "frontend", "image": IMAGE, "env": [{"name": "DYN_ROUTER_MODE", "value": "kv"}]},
        "prefill": {
            "type": "worker", "role": "prefill", "replicas": 2, "nodes": 2, "image": IMAGE,
            "command": ["python3", "-m", "dynamo.sglang"], "args": ARGS, "workingDir": "/workspace",
            "secret": "hf-token-secret", "gpus": 4, "resources": {"cpu": "8", "memory": "64Gi", "rdma/ib": 1},
            "sharedMemory": "20Gi", "pod": {"nodeSelector": {"gpu": "h100"}},
            "container": {"readinessProbe": {"httpGet": {"path": "/health", "port": 9090}}},
        },
    },
}  # fmt: skip


def graph(dynamo: Chart, api: str, **more: Any) -> Any:
    return dynamo.render({**GRAPH, "api": api, **more}).only("DynamoGraphDeployment")


def test_v1beta1_lists_components_with_a_pod_s_template(dynamo: Chart) -> None:
    made = graph(dynamo, "v1beta1")
    assert made["apiVersion"] == "nvidia.com/v1beta1"
    assert (made["metadata"]["name"], made["metadata"]["namespace"]) == ("dynamo-x", "ns")
    frontend, prefill = made["spec"].pop("components")
    assert made["spec"] == {"backendFramework": "sglang", "env": [{"name": "HF_HOME", "value": "/models"}]}
    main: Values = {"name": "main", "image": IMAGE, "env": [{"name": "DYN_ROUTER_MODE", "value": "kv"}]}
    assert frontend == {
        "name": "Frontend", "type": "frontend", "replicas": 1, "podTemplate": {"spec": {"containers": [main]}},
    }  # fmt: skip
    asked = {"cpu": "8", "memory": "64Gi", "rdma/ib": "1", "nvidia.com/gpu": "4"}
    main = {
        "name": "main", "image": IMAGE, "command": ["python3", "-m", "dynamo.sglang"], "args": ARGS,
        "workingDir": "/workspace", "envFrom": [{"secretRef": {"name": "hf-token-secret"}}],
        "resources": {"limits": asked, "requests": asked},
        "readinessProbe": {"httpGet": {"path": "/health", "port": 9090}},
    }  # fmt: skip
    assert prefill == {
        "name": "prefill", "type": "prefill", "replicas": 2, "multinode": {"nodeCount": 2}, "sharedMemorySize": "20Gi",
        "podTemplate": {"spec": {"nodeSelector": {"gpu": "h100"}, "containers": [main]}},
    }  # fmt: skip


def test_v1alpha1_has_services_by_name_with_fields_of_its_own(dynamo: Chart) -> None:
    made = graph(dynamo, "v1alpha1")
    assert made["apiVersion"] == "nvidia.com/v1alpha1"
    services = made["spec"].pop("services")
    assert made["spec"] == {"backendFramework": "sglang", "envs": [{"name": "HF_HOME", "value": "/models"}]}
    assert services["Frontend"] == {
        "componentType": "frontend", "replicas": 1, "envs": [{"name": "DYN_ROUTER_MODE", "value": "kv"}],
        "extraPodSpec": {"mainContainer": {"image": IMAGE}},
    }  # fmt: skip
    asked = {"cpu": "8", "memory": "64Gi", "gpu": "4", "custom": {"rdma/ib": "1"}}
    assert services["prefill"] == {
        "componentType": "worker", "subComponentType": "prefill", "replicas": 2, "multinode": {"nodeCount": 2},
        "envFromSecret": "hf-token-secret", "resources": {"limits": asked, "requests": asked},
        "sharedMemory": {"size": "20Gi"},
        "extraPodSpec": {
            "nodeSelector": {"gpu": "h100"},
            "mainContainer": {
                "image": IMAGE, "command": ["python3", "-m", "dynamo.sglang"], "args": ARGS, "workingDir": "/workspace",
                "readinessProbe": {"httpGet": {"path": "/health", "port": 9090}},
            },
        },
    }  # fmt: skip


@pytest.mark.parametrize("api", ["v1alpha1", "v1beta1"])
def test_shared_memory_is_the_operator_s_own_unless_said(dynamo: Chart, api: str) -> None:
    def shared(**said: Any) -> Any:
        made = graph(dynamo, api, components={"w": {"type": "worker", "image": IMAGE, **said}})["spec"]
        one = made["services"]["w"] if api == "v1alpha1" else made["components"][0]
        return one.get("sharedMemory", one.get("sharedMemorySize"))

    assert shared() is None
    assert shared(sharedMemory="0") == {"v1alpha1": {"disabled": True}, "v1beta1": "0"}[api]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"api": "v1"}, "/api"),
        ({"components": {}}, "/components"),
        ({"components": {"a_b": {"type": "worker"}}}, "/components"),
        ({"components": {"w": {"type": "worker", "args": [16]}}}, "/components/w/args/0"),
        ({"components": {"w": {"type": "worker", "role": "both"}}}, "/components/w/role"),
        ({"components": {"w": {"replicas": 1}}}, "missing property 'type'"),
        ({"components": {"w": {"type": "worker", "gpu": 1}}}, "additional properties 'gpu' not allowed"),
        ({"services": {}}, "additional properties 'services' not allowed"),
    ],
)
def test_what_no_graph_has_is_refused(dynamo: Chart, values: Values, said: str) -> None:
    assert said in dynamo.render(GRAPH | values).error
