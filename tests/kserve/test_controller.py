"""KServe's own controller in a sandbox: what it makes of a resource, what it refuses, and how it lives."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import own_name
from tests.kserve.conftest import KIND, Answer, Asked
from tests.sandbox.looks import read_until, until
from wellit import sandbox as sandboxes
from wellit.paths import ROOT, cache
from wellit.sandbox import Sandbox, llmisvc, model
from wellit.sandbox.kubectl import asked as kubectl
from wellit.sandbox.processes import living

MADE_SECONDS = 240.0  # a busy machine takes its time
# The gateway of a stack, which accepts its pool by simulation.
NAME = "infra-llm-inference-gateway"
GATEWAY: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": NAME},
    "spec": {"gatewayClassName": "istio", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]},
}  # fmt: skip
SERVICE: dict[str, Any] = {
    "apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService", "metadata": {"name": "llm"},
    "spec": {
        "model": {"uri": "hf://Qwen/Qwen3-0.6B", "name": "Qwen/Qwen3-0.6B"},
        "replicas": 2,
        "labels": {"llm-d.ai/engine-type": "sglang"},
        "router": {"scheduler": {}, "route": {}, "gateway": {"refs": [{"name": NAME}]}},
        "template": {"containers": [{
            "name": "main", "image": "docker.io/lmsysorg/sglang:v0.5.6",
            "command": ["python3", "-m", "sglang.launch_server"],
            "args": ["--model-path", "/mnt/models", "--host", "0.0.0.0", "--port", "8000", "--enable-metrics"],
        }]},
    },
}  # fmt: skip
ADD = """
import sys
from wellit import sandbox
sandbox.add(sys.argv[1], ["kserve"], say=lambda line: print(line, flush=True))
"""


@pytest.fixture(scope="module")
def made(asked: Asked) -> Answer:
    """A service of SGLang behind a gateway, ready."""
    answer = asked(SERVICE, beside=[GATEWAY], until=ready, seconds=MADE_SECONDS)
    assert ready(answer), (answer.refused, answer.conditions)
    return answer


def test_a_service_becomes_a_deployment_of_its_own_container(asked: Asked, made: Answer) -> None:
    main = asked.get("deployment/llm-kserve", made.namespace)
    pod = main["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert (main["spec"]["replicas"], main["status"]["readyReplicas"]) == (2, 2)
    assert container["image"] == "docker.io/lmsysorg/sglang:v0.5.6"
    assert container["command"] == ["python3", "-m", "sglang.launch_server"]
    assert container["args"] == SERVICE["spec"]["template"]["containers"][0]["args"]
    assert {"llm-d.ai/role": "both", "llm-d.ai/engine-type": "sglang"}.items() <= pod["metadata"]["labels"].items()
    assert [one["name"] for one in pod["spec"]["initContainers"]] == ["storage-initializer"]


def test_beside_it_stand_a_scheduler_services_a_pool_and_a_route(asked: Asked, made: Answer) -> None:
    scheduler = asked.get("deployment/llm-kserve-router-scheduler", made.namespace)
    images = [one["image"] for one in scheduler["spec"]["template"]["spec"]["containers"]]
    assert "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0" in images
    pool = asked.get("inferencepools.inference.networking.k8s.io/llm-inference-pool", made.namespace)["spec"]
    services = asked.get("services", made.namespace)["items"]
    ports = {one["metadata"]["name"]: [port["port"] for port in one["spec"]["ports"]] for one in services}
    assert ports == {"llm-epp-service": [9002, 9003, 9090, 5557], "llm-kserve-workload-svc": [8000]}
    assert pool["endpointPickerRef"]["name"] == "llm-epp-service"
    assert pool["targetPorts"] == [{"number": 8000}]
    route = asked.get("httproute/llm-kserve-route", made.namespace)["spec"]
    assert [ref["name"] for ref in route["parentRefs"]] == [NAME]
    paths = {match["path"]["value"] for rule in route["rules"] for match in rule.get("matches", [])}
    assert f"/{made.namespace}/llm/v1/chat/completions" in paths


def test_the_definitions_of_the_sandbox_will_do(asked: Asked, made: Answer) -> None:
    """KServe is made for Gateway API 1.5 and the inference extension 1.5; the sandbox has 1.4 of both."""
    about = asked.get("crd/gateways.gateway.networking.k8s.io", "default")["metadata"]["annotations"]
    assert about["gateway.networking.k8s.io/bundle-version"] == "v1.4.0"
    statuses = {name: said[0] for name, said in made.conditions.items()}
    wanted = ("PresetsCombined", "GatewaysReady", "HTTPRoutesReady", "InferencePoolReady", "SchedulerWorkloadReady")
    assert {name: statuses[name] for name in wanted} == dict.fromkeys(wanted, "True")


def test_a_bad_one_is_refused_by_the_real_webhook(asked: Asked) -> None:
    spec = {**SERVICE["spec"], "parallelism": {"tensor": 2, "data": 4}}
    answer = asked(SERVICE | {"spec": spec})
    assert "spec.parallelism.dataLocal: Invalid value: null: dataLocal must be set when data is set" in answer.refused
    assert answer.refused == asked.dry(SERVICE | {"spec": spec})


def test_an_older_version_is_converted(asked: Asked) -> None:
    def read(version: str) -> Any:
        return asked.get(f"llminferenceservices.{version}.serving.kserve.io/older", answer.namespace)

    model_ = {"uri": "hf://a/b", "name": "b"}
    older = {"apiVersion": "serving.kserve.io/v1alpha1", "kind": "LLMInferenceService", "metadata": {"name": "older"},
             "spec": {"model": model_, "replicas": 3}}  # fmt: skip
    answer = asked(older, until=lambda one: bool(one.service))
    assert read("v1alpha2")["apiVersion"] == "serving.kserve.io/v1alpha2"
    assert [read(version)["spec"]["replicas"] for version in ("v1alpha1", "v1alpha2")] == [3, 3]


def test_a_controller_that_was_killed_is_said_and_the_same_command_mends_it(asked: Asked, made: Answer) -> None:
    name, said = asked.sandbox.name, list[str]()
    os.kill(controller(asked.sandbox), signal.SIGKILL)
    there = sandboxes.status(name)
    assert there and re.match(r"KServe v[\d.]+'s controller is not running \(its log: .*llmisvc.log\)", there.problem)
    assert "invoke sandbox.up mends it" in sandboxes.describe(there)
    sandboxes.add(name, ["kserve"], say=said.append)
    assert said[0].endswith("it is started again") and "is there, after" in said[1]
    there = sandboxes.status(name)
    assert there and not there.problem and "no cert-manager" in sandboxes.describe(there)
    assert ready(asked.wait(made.namespace, "llm"))
    said.clear()
    pid = controller(asked.sandbox)
    sandboxes.add(name, ["kserve"], say=said.append)
    assert len(said) == 1 and said[0].endswith("is in it already") and controller(asked.sandbox) == pid


def test_what_was_taken_away_by_hand_is_put_back(asked: Asked) -> None:
    hooks = "validatingwebhookconfiguration/llminferenceservice.serving.kserve.io"
    kubectl(asked.sandbox, "delete", hooks)
    sandboxes.add(asked.sandbox.name, ["kserve"], say=print)
    assert hooks.partition("/")[2] in kubectl(asked.sandbox, "get", hooks, "-o", "name")


@pytest.fixture
def other() -> Iterator[str]:
    """The name of a sandbox that is up, without KServe."""
    name = own_name("-interrupted")
    sandboxes.up(name, say=print, ready="simulated", nodes=1)
    yield name
    sandboxes.down(name, say=print)


def test_an_interrupted_one_is_said_and_goes_on_and_down_leaves_nothing(other: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ADD, other], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=os.environ | {"WELLIT_CACHE": str(cache()), "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        read_until(process, "definitions, controller, webhooks, presets")
        busy = sandboxes.status(other)
        assert busy and until(lambda: KIND in kubectl(busy, "get", "crds", "-o", "name"), 400)
        process.kill()
    there = sandboxes.status(other)
    assert there and re.fullmatch(r"KServe v[\d.]+ was never finished in it", there.problem)
    sandboxes.add(other, ["kserve"], say=print)
    there = sandboxes.status(other)
    assert there and not there.problem
    folder = model.folder(other)
    assert "llmisvc" in living(folder).values() and llmisvc.log(there).stat().st_size
    sandboxes.down(other, say=print)
    assert living(folder) == {} and not folder.exists()


def ready(answer: Answer) -> bool:
    return answer.conditions.get("Ready", ("",))[0] == "True"


def controller(sandbox: Sandbox) -> int:
    """The controller's process."""
    (pid,) = [pid for pid, program in living(sandbox.folder).items() if program == "llmisvc"]
    assert Path(f"/proc/{pid}").exists()
    return pid
