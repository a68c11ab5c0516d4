"""What wellit says that KServe makes of a service is what its controller makes of it.

The words of a preset's script are those that a program of the name vllm is started with when bash runs the script.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kserve.conftest import Asked, Object
from wellit import process
from wellit.seen.service import Workload, of_object
from wellit.templates import templates

SECONDS = 240.0  # a busy machine takes its time
HEAD = "apiVersion: serving.kserve.io/v1alpha2\nkind: LLMInferenceService\nmetadata: {name: chat}\n"
SGLANG = """
    - name: main
      image: lmsysorg/sglang:v0.5.9
      command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --host, 0.0.0.0, --port, "8000"]
      args: [--served-model-name, "{{ .Spec.Model.Name }}", --enable-metrics]
      readinessProbe: {timeoutSeconds: 5, periodSeconds: 0}
      livenessProbe: {httpGet: {path: /v1/models, port: 8000}, timeoutSeconds: 20}
      securityContext: {runAsNonRoot: false}
      env: [{name: HOME, value: /root}, {name: MINE, value: "1"}]
      ports: [{containerPort: 9000, name: more}]
      resources: {limits: {nvidia.com/gpu: "1"}}
"""
CASES = {
    "vllm by preset": """
spec:
  model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
  replicas: 2
  parallelism: {tensor: 2}
  labels: {team: a}
  router: {scheduler: {}}
  template:
    containers:
    - name: main
      args: [--max-model-len, "4096", '{"a": "b c"}', "'{\\"a\\": 1}'", --seed 1]
      env: [{name: VLLM_ADDITIONAL_ARGS, value: "--enforce-eager --dtype 'half'"}, {name: HOME, value: ""}]
""",
    "sglang": f"""
spec:
  model: {{uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}}
  labels: {{llm-d.ai/engine-type: sglang}}
  router: {{scheduler: {{}}}}
  template:
    volumes: [{{name: home, emptyDir: {{sizeLimit: 1Gi}}}}, {{name: mine, emptyDir: {{}}}}]
    containers:{SGLANG}""",
    "vllm apart": """
spec:
  model: {uri: "hf://Qwen/Qwen3-0.6B"}
  labels: {team: a}
  router: {scheduler: {}}
  prefill:
    replicas: 3
    labels: {team: b}
    parallelism: {tensor: 4}
    template:
      containers:
      - {name: main, args: [--seed, "2"]}
      - {name: beside, image: "registry.example/beside:1", command: [sleep, infinity]}
""",
    "sglang apart": f"""
spec:
  model: {{uri: "hf://Qwen/Qwen3-0.6B", name: m}}
  router: {{scheduler: {{}}}}
  template:
    initContainers:
    - name: llm-d-routing-sidecar
      command: [/app/pd-sidecar, --port=8000, --vllm-port=8001, --kv-connector=sglang]
      env: [{{name: SGLANG_BOOTSTRAP_PORT, value: "8998"}}]
    containers:{SGLANG}
  prefill:
    template:
      containers:{SGLANG.replace(chr(10), chr(10) + "  ")}""",
    "of a config": """
spec:
  model: {uri: "hf://Qwen/Qwen3-0.6B", name: m}
  baseRefs: [{name: ours}, {name: theirs}]
  template: {containers: [{name: main, env: [{name: A, value: spec}]}]}
""",
}
CONFIGS = """
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceServiceConfig
metadata: {name: ours}
spec:
  template:
    containers:
    - name: main
      image: registry.example/vllm:1
      args: [--seed, "1"]
      env: [{name: A, value: o}, {name: B, value: o}]
---
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceServiceConfig
metadata: {name: theirs}
spec:
  prefill: {replicas: 2}
  template: {containers: [{name: main, args: [--seed, "2"], env: [{name: B, value: t}, {name: C, value: t}]}]}
