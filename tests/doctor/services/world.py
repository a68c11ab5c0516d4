"""An LLMInferenceService as it stands in a cluster where all is well, with what KServe's controller makes of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import yaml

from tests.doctor import healthy
from tests.doctor.healthy import Broken, Objects
from wellit.doctor.sight import SERVICE, Sight
from wellit.findings import Report

TEXT = """
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata: {name: llm, namespace: ns, uid: u, generation: 1, creationTimestamp: "2027-01-15T07:00:00Z"}
spec:
  model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
  replicas: 2
  labels: {llm-d.ai/engine-type: sglang}
  router:
    route: {}
    gateway: {refs: [{name: gw, namespace: ns}]}
    scheduler: {}
  template:
    containers:
      - name: main
        image: docker.io/lmsysorg/sglang:v0.5.14
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, /mnt/models, --host, 0.0.0.0, --port, "8000", --served-model-name, Qwen/Qwen3-0.6B,
               --enable-metrics]
        ports: [{containerPort: 8000, protocol: TCP}]
        readinessProbe: {httpGet: {path: /health, port: 8000, scheme: HTTP}, timeoutSeconds: 20}
        livenessProbe: {httpGet: {path: /health, port: 8000, scheme: HTTP}, timeoutSeconds: 20}
        startupProbe: {httpGet: {path: /health, port: 8000, scheme: HTTP}, timeoutSeconds: 20, failureThreshold: 60}
        securityContext: {runAsNonRoot: false}
"""
PRESETS = ("config-llm-template", "config-llm-scheduler", "config-llm-router-route")
LEAVES = ("PresetsCombined", "MainWorkloadReady", "SchedulerWorkloadReady", "GatewaysReady", "HTTPRoutesReady",
          "InferencePoolReady", "WorkloadsReady", "RouterReady", "Ready")  # fmt: skip
OF_SCHEDULER = {"app.kubernetes.io/component": "llminferenceservice-router-scheduler"}
OF_SERVER = {"app.kubernetes.io/component": "llminferenceservice-workload", "kserve.io/component": "workload"}
COMMON = {"app.kubernetes.io/name": "llm", "app.kubernetes.io/part-of": "llminferenceservice"}


def _owned(kind: str, version: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    owner = {"apiVersion": "serving.kserve.io/v1alpha2", "kind": SERVICE, "name": "llm", "uid": "u"}
    about = {"name": name, "namespace": "ns", "ownerReferences": [owner]}
    return {"apiVersion": version, "kind": kind, "metadata": about, "spec": spec}


def _deployment(name: str, labels: dict[str, str], pod: dict[str, Any], replicas: int = 1) -> dict[str, Any]:
    template = {"metadata": {"labels": labels}, "spec": pod}
    return _owned("Deployment", "apps/v1", name, {"replicas": replicas, "template": template})


def service() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(TEXT)
    said = [{"type": kind, "status": "True"} for kind in LEAVES]
    applied = [{"name": f"kserve-{one}", "namespace": "kserve", "source": "Preset"} for one in PRESETS]
    made["status"] = {
        "observedGeneration": 1, "conditions": said, "url": "http://10.0.0.9/ns/llm", "appliedConfigs": applied,
    }  # fmt: skip
    return made


def made_of(one: dict[str, Any]) -> Objects:
    """What KServe's controller makes of it."""
    pod = copy.deepcopy(one["spec"]["template"])
    pod["initContainers"] = [{
        "name": "storage-initializer", "image": "kserve/storage-initializer:latest",
        "args": [one["spec"]["model"]["uri"], "/mnt/models"], "env": [{"name": "HF_TOKEN"}],
    }]  # fmt: skip
    labels = {**COMMON, **OF_SERVER, "llm-d.ai/role": "both", **one["spec"].get("labels", {})}
    command = ["/app/epp", "--pool-name", "llm-inference-pool", "--pool-namespace", "ns", "--grpc-port", "9002"]
    picker = {"name": "main", "image": "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0", "command": command}
    selector = {**COMMON, "kserve.io/component": "workload"}
    reference = {"kind": "Service", "name": "llm-epp-service", "port": {"number": 9002}, "failureMode": "FailOpen"}
    leads = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "llm-inference-pool"}
    rules = [
        {"matches": [{"path": {"type": "PathPrefix", "value": f"/ns/llm/v1/{path}"}}],
         "backendRefs": [{**leads, "port": 8000}]}
        for path in ("completions", "chat/completions")
    ]  # fmt: skip
    port = {"port": 9002, "targetPort": 9002}
    return [
        _deployment("llm-kserve", labels, pod, one["spec"]["replicas"]),
        _deployment("llm-kserve-router-scheduler", {**COMMON, **OF_SCHEDULER}, {"containers": [picker]}),
        _owned("Service", "v1", "llm-epp-service", {"selector": {**COMMON, **OF_SCHEDULER}, "ports": [port]}),
        _owned("Service", "v1", "llm-kserve-workload-svc", {"selector": selector, "ports": [{"port": 8000}]}),
        _owned("InferencePool", "inference.networking.k8s.io/v1", "llm-inference-pool", {
            "selector": {"matchLabels": selector}, "targetPorts": [{"number": 8000}], "endpointPickerRef": reference,
        }),
        _owned("HTTPRoute", "gateway.networking.k8s.io/v1", "llm-kserve-route", {
            "parentRefs": [{"name": "gw", "namespace": "ns"}], "rules": rules,
        }),
    ]  # fmt: skip


