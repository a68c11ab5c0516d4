"""The offline inferencepool chart makes the pool and the picker of the version it imitates, and no refused flag."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.charts.chart import Chart
from tests.charts.values import pool

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
PICKER = "Deployment/gaie-x-epp"
MODE = "inference.networking.k8s.io/igw-mode"
PLUGINS = {"guide.yaml": "kind: EndpointPickerConfig\nplugins: [{type: queue-scorer}]\n"}


def container(deployment: Any) -> Any:
    (picker,) = deployment["spec"]["template"]["spec"]["containers"]
    return picker


@pytest.mark.parametrize(
    ("train", "roles"),
    [(OLD, {"gaie-x-epp"}), (NEW, {"gaie-x-epp-non-sa", "gaie-x-epp-sa"})],
)
def test_objects_and_their_names(inferencepool: Chart, train: str, roles: set[str]) -> None:
    plain = {"InferencePool/gaie-x", PICKER, "Service/gaie-x-epp", "ConfigMap/gaie-x-epp", "ServiceAccount/gaie-x-epp"}
    answer = inferencepool.render(pool(), train)
    assert answer.names == plain | {f"{kind}/{role}" for kind in ("Role", "RoleBinding") for role in roles}


@pytest.mark.parametrize(("train", "version"), [(OLD, "v1.2.0-rc.1"), (NEW, "v1.4.0")])
def test_labels_say_the_imitated_version(inferencepool: Chart, train: str, version: str) -> None:
    labels = {"app.kubernetes.io/name": "gaie-x-epp", "app.kubernetes.io/version": version}
    assert inferencepool.render(pool(), train)["InferencePool/gaie-x"]["metadata"]["labels"] == labels


@pytest.mark.parametrize(("train", "mode"), [(OLD, {}), (NEW, {MODE: "inferencepool"})])
def test_labels_of_the_picker(inferencepool: Chart, train: str, mode: dict[str, str]) -> None:
    answer = inferencepool.render(pool(), train)
    template = answer[PICKER]["spec"]["template"]
    assert template["metadata"]["labels"] == {"inferencepool": "gaie-x-epp"} | mode
    assert answer[PICKER]["spec"]["selector"]["matchLabels"] == {"inferencepool": "gaie-x-epp"}
    assert answer["Service/gaie-x-epp"]["spec"]["selector"] == {"inferencepool": "gaie-x-epp"}


@pytest.mark.parametrize(("train", "mode"), [(OLD, {}), (NEW, {"failureMode": "FailOpen"})])
def test_pool(inferencepool: Chart, train: str, mode: dict[str, str]) -> None:
    answer = inferencepool.render(pool(), train)["InferencePool/gaie-x"]
    assert answer["apiVersion"] == "inference.networking.k8s.io/v1"
    assert answer["spec"] == {
        "targetPorts": [{"number": 8000}],
        "selector": {"matchLabels": {"llm-d.ai/guide": "x"}},
        "endpointPickerRef": {"name": "gaie-x-epp", "port": {"number": 9002}} | mode,
    }


@pytest.mark.parametrize(("train", "auth"), [(OLD, ["--metrics-endpoint-auth=false"]), (NEW, [])])
def test_command_line_of_the_picker(inferencepool: Chart, train: str, auth: list[str]) -> None:
    values = pool(flags={"v": 2}, pluginsConfigFile="guide.yaml", pluginsCustomConfig=PLUGINS)
    picker = container(inferencepool.render(values, train)[PICKER])
    assert picker["image"] == "example.com/picker:v1"
    assert picker["args"] == [
        "--pool-name", "gaie-x", "--pool-namespace", "ns", "--pool-group", "inference.networking.k8s.io",
        "--zap-encoder", "json", "--config-file", "/config/guide.yaml", "--v", "2", "--tracing=false", *auth,
    ]  # fmt: skip


def test_flags_are_the_users_alone(inferencepool: Chart, train: str) -> None:
    values = pool(flags={"v": 1, "total-queued-requests-metric": "sglang:num_queue_reqs", "lora-info-metric": ""})
    arguments = container(inferencepool.render(values, train)[PICKER])["args"]
    named = arguments[arguments.index("--lora-info-metric") :]
    assert named[:4] == ["--lora-info-metric", "", "--total-queued-requests-metric", "sglang:num_queue_reqs"]
    plain = container(inferencepool.render(pool(), train)[PICKER])["args"]
    assert not [word for word in plain if word.endswith("-metric")]


@pytest.mark.parametrize(
    ("train", "server_type"), [(NEW, "sglang"), (NEW, "triton-tensorrt-llm"), (OLD, "triton-tensorrt-llm")]
)
def test_a_server_type_that_needs_flags_is_refused(inferencepool: Chart, train: str, server_type: str) -> None:
    values = pool()
    values["inferencePool"]["modelServerType"] = server_type
    error = inferencepool.render(values, train).error
    assert f'inferencePool.modelServerType "{server_type}" makes inferencepool' in error
    assert "newer pickers refuse them. Leave it out, and name the metrics in inferenceExtension" in error


def test_configuration_of_the_picker(inferencepool: Chart, train: str) -> None:
    files = inferencepool.render(pool(pluginsCustomConfig=PLUGINS), train)["ConfigMap/gaie-x-epp"]["data"]
    assert files["guide.yaml"] == PLUGINS["guide.yaml"]
    assert yaml.safe_load(files["default-plugins.yaml"])["schedulingProfiles"] == [
        {
            "name": "default",
            "plugins": [
                {"pluginRef": "queue-scorer", "weight": 2},
                {"pluginRef": "kv-cache-utilization-scorer", "weight": 2},
                {"pluginRef": "prefix-cache-scorer", "weight": 3},
            ],
        }
    ]


def test_ports_of_the_picker(inferencepool: Chart, train: str) -> None:
    events = {"name": "zmq", "containerPort": 5557}
    service = {"name": "zmq", "port": 5557, "protocol": "TCP"}
    answer = inferencepool.render(pool(extraContainerPorts=[events], extraServicePorts=[service]), train)
    assert {port["name"]: port["containerPort"] for port in container(answer[PICKER])["ports"]} == {
        "grpc": 9002, "grpc-health": 9003, "metrics": 9090, "zmq": 5557,
    }  # fmt: skip
    ports = answer["Service/gaie-x-epp"]["spec"]["ports"]
    assert {port["name"]: port["port"] for port in ports} == {"grpc-ext-proc": 9002, "http-metrics": 9090, "zmq": 5557}


@pytest.mark.parametrize(("train", "requests"), [(OLD, None), (NEW, {"cpu": "4", "memory": "8Gi"})])
def test_default_resources_of_the_version(inferencepool: Chart, train: str, requests: dict[str, str] | None) -> None:
    resources = container(inferencepool.render(pool(), train)[PICKER]).get("resources", {})
    assert resources.get("requests") == requests


def test_what_the_picker_may_read(inferencepool: Chart, train: str) -> None:
    answer = inferencepool.render(pool(), train)
    roles = [answer[name] for name in answer.names if name.startswith("Role/")]
    read = {resource for role in roles for rule in role["rules"] for resource in rule["resources"]}
    newer = {"inferencemodelrewrites"} if train == NEW else set()
    assert read == {"pods", "inferencepools", "inferenceobjectives"} | newer


def test_several_replicas_elect_a_leader(inferencepool: Chart, train: str) -> None:
    answer = inferencepool.render(pool(replicas=2), train)
    picker = container(answer[PICKER])
    assert "--ha-enable-leader-election" in picker["args"]
    assert picker["readinessProbe"]["grpc"] == {"port": 9003, "service": "readiness"}
    (subject,) = answer["RoleBinding/gaie-x-epp-leader-election-binding"]["subjects"]
    assert subject["namespace"] == "ns"
    alone = container(inferencepool.render(pool(), train)[PICKER])
    assert alone["readinessProbe"]["grpc"] == {"port": 9003, "service": "inference-extension"}


@pytest.mark.parametrize("auth", [True, False])
def test_monitoring(inferencepool: Chart, train: str, auth: bool) -> None:
    prometheus = {
        "enabled": True,
        "auth": {"enabled": auth, "secretName": "reader"},
        "extraLabels": {"release": "prom"},
    }
    answer = inferencepool.render(pool(monitoring={"interval": "5s", "prometheus": prometheus}), train)
    monitor = answer["ServiceMonitor/gaie-x-epp-monitor"]
    assert monitor["metadata"]["labels"]["release"] == "prom"
    assert monitor["spec"]["selector"]["matchLabels"] == answer["Service/gaie-x-epp"]["metadata"]["labels"]
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], endpoint["interval"], "authorization" in endpoint) == ("http-metrics", "5s", auth)
    assert ("Secret/reader" in answer.names) is auth
    assert {"ClusterRole/gaie-x-ns-epp", "ClusterRoleBinding/gaie-x-ns-epp"} < answer.names


def test_istio_gets_a_destination_rule(inferencepool: Chart, train: str) -> None:
    limits = {"http": {"maxRequestsPerConnection": 256000}}
    provider = {"name": "istio", "istio": {"destinationRule": {"trafficPolicy": {"connectionPool": limits}}}}
    rule = inferencepool.render(pool() | {"provider": provider}, train)["DestinationRule/gaie-x-epp"]
    assert rule["spec"]["host"] == "gaie-x-epp.ns.svc.cluster.local"
    tls = {"mode": "SIMPLE", "insecureSkipVerify": True}
    assert rule["spec"]["trafficPolicy"] == {"tls": tls, "connectionPool": limits}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inferencePool": {}}, ".Values.inferencePool.modelServers.matchLabels is required"),
        ({"provider": {"name": "Istio"}}, 'provider.name "Istio" is not known to inferencepool'),
        ({"istio": {"destinationRule": {"host": "h"}}}, "istio (write provider.istio)"),
        ({"experimentalHttpRoute": {"enabled": True}}, "the offline chart does not render experimentalHttpRoute"),
        ({"inferencepool": {}}, "additional properties 'inferencepool' not allowed"),
    ],
)
def test_refused_in_words(inferencepool: Chart, train: str, change: dict[str, Any], message: str) -> None:
    assert message in inferencepool.render(pool() | change, train).error


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ({"tracing": {"enabled": True}}, "the offline chart does not render inferenceExtension.tracing"),
        ({"logVerbosity": 3}, "inferenceExtension.logVerbosity (write flags.v)"),
        ({"image": {"registry": "r"}}, "inferenceExtension.image.registry is not read by inferencepool"),
        (
            {"pluginConfigFile": "a.yaml"},
            "at '/inferenceExtension': additional properties 'pluginConfigFile' not allowed",
        ),
        ({"pluginsCustomConfig": {"a.yaml": {"kind": "x"}}}, "got object, want string"),
    ],
)
def test_refused_of_the_picker(inferencepool: Chart, train: str, extension: dict[str, Any], message: str) -> None:
    assert message in inferencepool.render(pool(**extension), train).error


@pytest.mark.parametrize("key", ["failureMode", "resources"])
def test_keys_that_came_later(inferencepool: Chart, key: str) -> None:
    values = pool(**{key: {"failureMode": "FailClose", "resources": {"limits": {"cpu": "1"}}}[key]})
    assert f"not read by inferencepool v1.2.0-rc.1: inferenceExtension.{key}" in inferencepool.render(values, OLD).error
    assert not inferencepool.render(values, NEW).error


def test_a_list_of_flags_is_of_an_older_version(inferencepool: Chart, train: str) -> None:
    error = inferencepool.render(pool(flags=[{"name": "v", "value": 1}]), train).error
    assert "inferenceExtension.flags must be a map of flag: value for inferencepool" in error
