"""What the sandbox's real API server makes of Dynamo's objects, by the schema that stands in for NVIDIA's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.sandbox.looks import get
from wellit.process import Done
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import kubectl

NAMESPACE = "dynamo-schema"
BETA = """
apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: {name: beta}
spec:
  backendFramework: sglang
  env: [{name: HF_HUB_OFFLINE, value: "1"}]
  components:
    - name: Frontend
      type: frontend
      replicas: 1
      podTemplate:
        spec:
          containers: [{name: main, image: "example.org/runtime:1.3.1", env: [{name: DYN_ROUTER_MODE, value: kv}]}]
    - name: decode
      type: decode
      replicas: 2
      multinode: {nodeCount: 2}
      sharedMemorySize: 16Gi
      podTemplate:
        metadata: {labels: {team: a}}
        spec:
          tolerations: [{key: nvidia.com/gpu, operator: Exists}]
          containers:
            - name: main
              image: example.org/runtime:1.3.1
              workingDir: /workspace
              command: [python3, -m, dynamo.sglang]
              args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]
              envFrom: [{secretRef: {name: hf-token-secret}}]
              readinessProbe: {httpGet: {path: /health, port: 9090}}
              resources: {limits: {nvidia.com/gpu: 4, memory: 64Gi}, requests: {nvidia.com/gpu: "4"}}
"""
ALPHA = """
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: alpha}
spec:
  backendFramework: sglang
  envs: [{name: HF_HUB_OFFLINE, value: "1"}]
  pvcs: [{name: cache}]
  services:
    Frontend:
      componentType: frontend
      replicas: 1
      extraPodSpec: {mainContainer: {image: "example.org/runtime:0.8.1"}}
    decode:
      componentType: worker
      subComponentType: decode
      replicas: 2
      envFromSecret: hf-token-secret
      envs: [{name: TOKEN, valueFrom: {secretKeyRef: {name: a, key: b}}}]
      multinode: {nodeCount: 2}
      volumeMounts: [{name: cache, mountPoint: /models}]
      sharedMemory: {size: 16Gi}
      resources: {limits: {gpu: "4", custom: {rdma/ib: "1"}}, requests: {cpu: "8", memory: 64Gi}}
      extraPodSpec:
        tolerations: [{key: nvidia.com/gpu, operator: Exists}]
        mainContainer:
          image: example.org/runtime:0.8.1
          command: [python3, -m, dynamo.sglang]
          args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]
          startupProbe: {httpGet: {path: /live, port: 9090}}
