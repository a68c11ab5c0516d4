"""The bodyrouting chart puts the body-based router in front of one Gateway, and in front of nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values

ONE: Values = {"gateway": "infra-x-inference-gateway", "image": {"tag": "v1.4.0"}}
EXT_PROC = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"


def test_objects(bodyrouting: Chart) -> None:
    kinds = ("Deployment", "Service", "ServiceAccount", "Role", "RoleBinding", "EnvoyFilter", "DestinationRule")
    assert bodyrouting.render(ONE).names == {f"{kind}/body-x" for kind in kinds}


def test_container(bodyrouting: Chart) -> None:
    amounts = {"requests": {"cpu": "100m"}}
    answer = bodyrouting.render(ONE | {"replicas": 2, "verbosity": 4, "resources": amounts}).only("Deployment")
    (container,) = answer["spec"]["template"]["spec"]["containers"]
    assert answer["spec"]["replicas"] == 2
    assert container["image"] == "registry.k8s.io/gateway-api-inference-extension/bbr:v1.4.0"
    # No --plugin: the one that upstream's chart names by default, its own router does not know.
    assert container["args"] == ["--streaming", "--v=4"]
    assert container["resources"] == amounts
    assert container["readinessProbe"]["grpc"] == {"port": 9005}


def test_the_service_selects_the_pods_and_speaks_http2(bodyrouting: Chart) -> None:
    answer = bodyrouting.render(ONE)
    service, deployment = answer.only("Service")["spec"], answer.only("Deployment")["spec"]
    assert service["selector"] == deployment["selector"]["matchLabels"]
    assert service["selector"].items() <= deployment["template"]["metadata"]["labels"].items()
    (port,) = service["ports"]
    assert (port["port"], port["appProtocol"]) == (9004, "http2")


def test_the_filter_is_the_gateways_and_asks_the_service_before_all_others(bodyrouting: Chart) -> None:
    spec = bodyrouting.render(ONE).only("EnvoyFilter")["spec"]
    gateway = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "infra-x-inference-gateway"}
    assert spec["targetRefs"] == [gateway]
    (patch,) = spec["configPatches"]
    assert (patch["applyTo"], patch["match"]["context"]) == ("HTTP_FILTER", "GATEWAY")
    assert patch["patch"]["operation"] == "INSERT_FIRST"
    config = patch["patch"]["value"]["typed_config"]
    assert config["@type"] == EXT_PROC
    assert config["grpc_service"] == {"envoy_grpc": {"cluster_name": "outbound|9004||body-x.ns.svc.cluster.local"}}


def test_the_filter_does_not_have_the_name_of_istios_own(bodyrouting: Chart) -> None:
    """A route's settings go by the filter's name: under Istio's, a pool's picker would be asked instead."""
    (patch,) = bodyrouting.render(ONE).only("EnvoyFilter")["spec"]["configPatches"]
    assert patch["patch"]["value"]["name"] == "envoy.filters.http.ext_proc.bbr"


def test_istio_takes_the_routers_own_certificate(bodyrouting: Chart) -> None:
    spec = bodyrouting.render(ONE).only("DestinationRule")["spec"]
    assert spec["host"] == "body-x.ns.svc.cluster.local"
    assert spec["trafficPolicy"]["tls"] == {"mode": "SIMPLE", "insecureSkipVerify": True}


def test_it_may_read_config_maps_and_nothing_else(bodyrouting: Chart) -> None:
    answer = bodyrouting.render(ONE)
    (rule,) = answer.only("Role")["rules"]
    assert rule == {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
    (subject,) = answer.only("RoleBinding")["subjects"]
    assert subject == {"kind": "ServiceAccount", "name": "body-x", "namespace": "ns"}
    assert answer.only("Deployment")["spec"]["template"]["spec"]["serviceAccountName"] == "body-x"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gateway": ""}, "at '/gateway': minLength: got 0, want 1"),
        ({"image": {"tag": ""}}, "at '/image/tag': '' does not match pattern"),
        ({"image": {"tag": "v1", "hub": "a"}}, "at '/image': additional properties 'hub' not allowed"),
        ({"replicas": 0}, "at '/replicas': minimum: got 0, want 1"),
        ({"plugins": []}, "at '': additional properties 'plugins' not allowed"),
    ],
)
def test_refused(bodyrouting: Chart, change: dict[str, Any], message: str) -> None:
    assert message in bodyrouting.render(ONE | change).error
