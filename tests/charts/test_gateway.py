"""The offline gateway chart makes the Gateway of the version it imitates, and no class that nobody reconciles."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.charts.chart import Chart

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
NAME = "infra-x-inference-gateway"
EXTPROC = "istio.io/enable-inference-extproc"
AGENT = {"provider": "agentgateway"}
GKE = "gke-l7-regional-external-managed"


def test_istio_is_the_default(gateway: Chart, train: str) -> None:
    answer = gateway.render({}, train)
    assert answer.names == {f"Gateway/{NAME}", f"ConfigMap/{NAME}", f"Telemetry/{NAME}-telemetry"}
    spec = answer[f"Gateway/{NAME}"]["spec"]
    assert spec["gatewayClassName"] == "istio"
    assert spec["infrastructure"]["parametersRef"] == {"group": "", "kind": "ConfigMap", "name": NAME}
    assert spec["listeners"] == [
        {"name": "default", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    ]


@pytest.mark.parametrize(("train", "version", "app"), [(OLD, "v1.3.4", "v0.3.0"), (NEW, "v1.4.0", "v0.4.0")])
def test_labels(gateway: Chart, train: str, version: str, app: str) -> None:
    labels = {
        "app.kubernetes.io/name": "llm-d-infra",
        "helm.sh/chart": f"llm-d-infra-{version}",
        "app.kubernetes.io/instance": "infra-x",
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/version": app,
        "app.kubernetes.io/gateway": NAME,
        "app.kubernetes.io/component": "inference-gateway",
    }
    answer = gateway.render({}, train)
    assert answer[f"Gateway/{NAME}"]["metadata"]["labels"] == labels | {EXTPROC: "true"}
    assert answer[f"ConfigMap/{NAME}"]["metadata"]["labels"] == labels


def test_name_is_cut_at_63(gateway: Chart, train: str) -> None:
    long = Chart("gateway", "infra-" + "x" * 44, gateway.folder)
    assert long.render({}, train).only("Gateway")["metadata"]["name"] == f"infra-{'x' * 44}-inference-ga"


def test_parameters_of_istio(gateway: Chart, train: str) -> None:
    service = {"type": "LoadBalancer", "ports": [{"port": 80}]}
    values = {"gateway": {"gatewayParameters": {"logLevel": "info"}, "service": service}}
    data = gateway.render(values, train)[f"ConfigMap/{NAME}"]["data"]
    (proxy,) = yaml.safe_load(data["deployment"])["spec"]["template"]["spec"]["containers"]
    assert proxy["name"] == "istio-proxy"
    assert proxy["args"][4:] == [
        "--proxyLogLevel", "info", "--proxyComponentLogLevel", "misc:info", "--log_output_level", "default:info",
    ]  # fmt: skip
    assert proxy["resources"]["limits"] == {"cpu": "2", "memory": "1Gi"}
    assert yaml.safe_load(data["service"]) == {"spec": service}


def test_service_is_inside_the_cluster_by_default(gateway: Chart, train: str) -> None:
    data = gateway.render({}, train)[f"ConfigMap/{NAME}"]["data"]
    assert yaml.safe_load(data["service"]) == {"spec": {"type": "ClusterIP"}}


@pytest.mark.parametrize(
    ("train", "parameters"), [(OLD, {"accessLogging": False}), (NEW, {"istio": {"accessLogging": False}})]
)
def test_access_log_off(gateway: Chart, train: str, parameters: dict[str, Any]) -> None:
    assert gateway.render({"gateway": {"gatewayParameters": parameters}}, train).names == {
        f"Gateway/{NAME}",
        f"ConfigMap/{NAME}",
    }


@pytest.mark.parametrize(
    ("train", "values", "class_name", "kind"),
    [
        (OLD, {"gatewayClassName": "kgateway"}, "kgateway", "GatewayParameters"),
        (NEW, {"provider": "kgateway"}, "agentgateway", "AgentgatewayParameters"),
        (NEW, AGENT, "agentgateway", "AgentgatewayParameters"),
        (NEW, {"provider": "", "gatewayClassName": "agentgateway-v2"}, "agentgateway", "AgentgatewayParameters"),
    ],
)
def test_classes_with_parameters_of_their_own(
    gateway: Chart, train: str, values: dict[str, str], class_name: str, kind: str
) -> None:
    answer = gateway.render({"gateway": values}, train)
    assert answer.names == {f"Gateway/{NAME}", f"{kind}/{NAME}"}
    spec = answer[f"Gateway/{NAME}"]["spec"]
    assert spec["gatewayClassName"] == class_name
    assert spec["infrastructure"]["parametersRef"]["kind"] == kind
    assert answer[f"{kind}/{NAME}"]["apiVersion"].startswith(spec["infrastructure"]["parametersRef"]["group"] + "/")
    assert EXTPROC not in answer[f"Gateway/{NAME}"]["metadata"]["labels"]


def test_agentgateway_is_reached_from_outside(gateway: Chart) -> None:
    spec = gateway.render({"gateway": AGENT}, NEW).only("AgentgatewayParameters")["spec"]
    assert spec["service"] == {"metadata": {"labels": {"gateway": "custom"}}, "spec": {"type": "LoadBalancer"}}
    assert spec["logging"] == {"level": "warn"}


@pytest.mark.parametrize("train, values", [(OLD, {}), (NEW, {"provider": GKE})])
def test_gke_needs_the_gateway_alone(gateway: Chart, train: str, values: dict[str, str]) -> None:
    answer = gateway.render({"gateway": {"gatewayClassName": GKE} | values}, train)
    assert answer.names == {f"Gateway/{NAME}"}
    assert "infrastructure" not in answer.only("Gateway")["spec"]


@pytest.mark.parametrize(
    ("train", "values", "message"),
    [
        (
            OLD,
            {"gatewayClassName": "isitio"},
            '"isitio" is not documented by llm-d-infra v1.3.4. Known classes are istio, kgateway',
        ),
        (
            NEW,
            {"gatewayClassName": "isitio"},
            'gateway.provider must be set when using custom gateway.gatewayClassName "isitio"',
        ),
        (
            NEW,
            {"provider": "", "gatewayClassName": "mine"},
            'gateway.provider must be set when using custom gateway.gatewayClassName "mine"',
        ),
        (
            NEW,
            {"gatewayClassName": "kgateway"},
            'is not a class of gateway.provider "istio": write gateway.provider: agentgateway',
        ),
        (NEW, {"provider": "nginx"}, 'unsupported gateway.provider "nginx"'),
        (
            NEW,
            {"provider": "istio", "gatewayClassName": "data-science-gateway-class"},
            "the offline chart does not render gateway class data-science-gateway-class",
        ),
        (OLD, {"provider": "istio"}, "at '/gateway': additional properties 'provider' not allowed"),
        (
            NEW,
            {"gatewayParameters": {"accessLogging": True}},
            "at '/gateway/gatewayParameters': additional properties 'accessLogging' not allowed",
        ),
        (
            OLD,
            {"service": {"loadBalancerClass": "a"}},
            "at '/gateway/service': additional properties 'loadBalancerClass' not allowed",
        ),
        (
            OLD,
            {"service": {"type": ""}},
            "at '/gateway/service/type': value must be one of 'LoadBalancer', 'ClusterIP', 'NodePort'",
        ),
        (NEW, {"service": {"type": "clusterip"}}, "at '/gateway/service/type': value must be one of"),
        (NEW, {"listeners": []}, "at '/gateway/listeners': minItems: got 0, want 1"),
        (NEW, {"listeners": [{"protocol": "HTTP"}]}, "at '/gateway/listeners/0': missing property 'port'"),
        (
            NEW,
            {"tls": {"referenceGrant": {"enabled": True}}},
            "the offline chart does not render gateway.tls.referenceGrant",
        ),
        (NEW, {"destinationRule": {"enabled": True, "host": ""}}, "destinationRule.host is required when enabled"),
    ],
)
def test_refused(gateway: Chart, train: str, values: dict[str, Any], message: str) -> None:
    assert message in gateway.render({"gateway": values}, train).error


def test_a_class_of_ones_own_needs_its_provider(gateway: Chart) -> None:
    answer = gateway.render({"gateway": {"provider": "istio", "gatewayClassName": "istio-internal"}}, NEW)
    assert answer.only("Gateway")["spec"]["gatewayClassName"] == "istio-internal"
    assert answer.only("Gateway")["metadata"]["labels"][EXTPROC] == "true"


def test_ingress_is_not_rendered(gateway: Chart, train: str) -> None:
    assert "the offline chart does not render ingress" in gateway.render({"ingress": {"enabled": True}}, train).error


def test_own_labels_and_more_objects(gateway: Chart, train: str) -> None:
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-extra"}}
    values = {"gateway": {"labels": {"team": "{{ .Release.Name }}"}, "annotations": {"a": "b"}}, "extraDeploy": [extra]}
    answer = gateway.render(values | {"commonLabels": {"all": "yes"}}, train)
    labels = answer.only("Gateway")["metadata"]["labels"]
    assert (labels["team"], labels["all"]) == ("infra-x", "yes")
    assert answer.only("Gateway")["metadata"]["annotations"] == {"a": "b"}
    assert "ConfigMap/infra-x-extra" in answer.names


def test_nothing_when_switched_off(gateway: Chart, train: str) -> None:
    assert gateway.render({"gateway": {"enabled": False}}, train).names == set()
