"""A graph of Dynamo in both versions of its API, as an object: two prefill workers over two nodes each, one decode."""

from __future__ import annotations

from typing import Any

import yaml

from wellit.demand import Kind, Object

GRAPH = Kind("nvidia.com/v1beta1", "DynamoGraphDeployment")
BETA = """
apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: {name: g}
spec:
  backendFramework: sglang
  env: [{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: shared, key: HF_TOKEN}}}]
  components:
    - name: Frontend
      type: frontend
      podTemplate:
        spec:
          containers:
            - {name: main, image: "example.org/runtime:1.3.1", resources: {limits: {cpu: "1"}}}
    - name: prefill
      type: prefill
      replicas: 2
      multinode: {nodeCount: 2}
      podTemplate:
        metadata: {labels: {team: a}}
        spec:
          nodeSelector: {gpu: big}
          tolerations: [{operator: Exists}]
          containers:
            - name: main
              image: example.org/runtime:1.3.1
              command: [python3, -m, dynamo.sglang]
              args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill,
                     --disaggregation-transfer-backend, nixl, --disaggregation-bootstrap-port, "12345"]
              envFrom: [{secretRef: {name: hf-token-secret}}]
              resources: {limits: {nvidia.com/gpu: "4", memory: 64Gi}, requests: {nvidia.com/gpu: "4", memory: 64Gi}}
            - {name: beside, image: "example.org/beside:2", resources: {requests: {cpu: 500m}}}
    - name: decode
      type: decode
      replicas: 1
      podTemplate:
        spec:
          containers:
            - name: main
              image: example.org/runtime:1.3.1
              command: [python3, -m, dynamo.sglang]
              args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
              resources: {limits: {nvidia.com/gpu: "4"}}
"""
ALPHA = """
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: g}
spec:
  backendFramework: sglang
  envs: [{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: shared, key: HF_TOKEN}}}]
  services:
    Frontend:
      componentType: frontend
      resources: {limits: {cpu: "1"}}
      extraPodSpec: {mainContainer: {image: "example.org/runtime:1.3.1"}}
    prefill:
      componentType: worker
      subComponentType: prefill
      replicas: 2
      multinode: {nodeCount: 2}
      envFromSecret: hf-token-secret
      extraPodMetadata: {labels: {team: a}}
      resources: {limits: {gpu: "4", memory: 64Gi}, requests: {gpu: "4", memory: 64Gi}}
      extraPodSpec:
        nodeSelector: {gpu: big}
        tolerations: [{operator: Exists}]
        containers: [{name: beside, image: "example.org/beside:2", resources: {requests: {cpu: 500m}}}]
        mainContainer:
          image: example.org/runtime:1.3.1
          command: [python3]
          args: [-m, dynamo.sglang, --model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill,
                 --disaggregation-transfer-backend, nixl, --disaggregation-bootstrap-port, "12345"]
    decode:
      componentType: worker
      subComponentType: decode
      replicas: 1
      resources: {limits: {gpu: "4"}}
      extraPodSpec:
        mainContainer:
          image: example.org/runtime:1.3.1
          command: [python3]
          args: [-m, dynamo.sglang, --model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
"""
OBJECTS = {"v1beta1": BETA, "v1alpha1": ALPHA}


def graph(version: str = "v1beta1") -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(OBJECTS[version])
    return made


def item() -> Object:
    return Object(GRAPH, "g", "dynamo-x")
