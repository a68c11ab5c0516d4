"""A real API server takes what the charts render: fields, types and names, by a server-side dry run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.charts.chart import Answer, Chart, Values
from tests.charts.test_bodyrouting import ONE as ROUTER
from tests.charts.test_route import ONE
from tests.charts.values import pool, sglang, vllm
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import asked

NAMESPACE = "ns"  # the one that Chart.render names
MORE_OF_A_POD = {
    "resources": {"limits": {"cpu": "1", "nvidia.com/gpu": 2}},
    "ports": [{"containerPort": 8200, "name": "metrics"}],
    "startupProbe": {"httpGet": {"path": "/v1/models", "port": 8200}, "timeoutSeconds": 5},
}


@pytest.fixture(scope="module")
def server(sandbox: Sandbox) -> Iterator[Sandbox]:
    asked(sandbox, "create", "namespace", NAMESPACE)
    yield sandbox
    asked(sandbox, "delete", "namespace", NAMESPACE, "--wait=false")


def taken(server: Sandbox, answer: Answer) -> set[str]:
    """Kind/name of what the server would make of `answer`; raises when it refuses one object."""
    items = [answer[name] for name in sorted(answer.names)]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    words = ("apply", "--server-side", "--dry-run=server", "-o", "json", f"--namespace={NAMESPACE}", "-f", "-")
    made: Any = json.loads(asked(server, *words, stdin=text))
    return {f"{item['kind']}/{item['metadata']['name']}" for item in made.get("items", [made])}


def prefill_and_decode() -> Values:
    values = vllm(**MORE_OF_A_POD)
    values["prefill"] = {"replicas": 1, "containers": vllm(args=["--max-model-len", "4096"])["decode"]["containers"]}
    values["decode"] |= {"acceleratorTypes": {"labelKey": "gpu", "labelValues": ["H100"]}, "podAnnotations": {"a": "b"}}
    return values


@pytest.mark.parametrize("values", [vllm(), sglang(), prefill_and_decode()], ids=["vllm", "sglang", "prefill"])
def test_modelservice(server: Sandbox, modelservice: Chart, train: str, values: Values) -> None:
    answer = modelservice.render(values, train)
    assert taken(server, answer) == answer.names


@pytest.mark.parametrize("replicas", [1, 2])
def test_inferencepool(server: Sandbox, inferencepool: Chart, train: str, replicas: int) -> None:
    limits = {"http": {"maxRequestsPerConnection": 256000}, "tcp": {"connectTimeout": "900s"}}
    provider = {"name": "istio", "istio": {"destinationRule": {"trafficPolicy": {"connectionPool": limits}}}}
    values = pool(replicas=replicas, env=[{"name": "A", "value": "b"}]) | {"provider": provider}
    answer = inferencepool.render(values, train)
    assert taken(server, answer) == answer.names


def test_a_container_beside_the_picker(server: Sandbox, inferencepool: Chart) -> None:
    health = {"httpGet": {"path": "/healthz", "port": 8082}}
    mounts = [{"name": "sockets", "mountPath": "/tmp/tokenizer"}]
    more = {"ports": [{"name": "health", "containerPort": 8082}], "readinessProbe": health, "volumeMounts": mounts}
    beside = {"enabled": True, "name": "tokenizer", "image": "example.com/t:1", "configMap": {"name": "t"}, **more}
    volumes = [{"name": "sockets", "emptyDir": {}}]
    answer = inferencepool.render(pool(sidecar=beside, volumes=volumes, volumeMounts=mounts), "llm-d-0.6")
    assert taken(server, answer) == answer.names


def test_gateway(server: Sandbox, gateway: Chart, train: str) -> None:
    https = {"name": "https", "port": 443, "protocol": "HTTPS"}
    tls = {"hostname": "a.example.com", "mode": "Terminate", "certificateRefs": [{"name": "certificate"}]}
    listeners = [{"name": "default", "port": 80, "protocol": "HTTP"}, https | {"tls": tls}]
    policy = {"enabled": True, "host": "h", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}}
    answer = gateway.render({"gateway": {"listeners": listeners, "destinationRule": policy}}, train)
    assert taken(server, answer) == answer.names


def test_route(server: Sandbox, route: Chart) -> None:
    off = {"pathPrefix": "/vllm", "rewrite": True}
    matches = [{"headers": {"x-engine": "sglang"}}, {"pathPrefix": "/sglang"}, off, off | {"pathPrefix": "/b"}]
    backends = [*ONE["backends"], {"pool": "b", "weight": 0}, {"pool": "c", "port": 8000, "matches": matches}]
    timeouts = {"request": "0s", "backendRequest": "0s"}
    answer = route.render(ONE | {"backends": backends, "hostnames": ["a.example.com"], "timeouts": timeouts})
    assert taken(server, answer) == answer.names


def test_bodyrouting(server: Sandbox, bodyrouting: Chart) -> None:
    answer = bodyrouting.render(ROUTER | {"resources": {"requests": {"cpu": "100m"}}})
    assert taken(server, answer) == answer.names