def _around() -> Objects:
    """The gateway, KServe's controller and settings, and the presets."""
    host = "llm-epp-service.ns.svc.cluster.local"
    tls = {"tls": {"mode": "SIMPLE", "insecureSkipVerify": True}}
    configs: Objects = [
        {"apiVersion": "serving.kserve.io/v1alpha2", "kind": f"{SERVICE}Config", "spec": {},
         "metadata": {"name": f"kserve-{name}", "namespace": "kserve"}}
        for name in PRESETS
    ]  # fmt: skip
    return [
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "gw", "namespace": "ns"},
         "spec": {"gatewayClassName": "istio", "listeners": [{"name": "default", "port": 80, "protocol": "HTTP"}]}},
        {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
         "metadata": {"name": "llm-epp-service", "namespace": "ns"}, "spec": {"host": host, "trafficPolicy": tls}},
        {"apiVersion": "apps/v1", "kind": "ServiceController", "spec": {}, "status": {"readyReplicas": 1},
         "metadata": {"name": "llmisvc-controller-manager", "namespace": "kserve"}},
        {"apiVersion": "v1", "kind": "ServiceSettings", "data": {"ingress": '{"enableGatewayApi": true}'},
         "metadata": {"name": "inferenceservice-config", "namespace": "kserve"}},
        *configs,
    ]  # fmt: skip


def sight(change: Callable[[dict[str, Any]], None] = lambda _: None) -> Sight:
    """One look at it; `change` is made to the service before its controller makes anything of it."""
    one = service()
    change(one)
    objects: Objects = [one, *made_of(one), *_around()]
    for item in list(objects):
        objects += healthy._made_of(item)
    for item in objects:
        for status in item.get("status", {}).get("initContainerStatuses", []) if item["kind"] == "Pod" else ():
            status |= {"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
    objects += healthy._around(objects, "ns")
    return healthy.answering(
        Sight("ns", "context c (https://c)", "--context c", "--context c", tuple(objects), now=healthy.NOW)
    )


def broken(break_it: Callable[[Broken], None], change: Callable[[dict[str, Any]], None] = lambda _: None) -> Report:
    found = Broken(sight(change))
    break_it(found)
    return found.report()


def says(b: Broken, kind: str, reason: str, message: str) -> None:
    """A condition that its controller sets to False, and those that are made of it."""
    conditions = b.one(SERVICE)["status"]["conditions"]
    for one in conditions:
        if one["type"] in (kind, "Ready"):
            one |= {"status": "False", "reason": reason, "message": message}