"""


@pytest.fixture(scope="module")
def manifests(asked: Asked) -> dict[str, Object]:
    """All of them as they were put there, at once: the controller is waited for once."""
    return {case: put(asked, text) for case, text in CASES.items()}


def put(asked: Asked, text: str) -> Object:
    """A manifest in a namespace of its own, with the configs that it may name."""
    namespace = asked.namespace()
    manifest: Object = yaml.safe_load(HEAD + text)
    manifest["metadata"]["namespace"] = namespace
    asked.apply(
        *({**one, "metadata": {**one["metadata"], "namespace": namespace}} for one in yaml.safe_load_all(CONFIGS))
    )
    asked.apply(manifest)
    return manifest


def made_of(asked: Asked, manifest: Object) -> dict[str, Object]:
    """The Deployments that were made of it by the end of their names."""
    wanted = {one.part for one in templates(manifest)}
    if "baseRefs" in manifest["spec"]:
        wanted.add("prefill")
    over = time.monotonic() + SECONDS
    found: dict[str, Object] = {}
    while time.monotonic() < over and len(found) < len(wanted):
        listed = asked.get("deployments.apps", manifest["metadata"]["namespace"]).get("items", [])
        found = {one["metadata"]["name"].removeprefix("chat-kserve").strip("-") or "main": one for one in listed}
        time.sleep(0.2)
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_pods_are_those_that_the_controller_makes(
    asked: Asked, manifests: dict[str, Object], case: str, tmp_path: Path
) -> None:
    manifest = manifests[case]
    found = made_of(asked, manifest)
    configs = {one["metadata"]["name"]: one for one in yaml.safe_load_all(CONFIGS)}
    service = of_object(manifest, manifest["metadata"]["namespace"], configs)
    parts = {"main": service.workloads[0], **{one.part: one for one in service.workloads}}
    if service.scheduler:
        parts["router-scheduler"] = service.scheduler
    assert set(found) == set(parts)
    for part, one in parts.items():
        template = found[part]["spec"]["template"]
        assert template["metadata"]["labels"] == one.labels
        assert found[part]["spec"]["replicas"] == one.replicas
        agree(one, template["spec"], tmp_path)


def agree(one: Workload, pod: Mapping[str, Any], folder: Path) -> None:
    """Whether our view of a pod has nothing that the real one has not, and no container less."""
    ours: Mapping[str, Any] = one.pod.value
    assert {each["name"] for each in ours["containers"]} == {each["name"] for each in pod["containers"]}
    real = {each["name"]: each for each in (*pod["containers"], *pod.get("initContainers", ()))}
    for container in (*ours["containers"], *ours.get("initContainers", ())):
        theirs = real[container["name"]]
        words = {"command", "args"}
        if not (one.by_preset and container["name"] == "main"):
            assert sorted(without_tls(theirs.get("command", []))) == sorted(container.get("command", []))
            assert theirs.get("args", [])[: len(container.get("args", []))] == filled(one, container.get("args", []))
        within({key: value for key, value in container.items() if key not in words}, theirs)
    within({"volumes": ours.get("volumes", [])}, pod)
    if one.by_preset and one.part != "scheduler":
        assert one.words.texts[1:] == started(real["main"], folder)
    if one.part != "scheduler":
        ports = {each["containerPort"] for each in real["main"]["ports"]}
        assert one.expected_port in ports
        probes = {probe.name: (probe.path, probe.port) for probe in one.probes}
        assert probes == {
            name: (real["main"][name]["httpGet"]["path"], real["main"][name]["httpGet"]["port"]) for name in probes
        }
        assert len(probes) == 3


def without_tls(words: list[str]) -> list[str]:
    return [word for word in words if word]


def filled(one: Workload, words: list[str]) -> list[str]:
    return [word.replace("{{ .Spec.Model.Name }}", one.service.model_name) for word in words]


def within(ours: Any, theirs: Any) -> None:
    """Whether all of ours is in theirs, which may have more: members of a list by name, number or place."""
    if isinstance(ours, Mapping):
        for key, value in ours.items():
            if value is not None:
                assert key in theirs, (key, theirs)
                within(value, theirs[key])
    elif isinstance(ours, list) and all(isinstance(each, Mapping) for each in ours):
        by = next(key for key in ("name", "containerPort", "mountPath") if all(key in each for each in ours))
        known = {each.get(by): each for each in theirs}
        for each in ours:
            within(each, known[each[by]])
    else:
        assert ours == theirs


def started(container: Mapping[str, Any], folder: Path) -> list[str]:
    """The words after `vllm` with which the container's script starts it."""
    program = folder / "vllm"
    program.write_text('#!/bin/bash\n[ "$1" = --version ] || printf "%s\\0" "$@" > "$SAID"\n')
    program.chmod(0o755)
    said = folder / "said"
    variables = {entry["name"]: entry.get("value", "") for entry in container["env"]}
    environment = {**variables, "PATH": f"{folder}:{os.environ['PATH']}", "SAID": str(said)}
    done = process.run([*container["command"], *container.get("args", [])], env=environment)
    assert done.ok, done.err
    words = said.read_text().split("\0")[:-1]
    return [word for word in words if word != "--disable-uvicorn-access-log"]
