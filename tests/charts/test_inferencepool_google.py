"""Provider gke of the offline inferencepool chart: policies of Google's load balancer, and its managed Prometheus."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values
from tests.charts.values import pool

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
POLICIES = {"HealthCheckPolicy/gaie-x", "GCPBackendPolicy/gaie-x"}
READER = "gaie-x-metrics-reader"
COLLECTOR = "gmp-system:collector:ns-gaie-x-metrics-reader-secret-read"
MONITORING = {
    "PodMonitoring/gaie-x",
    f"ServiceAccount/{READER}-sa",
    f"Secret/{READER}-secret",
    f"ClusterRole/ns-{READER}",
    f"ClusterRoleBinding/ns-{READER}-role-binding",
    f"Role/{READER}-secret-read",
    f"RoleBinding/{COLLECTOR}",
}
ON = {"enabled": True, "auth": {"enabled": True}}


def google(autopilot: bool = False, **extension: Any) -> Values:
    return pool(**extension) | {"provider": {"name": "gke", "gke": {"autopilot": autopilot}}}


def test_policies_of_the_load_balancer(inferencepool: Chart, train: str) -> None:
    answer = inferencepool.render(google(), train)
    assert answer.names == inferencepool.render(pool(), train).names | POLICIES
    target = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "gaie-x"}
    health, backend = answer["HealthCheckPolicy/gaie-x"], answer["GCPBackendPolicy/gaie-x"]
    assert health["apiVersion"] == backend["apiVersion"] == "networking.gke.io/v1"
    assert health["spec"]["targetRef"] == backend["spec"]["targetRef"] == target
    assert health["spec"]["default"] == {
        "checkIntervalSec": 2,
        "timeoutSec": 2,
        "config": {"type": "HTTP", "httpHealthCheck": {"requestPath": "/health", "port": 8000}},
    }
    assert backend["spec"]["default"] == {"timeoutSec": 300, "logging": {"enabled": True}}


def test_the_health_check_asks_the_port_of_the_pool(inferencepool: Chart, train: str) -> None:
    values = google()
    values["inferencePool"]["targetPorts"] = [{"number": 9000}]
    health = inferencepool.render(values, train)["HealthCheckPolicy/gaie-x"]
    assert health["spec"]["default"]["config"]["httpHealthCheck"]["port"] == 9000


def test_managed_prometheus_instead_of_the_operators(inferencepool: Chart, train: str) -> None:
    answer = inferencepool.render(google(monitoring={"interval": "5s", "prometheus": ON}), train)
    cluster = {"ClusterRole/gaie-x-ns-epp", "ClusterRoleBinding/gaie-x-ns-epp"}
    assert answer.names == inferencepool.render(pool(), train).names | POLICIES | MONITORING | cluster
    (endpoint,) = answer["PodMonitoring/gaie-x"]["spec"]["endpoints"]
    secret = {"name": f"{READER}-secret", "key": "token"}
    assert endpoint == {
        "port": "metrics", "scheme": "http", "path": "/metrics", "interval": "5s",
        "authorization": {"type": "Bearer", "credentials": {"secret": secret}},
    }  # fmt: skip
    assert answer["PodMonitoring/gaie-x"]["spec"]["selector"]["matchLabels"] == {"inferencepool": "gaie-x-epp"}


def test_the_collector_may_read_that_one_secret(inferencepool: Chart, train: str) -> None:
    answer = inferencepool.render(google(monitoring={"prometheus": ON}), train)
    (rule,) = answer[f"Role/{READER}-secret-read"]["rules"]
    assert (rule["resources"], rule["resourceNames"]) == (["secrets"], [f"{READER}-secret"])
    (subject,) = answer[f"RoleBinding/{COLLECTOR}"]["subjects"]
    assert subject == {"kind": "ServiceAccount", "name": "collector", "namespace": "gmp-system"}


def test_autopilot_has_its_collector_elsewhere(inferencepool: Chart, train: str) -> None:
    answer = inferencepool.render(google(autopilot=True, monitoring={"prometheus": ON}), train)
    (subject,) = answer[f"RoleBinding/gke-{COLLECTOR}"]["subjects"]
    assert subject["namespace"] == "gke-gmp-system"


def test_without_a_token_nobody_collects(inferencepool: Chart, train: str) -> None:
    prometheus = {"enabled": True, "auth": {"enabled": False}}
    names = inferencepool.render(google(monitoring={"prometheus": prometheus}), train).names
    assert not names & MONITORING
    assert not [name for name in names if name.startswith("ServiceMonitor/")]


def test_the_older_switch(inferencepool: Chart) -> None:
    values = google(monitoring={"gke": {"enabled": True}})
    assert inferencepool.render(values, OLD).names >= MONITORING
    said = "not read by inferencepool v1.4.0: inferenceExtension.monitoring.gke (write monitoring.prometheus)"
    assert said in inferencepool.render(values, NEW).error


@pytest.mark.parametrize("name", ["none", "istio"])
def test_no_other_provider_gets_them(inferencepool: Chart, train: str, name: str) -> None:
    values = pool(monitoring={"prometheus": ON}) | {"provider": {"name": name}}
    assert not inferencepool.render(values, train).names & (POLICIES | MONITORING)
