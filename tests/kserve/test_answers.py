"""The guide's four environments are installed in a sandbox that answers: KServe's own controller, istiod and Envoy,
llm-d's picker and proxy, the presets' own shell script; stand-ins are the engines and the storage initializer.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from wellit import compose, lifecycle, plan, render
from wellit.access import Access, open_access
from wellit.compose import Choice
from wellit.engines import Engine, engines
from wellit.reach import reach
from wellit.sandbox import Sandbox

Object = dict[str, Any]
GUIDE, NAME, MODEL = "llm-inference-service", "llm", "Qwen/Qwen3-0.6B"
ENVIRONMENTS = {"kserve": "vllm", "kserve-sglang": "sglang", "kserve-pd": "vllm", "kserve-sglang-pd": "sglang"}
SPLIT = [name for name in ENVIRONMENTS if name.endswith("-pd")]
SECONDS = 240.0  # a machine that runs other tests besides is slow
# The port of an engine by the role of its pod: a decode server stands behind its proxy.
PORTS = {"both": 8000, "prefill": 8000, "decode": 8001}


@dataclass(frozen=True)
class Stack:
    """One environment, installed."""

    here: Access
    environment: str
    namespace: str

    @property
    def engine(self) -> Engine:
        return next(engine for engine in engines() if engine.name == ENVIRONMENTS[self.environment])

    def get(self, what: str) -> list[Object]:
        done = self.here.call("get", what, "-n", self.namespace, "-o", "json")
        assert done.ok, done.err
        items: list[Object] = json.loads(done.out)["items"]
        return items

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] = {}) -> tuple[int, str]:
        """The status and the body of the answer through the stack's own gateway."""
        with reach(self.here, self.namespace, f"service/infra-{NAME}-inference-gateway-istio", 80) as url:
            sent = {"Content-Type": "application/json", **headers}
            request = urllib.request.Request(url + path, json.dumps(body).encode(), sent)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()

    def complete(self, prompt: str = "", **more: Any) -> tuple[int, str]:
        path = f"/{self.namespace}/{NAME}/v1/completions"
        return self.post(path, {"model": MODEL, "prompt": prompt or f"at {time.time_ns()}: " + "say it " * 40, **more})

    def pods(self, role: str = "") -> list[Object]:
        """The pods of the engines."""
        found = [pod for pod in self.get("pods") if pod["metadata"]["labels"].get("kserve.io/component") == "workload"]
        return [pod for pod in found if role in ("", pod["metadata"]["labels"]["llm-d.ai/role"])]

    def counted(self, role: str, name: str) -> float:
        """The sum of one of the engine's counters over the pods of a role."""
        metric, total = self.engine.metrics["also"][name], 0.0
        for pod in self.pods(role):
            with (
                reach(self.here, self.namespace, f"pod/{pod['metadata']['name']}", PORTS[role]) as url,
                urllib.request.urlopen(url + self.engine.metrics["path"], timeout=60) as answer,
            ):
                lines = answer.read().decode().splitlines()
            total += sum(float(line.split()[-1]) for line in lines if line.partition("{")[0] == metric)
        return total

    def logs(self, pod: str, container: str) -> str:
        return self.here.call("logs", pod, "-c", container, "-n", self.namespace).out


@pytest.fixture(scope="module")
def here(answering: Sandbox) -> Access:
    return open_access(sandbox=answering.name)


def installed(here: Access, environment: str) -> Stack:
    choice = Choice(GUIDE, environment, f"of-{environment}", {"charts": "offline"}, "small")
    made = compose.compose(choice)
    prepared = plan.prepare(made, render.render(made, print), here)
    lifecycle.install(prepared, here, print, lambda _: None, timeout=SECONDS)
    return Stack(here, environment, made.namespace)


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def stack(request: pytest.FixtureRequest, here: Access) -> Iterator[Stack]:
    made = installed(here, request.param)
    answered(made)
    yield made
    here.call("delete", "namespace", made.namespace, "--wait=false")


def answered(stack: Stack) -> Object:
    """An answer, waited for: a gateway that was told of a route a moment ago may not know its picker yet."""
    until = time.monotonic() + SECONDS
    while (found := stack.complete(max_tokens=4))[0] != 200 and time.monotonic() < until:
        time.sleep(0.5)
    assert found[0] == 200, found
    body: Object = json.loads(found[1])
    return body


def test_a_request_is_answered_by_a_pod_that_kserve_made(stack: Stack) -> None:
    body = answered(stack)
    assert body["model"] == MODEL
    (service,) = stack.get("llminferenceservices")
    assert service["status"]["url"].endswith(f"/{stack.namespace}/{NAME}")
    with (
        reach(stack.here, stack.namespace, f"service/infra-{NAME}-inference-gateway-istio", 80) as url,
        urllib.request.urlopen(f"{url}/{stack.namespace}/{NAME}/v1/models", timeout=60) as answer,
    ):
        names = [one["id"] for one in json.loads(answer.read())["data"]]
    assert names[0] == MODEL


