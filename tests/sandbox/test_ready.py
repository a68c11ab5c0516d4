"""What is put into a sandbox becomes ready, and says that it is simulated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.sandbox.looks import conditions, get, until
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import apply, asked
from wellit.sandbox.model import DATA

SIMULATED = ("True", "SimulatedByWellit")
NAMESPACE = "ready"
OBJECTS = """
apiVersion: v1
kind: Namespace
metadata: {name: ready}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: model, namespace: ready}
spec:
  replicas: 3
  selector: {matchLabels: {app: model}}
  template:
    metadata: {labels: {app: model}}
    spec:
      readinessGates: [{conditionType: example.com/warm}]
      initContainers:
        - {name: once, image: "example.com/once:1"}
        - {name: proxy, image: "example.com/proxy:1", restartPolicy: Always}
      containers:
        - {name: engine, image: "example.com/engine:1", resources: {limits: {nvidia.com/gpu: "8"}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: fetch, namespace: ready}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: fetch, image: "example.com/fetch:1"}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: ready}
spec: {gatewayClassName: istio, listeners: [{name: default, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: nobodys, namespace: ready}
spec: {gatewayClassName: unheard-of, listeners: [{name: default, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: route, namespace: ready}
spec:
  parentRefs: [{name: front}]
  rules: [{backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: pool, port: 8000}]}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: pool, namespace: ready}
spec:
  selector: {matchLabels: {app: model}}
  targetPorts: [{number: 8000}]
  endpointPickerRef: {name: picker, port: {number: 9002}}
"""


@pytest.fixture(scope="module")
def filled(sandbox: Sandbox) -> Iterator[Sandbox]:
    apply(sandbox, objects=yaml.safe_load_all(OBJECTS))
    yield sandbox
    asked(sandbox, "delete", "namespace", NAMESPACE, "--wait=false")


def one(sandbox: Sandbox, kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = get(sandbox, "-n", NAMESPACE, kind, name)
    return found


def pods(sandbox: Sandbox, label: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(sandbox, "-n", NAMESPACE, "pods", "-l", label)["items"]
    return found


def test_nodes_offer_gpus_and_say_that_they_are_simulated(sandbox: Sandbox) -> None:
    nodes = get(sandbox, "nodes")["items"]
    assert len(nodes) == sandbox.nodes == 4
    for node in nodes:
        assert node["status"]["allocatable"]["nvidia.com/gpu"] == "8"
        assert node["status"]["capacity"]["cpu"] == "96"
        assert node["metadata"]["labels"]["wellit.dev/simulated"] == "true"
        assert conditions(node["status"]["conditions"])["Ready"] == SIMULATED
    assert sandbox.gpus == 32
    assert sandbox.ready == "simulated"


def test_it_is_the_pinned_kubernetes_with_the_crds_of_the_guides(sandbox: Sandbox) -> None:
    crds = {item["metadata"]["name"] for item in get(sandbox, "crd")["items"]}
    assert sandbox.kubernetes.startswith("v1.37.")
    assert {
        "gateways.gateway.networking.k8s.io",
        "httproutes.gateway.networking.k8s.io",
        "inferencepools.inference.networking.k8s.io",
        "destinationrules.networking.istio.io",
    } <= crds
    # preflight must be able to say that these are missing
    assert not [name for name in crds if name.endswith("monitoring.coreos.com")]


def test_pods_become_ready_native_sidecars_too(filled: Sandbox) -> None:
    assert until(lambda: one(filled, "deployment", "model")["status"].get("readyReplicas") == 3)
    for pod in pods(filled, "app=model"):
        assert conditions(pod["status"]["conditions"])["Ready"] == SIMULATED
        assert conditions(pod["status"]["conditions"])["example.com/warm"] == SIMULATED
        once, proxy = pod["status"]["initContainerStatuses"]
        assert (once["name"], once["state"]["terminated"]["reason"]) == ("once", "Completed")
        assert (proxy["name"], proxy["ready"], proxy["started"]) == ("proxy", True, True)
        assert "running" in proxy["state"]
        assert pod["status"]["podIP"].startswith("10.66.")


def test_pods_for_which_there_is_no_gpu_stay_pending(filled: Sandbox) -> None:
    asked(filled, "-n", NAMESPACE, "scale", "deployment", "model", "--replicas=5")
    assert until(lambda: one(filled, "deployment", "model")["status"].get("readyReplicas") == 4)
    pending = [pod for pod in pods(filled, "app=model") if pod["status"]["phase"] == "Pending"]
    assert len(pending) == 1
    assert "Insufficient nvidia.com/gpu" in pending[0]["status"]["conditions"][0]["message"]


def test_deleted_pods_go_away(filled: Sandbox) -> None:
    asked(filled, "-n", NAMESPACE, "scale", "deployment", "model", "--replicas=2")
    assert until(lambda: len(pods(filled, "app=model")) == 2)


def test_jobs_complete(filled: Sandbox) -> None:
    assert until(lambda: one(filled, "job", "fetch")["status"].get("succeeded") == 1)


def test_gateways_of_the_simulated_classes_are_programmed_and_others_wait(filled: Sandbox) -> None:
    def said(name: str) -> dict[str, tuple[str, str]]:
        return conditions(one(filled, "gateway", name)["status"]["conditions"])

    assert until(lambda: said("front") == {"Accepted": SIMULATED, "Programmed": SIMULATED})
    status = one(filled, "gateway", "front")["status"]
    assert status["addresses"] == [{"type": "Hostname", "value": "front-istio.ready.svc.cluster.local"}]
    assert conditions(status["listeners"][0]["conditions"])["ResolvedRefs"] == SIMULATED
    assert said("nobodys")["Programmed"] == ("Unknown", "Pending")


def test_routes_and_pools_are_accepted(filled: Sandbox) -> None:
    for kind, name, parent in (("httproute", "route", "front"), ("inferencepool", "pool", "simulated")):
        assert until(lambda kind=kind, name=name: bool(one(filled, kind, name).get("status", {}).get("parents")))  # type: ignore[misc]
        (said,) = one(filled, kind, name)["status"]["parents"]
        assert said["parentRef"]["name"] == parent
        assert conditions(said["conditions"]) == {"Accepted": SIMULATED, "ResolvedRefs": SIMULATED}


def test_a_changed_gateway_is_observed_again(filled: Sandbox) -> None:
    asked(filled, "-n", NAMESPACE, "patch", "gateway", "front", "--type=json",
          '-p=[{"op": "replace", "path": "/spec/listeners/0/port", "value": 81}]')  # fmt: skip
    generation = one(filled, "gateway", "front")["metadata"]["generation"]
    assert generation == 2

    def observed() -> set[int]:
        return {c["observedGeneration"] for c in one(filled, "gateway", "front")["status"]["conditions"]}

    assert until(lambda: observed() == {2})


def test_the_stage_of_gateways_knows_the_same_classes_as_the_cluster(sandbox: Sandbox) -> None:
    written = {doc["metadata"]["name"] for doc in yaml.safe_load_all((DATA / "gatewayclasses.yaml").read_text())}
    stages = {doc["metadata"]["name"]: doc for doc in yaml.safe_load_all((DATA / "ready.stages.yaml").read_text())}
    selected = stages["gateway-programmed"]["spec"]["selector"]["matchExpressions"]
    assert {name for one in selected if one["key"] == ".spec.gatewayClassName" for name in one["values"]} == written
    for name in written:
        accepted = get(sandbox, "gatewayclass", name)["status"]["conditions"]
        assert conditions(accepted)["Accepted"] == SIMULATED