"""
OBJECTS = {"v1beta1": BETA, "v1alpha1": ALPHA}
# Where, what is written there, and a part of what the API server says.
REFUSED: dict[str, list[tuple[str, Any, str]]] = {
    "v1beta1": [
        ("backendFramework", "sg-lang", 'supported values: "sglang", "vllm", "trtllm"'),
        ("components.1.type", "decoder", 'supported values: "frontend", "worker", "prefill", "decode", "planner"'),
        ("components.1.type", "epp+", "Unsupported value"),
        ("components.1.replicas", "2", "must be of type integer"),
        ("components.1.replicas", -1, "should be greater than or equal to 0"),
        ("components.1.multinode.nodeCount", 1, "should be greater than or equal to 2"),
        ("components.1.name", "de_code", "should match"),
        ("components.1.name", "d" * 64, "may not be more than 63"),
        ("components.1.name", "Frontend", "Duplicate value"),
        ("components.1.name", "frontend", "differ in more than capitals"),
        ("components.1", {"type": "decode"}, "name"),
        ("components.1.runtimeVersionOverride", "1.4", "should match"),
        ("components.1.eppConfig", {"config": {}}, "belongs to a component of type epp"),
        ("components.1.minAvailable", 3, "at most the number of replicas"),
        ("components.1.modelRef", {"revision": "a"}, "modelRef.name: Required value"),
        ("components.1.podTemplate.spec", {"tolerations": []}, "containers: Required value"),
        ("components.1.podTemplate.spec.containers.0", {"image": "a:1.0.0"}, "name: Required value"),
        ("components.1.podTemplate.spec.containers.0.args", ["--page-size", 16], "must be of type string"),
        ("components.1.podTemplate.spec.containers.0.command", "python3 -m dynamo.sglang", "must be of type array"),
        ("components.1.podTemplate.spec.containers.0.env", [{"name": "A", "value": 1}], "must be of type string"),
        ("components.1.podTemplate.spec.containers.0.image", 1.3, "must be of type string"),
        ("components", {}, "must be of type array"),
        ("components.1.replica", 1, 'unknown field "spec.components[1].replica"'),
        ("service", {}, 'unknown field "spec.service"'),
        ("services", {"decode": {}}, "fields of v1alpha1"),
        ("restart", {"id": "1"}, "after the object was made"),
    ],
    "v1alpha1": [
        ("backendFramework", "tensorrt", "Unsupported value"),
        ("services.decode.replicas", "2", "must be of type integer"),
        ("services.decode.resources.limits.gpu", 4, "must be of type string"),
        ("services.decode.resources.limits.gpus", "4", 'unknown field "spec.services.decode.resources.limits.gpus"'),
        ("services.decode.multinode.nodeCount", 1, "should be greater than or equal to 2"),
        ("services.decode.envs", [{"value": "a"}], "name: Required value"),
        ("services.decode.envFromSecret", ["a"], "must be of type string"),
        ("services.decode.volumeMounts", [{"mountPoint": "/a"}], "name: Required value"),
        ("services.decode.extraPodSpec.mainContainer.args", ["--tp", 2], "must be of type string"),
        ("services.decode.sharedMemory", {"disabled": True, "size": "1Gi"}, "off has no size"),
        ("services.decode.subComponentType", True, "must be of type string"),
        ("services", [], "must be of type object"),
        ("pvcs", [{"name": "a", "create": True}], "a volume claim that is to be made"),
        ("components", [{"name": "decode"}], "fields of v1beta1"),
        ("restart", {"id": "1"}, "after the object was made"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def namespace(sandbox: Sandbox) -> Iterator[str]:
    assert kubectl(sandbox, "create", "namespace", NAMESPACE).ok
    yield NAMESPACE
    kubectl(sandbox, "delete", "namespace", NAMESPACE, "--wait=false")


def written(version: str, path: str = "", value: Any = None) -> dict[str, Any]:
    """The good object of a version, with one value of its spec replaced."""
    made: dict[str, Any] = yaml.safe_load(OBJECTS[version])
    *above, last = path.split(".") if path else [""]
    place: Any = made["spec"]
    for key in above:
        place = place[int(key) if key.isdigit() else key]
    if last:
        place[int(last) if last.isdigit() else last] = value
    return made


def send(sandbox: Sandbox, verb: str, what: dict[str, Any], *more: str) -> Done:
    return kubectl(sandbox, verb, "-n", NAMESPACE, "-f", "-", *more, stdin=json.dumps(what))


def spec(sandbox: Sandbox, version: str, name: str) -> Any:
    return get(sandbox, f"dynamographdeployments.{version}.nvidia.com/{name}", "-n", NAMESPACE)["spec"]


@pytest.mark.parametrize("version", OBJECTS)
def test_a_good_object_is_kept_as_written_whichever_version_it_is_read_in(sandbox: Sandbox, version: str) -> None:
    good = written(version)
    done = send(sandbox, "apply", good, "--server-side")
    assert done.ok, done.err
    for read in OBJECTS:
        assert spec(sandbox, read, good["metadata"]["name"]) == good["spec"]


@pytest.mark.parametrize(
    ("version", "path", "value", "said"),
    [(version, *one) for version, rows in REFUSED.items() for one in rows],
    ids=lambda value: str(value)[:40],
)
def test_what_is_refused(sandbox: Sandbox, version: str, path: str, value: Any, said: str) -> None:
    bad = written(version, path, value)
    bad["metadata"]["name"] = "new"
    done = send(sandbox, "create", bad, "--dry-run=server")
    assert not done.ok and said in done.err, done.err
    # As helm sends it; a wrong type is told in other words there.
    assert not send(sandbox, "apply", bad, "--dry-run=server", "--server-side").ok


def test_a_list_of_more_than_25_components(sandbox: Sandbox) -> None:
    many = [{"name": f"c{number}"} for number in range(26)]
    assert "must have at most 25 items" in send(sandbox, "create", written("v1beta1", "components", many)).err
    services: dict[str, Any] = {f"c{number}": {} for number in range(26)}
    assert "must have at most 25" in send(sandbox, "create", written("v1alpha1", "services", services)).err


def test_two_pickers(sandbox: Sandbox) -> None:
    two = [{"name": name, "type": "epp"} for name in "ab"]
    assert "one component at most is of type epp" in send(sandbox, "create", written("v1beta1", "components", two)).err


def test_what_cannot_be_changed_afterwards(sandbox: Sandbox) -> None:
    good = written("v1beta1")
    good["metadata"]["name"] = "kept"
    good["spec"]["components"][1]["minAvailable"] = 1
    assert send(sandbox, "apply", good, "--server-side").ok
    changed = json.loads(json.dumps(good))
    changed["spec"]["components"][1]["type"] = "prefill"
    assert "the type of a component stays" in send(sandbox, "apply", changed, "--server-side").err
    changed = json.loads(json.dumps(good))
    changed["spec"]["components"][1]["minAvailable"] = 2
    assert "minAvailable stays" in send(sandbox, "apply", changed, "--server-side").err
    restarted = json.loads(json.dumps(good))
    restarted["spec"]["restart"] = {"id": "1"}
    assert send(sandbox, "apply", restarted, "--server-side").ok


def test_it_says_that_it_is_our_own(sandbox: Sandbox) -> None:
    found = get(sandbox, "crd/dynamographdeployments.nvidia.com")
    assert "wellit's own" in found["metadata"]["annotations"]["wellit.dev/stands-for"]
    said = " ".join(kubectl(sandbox, "explain", "dgd").out.split())
    assert "wellit's own schema" in said and "no operator" in said


def test_the_columns_of_a_list(sandbox: Sandbox) -> None:
    assert kubectl(sandbox, "get", "dgd", "-n", NAMESPACE).out.split()[:4] == ["NAME", "READY", "BACKEND", "AGE"]


def test_an_object_changes_its_version_in_place(sandbox: Sandbox) -> None:
    """As an install with another release train does it; where NVIDIA's operator is, its webhook converts."""
    both = {version: written(version) for version in OBJECTS}
    for version in ("v1alpha1", "v1beta1", "v1alpha1"):
        both[version]["metadata"]["name"] = "moved"
        done = send(sandbox, "apply", both[version], "--server-side")
        assert done.ok, done.err
        assert spec(sandbox, version, "moved") == both[version]["spec"]
