"""What pilot-agent's stand-in makes of the container's environment; Envoy itself checks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wellit.process import run
from wellit.sandbox.box import envoy

ENV = {
    "POD_NAME": "front-istio-0", "POD_NAMESPACE": "ns", "INSTANCE_IP": "10.66.0.9", "SERVICE_ACCOUNT": "front-istio",
    "PROXY_CONFIG": '{"discoveryAddress":"10.66.255.254:15010"}\n',
    "ISTIO_META_CLUSTER_ID": "Kubernetes", "ISTIO_META_WORKLOAD_NAME": "front-istio", "PATH": "/bin",
}  # fmt: skip
LABELS = {"gateway.networking.k8s.io/gateway-name": "front"}


def test_istiod_is_told_whose_pod_asks() -> None:
    node = envoy.bootstrap(ENV, "ns.svc.cluster.local", LABELS)["node"]
    assert (node["id"], node["cluster"]) == ("router~10.66.0.9~front-istio-0.ns~ns.svc.cluster.local", "front-istio.ns")
    assert node["metadata"] == {
        "NAME": "front-istio-0", "NAMESPACE": "ns", "INSTANCE_IPS": "10.66.0.9", "SERVICE_ACCOUNT": "front-istio",
        "CLUSTER_ID": "Kubernetes", "WORKLOAD_NAME": "front-istio", "LABELS": LABELS,
        "PROXY_CONFIG": {"discoveryAddress": "10.66.255.254:15010"},
    }  # fmt: skip
    assert envoy.bootstrap(ENV, "", {})["node"]["id"].endswith("~ns.svc.cluster.local")


def test_everything_else_is_asked_of_istiod() -> None:
    made = envoy.bootstrap(ENV, "", {})
    (asked,) = [one for one in made["static_resources"]["clusters"] if one["name"] == "xds-grpc"]
    (where,) = asked["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert where["endpoint"]["address"]["socket_address"] == {"address": "10.66.255.254", "port_value": 15010}
    assert made["dynamic_resources"]["lds_config"]["initial_fetch_timeout"] == "0s"
    assert made["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"


@pytest.mark.parametrize("lacking", ["POD_NAME", "POD_NAMESPACE", "INSTANCE_IP", "PROXY_CONFIG"])
def test_what_the_environment_lacks_is_named(
    lacking: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(lacking)
    monkeypatch.setattr(envoy, "program", lambda: Path("/bin/envoy"))
    with pytest.raises(SystemExit, match=rf"pilot-agent \(stand-in\): {lacking} is not in the environment"):
        envoy.main(["proxy", "router"])
    assert capsys.readouterr().out == ""


def test_pilot_agents_own_words_are_understood() -> None:
    words = ["proxy", "router", "--domain", "ns.svc.cluster.local", "--proxyLogLevel", "info",
             "--proxyComponentLogLevel", "misc:info", "--log_output_level", "default:info"]  # fmt: skip
    said = envoy.arguments(words)
    assert (said.domain, said.level, said.components) == ("ns.svc.cluster.local", "info", "misc:info")
    assert envoy.arguments(["proxy", "router"]).level == "warning"


def test_the_pods_labels_are_read_as_the_kubelet_writes_them() -> None:
    assert envoy.read_labels('a="b"\nexample.com/c="say \\"d\\""\n') == {"a": "b", "example.com/c": 'say "d"'}
    assert envoy.read_labels("") == {}


def test_envoy_takes_the_configuration_and_the_flags() -> None:
    program = envoy.program()
    if not program:
        pytest.skip("there is no Envoy for this machine")
    config = envoy.bootstrap(ENV, "", LABELS)
    made = run([*envoy.command(program, config, "warning", "misc:error", "1"), "--mode", "validate"], timeout=30)
    assert made.ok, made.err
    assert json.loads(json.dumps(config)) == config
