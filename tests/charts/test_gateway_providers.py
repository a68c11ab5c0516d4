"""Gateways that are not Istio's: agentgateway under both of its names, the older kgateway, and Google's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
NAME = "infra-x-inference-gateway"
GKE = "gke-l7-regional-external-managed"
RESOURCES = {"limits": {"cpu": "16"}, "requests": {"cpu": "100m", "memory": "128Mi"}}
LOCKED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


@pytest.mark.parametrize("provider", ["agentgateway", "kgateway"])
@pytest.mark.parametrize("written", [{}, {"gatewayClassName": "agentgateway"}, {"gatewayClassName": "kgateway"}])
def test_agentgateway_by_either_name(gateway: Chart, provider: str, written: dict[str, str]) -> None:
    answer = gateway.render({"gateway": {"provider": provider, **written}}, NEW)
    assert answer.names == {f"Gateway/{NAME}", f"AgentgatewayParameters/{NAME}"}
    spec = answer.only("Gateway")["spec"]
    assert spec["gatewayClassName"] == "agentgateway"
    assert spec["infrastructure"]["parametersRef"] == {
        "group": "agentgateway.dev", "kind": "AgentgatewayParameters", "name": NAME,
    }  # fmt: skip


def test_all_that_agentgateway_takes(gateway: Chart) -> None:
    own: dict[str, Any] = {
        "env": [{"name": "A", "value": "b"}],
        "rawConfig": {"config": {"a": "b"}},
        "shutdown": {"min": 1, "max": 2},
        "istio": {"caAddress": "istiod.istio-system"},
    }
    parameters = {"logLevel": "debug", "resources": {"limits": {"cpu": "16", "memory": None}}, "agentgateway": own}
    service = {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}
    values = {"provider": "agentgateway", "gatewayParameters": parameters, "service": service}
    answer = gateway.render({"gateway": values}, NEW)[f"AgentgatewayParameters/{NAME}"]
    assert answer["apiVersion"] == "agentgateway.dev/v1alpha1"
    assert answer["spec"] == own | {
        "logging": {"level": "debug"},
        "resources": RESOURCES,
        "service": {"metadata": {"labels": {"gateway": "custom"}}, "spec": service},
    }


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "LoadBalancer"),
        ({"exposure": {"type": "internal"}}, "ClusterIP"),
        ({"exposure": {"type": "internal"}, "service": {"type": "NodePort"}}, "NodePort"),
    ],
)
def test_who_may_reach_agentgateway(gateway: Chart, more: dict[str, Any], expected: str) -> None:
    answer = gateway.render({"gateway": {"provider": "agentgateway", **more}}, NEW)
    assert answer.only("AgentgatewayParameters")["spec"]["service"]["spec"] == {"type": expected}


@pytest.mark.parametrize(
    ("train", "values"), [(OLD, {"gatewayClassName": "kgateway"}), (NEW, {"provider": "agentgateway"})]
)
def test_without_parameters_the_gateway_is_alone(gateway: Chart, train: str, values: dict[str, Any]) -> None:
    answer = gateway.render({"gateway": values | {"gatewayParameters": {"enabled": False}}}, train)
    assert answer.names == {f"Gateway/{NAME}"}
    assert "infrastructure" not in answer.only("Gateway")["spec"]


def test_the_older_kgateway(gateway: Chart) -> None:
    parameters = {"logLevel": "debug", "resources": {"limits": {"cpu": "16", "memory": None}}}
    service = {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}
    values = {"gatewayClassName": "kgateway", "gatewayParameters": parameters, "service": service}
    answer = gateway.render({"gateway": values}, OLD)
    reference = answer.only("Gateway")["spec"]["infrastructure"]["parametersRef"]
    assert reference == {"group": "gateway.kgateway.dev", "kind": "GatewayParameters", "name": NAME}
    assert answer.only("GatewayParameters")["apiVersion"] == "gateway.kgateway.dev/v1alpha1"
    custom = {"extraLabels": {"gateway": "custom"}}
    levels = {"upstream": "debug", "http": "debug", "connection": "debug"}
    assert answer.only("GatewayParameters")["spec"] == {
        "kube": {
            "floatingUserId": True,
            "envoyContainer": {
                "securityContext": LOCKED | {"runAsNonRoot": True},
                "bootstrap": {"logLevel": "warn", "componentLogLevels": levels},
                "resources": RESOURCES,
            },
            "sdsContainer": {"securityContext": LOCKED},
            "podTemplate": custom,
            "service": service | custom,
        }
    }


def test_the_older_train_knows_no_agentgateway(gateway: Chart) -> None:
    error = gateway.render({"gateway": {"gatewayClassName": "agentgateway"}}, OLD).error
    assert '"agentgateway" is not documented by llm-d-infra v1.3.4' in error


@pytest.mark.parametrize(
    ("train", "values"),
    [
        (OLD, {"gatewayClassName": GKE}),
        (NEW, {"provider": GKE}),
        (NEW, {"provider": GKE, "gatewayClassName": GKE}),
        (NEW, {"provider": "", "gatewayClassName": GKE}),
    ],
)
def test_googles_gateway_needs_nothing_beside_it(gateway: Chart, train: str, values: dict[str, str]) -> None:
    answer = gateway.render({"gateway": values | {"annotations": {"a": "b"}, "service": {"type": "ClusterIP"}}}, train)
    assert answer.names == {f"Gateway/{NAME}"}
    made = answer.only("Gateway")
    assert made["spec"]["gatewayClassName"] == GKE
    assert made["metadata"]["annotations"] == {"a": "b"}
    assert not [label for label in made["metadata"]["labels"] if label.startswith("istio.io/")]


def test_another_of_googles_classes(gateway: Chart) -> None:
    values = {"provider": GKE, "gatewayClassName": "gke-l7-rilb"}
    assert gateway.render({"gateway": values}, NEW).only("Gateway")["spec"]["gatewayClassName"] == "gke-l7-rilb"
