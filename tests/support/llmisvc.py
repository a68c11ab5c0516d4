"""An LLMInferenceService of KServe as an object, and what its controller says of one."""

from __future__ import annotations

from typing import Any

import yaml

from wellit.demand import Kind, Object

SERVICE = Kind("serving.kserve.io/v1alpha2", "LLMInferenceService")
DEPLOYMENT = Kind("apps/v1", "Deployment")
SELECTS = "app.kubernetes.io%2Fname%3Dllm%2Capp.kubernetes.io%2Fpart-of%3Dllminferenceservice"
TEXT = """
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata: {name: llm, namespace: ns}
spec:
  model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
  replicas: 2
  router:
    route: {}
    gateway: {refs: [{name: infra-llm-inference-gateway, namespace: ns}]}
    scheduler: {}
  template:
    containers:
      - name: main
        image: example.org/sglang:v1
        resources: {limits: {nvidia.com/gpu: "1"}}
"""


def service(**spec: Any) -> dict[str, Any]:
    """The object; `spec` replaces fields of its spec, None takes one away."""
    made: dict[str, Any] = yaml.safe_load(TEXT)
    made["spec"] = {key: value for key, value in (made["spec"] | spec).items() if value is not None}
    return made


def item() -> Object:
    return Object(SERVICE, "llm", "kserve-llm")


def labels(component: str = "workload", name: str = "llm") -> dict[str, str]:
    """Labels of what KServe makes of it."""
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": "llminferenceservice",
        "app.kubernetes.io/component": f"llminferenceservice-{component}",
    }


def deployment(name: str = "llm-kserve", ready: int = 2, owner: str = "u1", **status: Any) -> dict[str, Any]:
    """A Deployment that KServe made, of two replicas."""
    about = {"name": name, "generation": 1, "labels": labels()}
    about["ownerReferences"] = [{"kind": SERVICE.kind, "name": "llm", "uid": owner}]
    counted = {"observedGeneration": 1, "updatedReplicas": 2, "readyReplicas": ready, "replicas": 2} | status
    return {"metadata": about, "spec": {"replicas": 2}, "status": counted}


def condition(name: str = "Ready", status: str = "True", reason: str = "", message: str = "") -> dict[str, Any]:
    return {"type": name, "status": status, "reason": reason, "message": message}