def test_who_stands_in_is_said_on_the_pods_and_in_their_logs(stack: Stack) -> None:
    titles = {
        "storage-initializer": "which downloads nothing, stands in for",
        "main": f"stand-in for {stack.engine.title} plays",
    }
    for pod in stack.pods():
        name, message = pod["metadata"]["name"], pod["status"]["message"]
        for container, told in titles.items():
            assert told in message
            assert told in stack.logs(name, container)
        assert f"{MODEL} of Hugging Face would be downloaded to /mnt/models" in stack.logs(name, "storage-initializer")
    scheduler = next(pod for pod in stack.get("pods") if "router-scheduler" in pod["metadata"]["name"])
    assert (
        "endpoint picker v0.7.1 stands in for ghcr.io/llm-d/llm-d-router-endpoint-picker"
        in scheduler["status"]["message"]
    )
    assert "reads the metrics of every engine by vLLM's names" in stack.logs(scheduler["metadata"]["name"], "main")


@pytest.mark.parametrize("stack", SPLIT, indirect=True)
def test_a_shared_request_is_done_by_both_halves(stack: Stack) -> None:
    """By the engines' own counters, of which the engine's file says that they prove it."""
    proof = stack.engine.data["disaggregation"]["proof"]

    def now() -> tuple[float, float, float]:
        handed = stack.counted("decode", proof["handedOver"]) if "handedOver" in proof else 0.0
        return stack.counted("prefill", proof["prefill"]), stack.counted("decode", proof["decode"]), handed

    before = now()
    for _ in range(3):
        assert stack.complete(max_tokens=4)[0] == 200
    prefill, decode, handed = (after - was for after, was in zip(now(), before, strict=True))
    assert prefill > 0 and decode > 0
    assert handed > 0 or "handedOver" not in proof
    proxy = stack.logs(stack.pods("decode")[0]["metadata"]["name"], "llm-d-routing-sidecar")
    assert "routing proxy v0.7.1 stands in for ghcr.io/llm-d/llm-d-router-disagg-sidecar" in proxy


@pytest.mark.parametrize("stack", [name for name, engine in ENVIRONMENTS.items() if engine == "vllm"], indirect=True)
def test_a_request_is_sent_by_its_model_s_other_name(stack: Stack) -> None:
    """By a header, not a path. The prefill server has to know that name too, which its preset does not tell it."""
    name = f"publishers/{stack.namespace}/models/{MODEL}"
    body = {"model": name, "prompt": f"at {time.time_ns()}: " + "say it " * 40, "max_tokens": 4}
    status, said = stack.post("/v1/completions", body, {"X-Gateway-Model-Name": name})
    assert (status, json.loads(said).get("model")) == (200, name), said


@pytest.mark.parametrize("stack", ["kserve"], indirect=True)
def test_without_the_destination_rule_the_gateway_cannot_ask_the_picker(stack: Stack) -> None:
    """The picker speaks TLS with a certificate of its own, as KServe starts it; Istio has to be told."""
    (rule,) = stack.get("destinationrules")
    assert rule["spec"]["trafficPolicy"]["tls"] == {"mode": "SIMPLE", "insecureSkipVerify": True}
    assert stack.here.call("delete", "destinationrule", rule["metadata"]["name"], "-n", stack.namespace).ok
    try:
        until = time.monotonic() + SECONDS
        while (status := stack.complete(max_tokens=1)[0]) == 200 and time.monotonic() < until:
            time.sleep(0.2)
        assert status == 500
    finally:
        kept = rule | {"metadata": {key: rule["metadata"][key] for key in ("name", "namespace", "labels")}}
        assert stack.here.call("apply", "-f", "-", stdin=json.dumps(kept)).ok
    answered(stack)


def test_a_model_that_cannot_be_fetched_is_told_by_its_pod(here: Access) -> None:
    """KServe's webhook and controller take the URI; the storage initializer does not."""
    namespace = "of-no-model"
    spec = {"model": {"uri": "hf://Qwen/Qwen3/0.6B", "name": MODEL}, "template": {"containers": [{"name": "main"}]}}
    service = {"apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService",
               "metadata": {"name": NAME, "namespace": namespace}, "spec": spec}  # fmt: skip
    assert here.call("create", "namespace", namespace).ok
    assert here.call("create", "-f", "-", stdin=json.dumps(service)).ok
    stack, said, until = Stack(here, "kserve", namespace), "", time.monotonic() + SECONDS
    while "Invalid Hugging Face URI format" not in said and time.monotonic() < until:
        time.sleep(0.5)
        for pod in stack.pods():
            said = stack.logs(pod["metadata"]["name"], "storage-initializer")
    assert "Expected 'hf://owner/model[:revision]', got 'hf://Qwen/Qwen3/0.6B'" in said
    here.call("delete", "namespace", namespace, "--wait=false")
