"""The real gateway of a sandbox that answers, with a picker, routing proxies and stand-ins behind it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.sandbox.looks import conditions, get, until
from tests.test_installed_cells import planned
from wellit import access, lifecycle
from wellit.reach import reach
from wellit.sandbox import Sandbox
from wellit.sandbox.box.simulated import CONTROLLER, MESSAGE, REASON
from wellit.sandbox.kubectl import apply, asked

ISTIOD = "istio.io/gateway-controller"
GATEWAY = "infra-inference-scheduling-inference-gateway"
NAMESPACE = "front"
MODEL = "Qwen/Qwen2.5-0.5B-Instruct"
# The picker's pod is Ready before it listens: it makes itself a key first, which takes a busy machine long.
PICKER_SECONDS = 120.0
# What the picker adds to every answer that it has seen.
SEEN = "x-went-into-resp-headers"


@dataclass
class Stack:
    sandbox: Sandbox
    port: int

    @contextmanager
    def ask(self, **more: Any) -> Iterator[http.client.HTTPResponse]:
        """A chat completion, its answer not read yet."""
        body = {"model": MODEL, "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8} | more
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as there:
            there.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
            yield there.getresponse()

    def answers(self) -> bool:
        # A pool is open when its picker is not there: what was not seen by it proves nothing yet.
        with self.ask() as answer:
            return answer.status == 200 and SEEN in answer.headers

    def one(self, kind: str, name: str = "") -> Any:
        found = get(self.sandbox, "-n", NAMESPACE, kind, *([name] if name else []))
        return found if name else found["items"][0]


@pytest.fixture(scope="module")
def stack(answers: Sandbox) -> Iterator[Stack]:
    """inference-scheduling with SGLang, installed as anybody installs it."""
    there = access.open_access(kubeconfig=str(answers.kubeconfig))
    found = planned(there, "inference-scheduling", NAMESPACE, engine="sglang")
    lifecycle.install(found, there, print, lambda _: None, timeout=120)
    with reach(there, NAMESPACE, f"service/{GATEWAY}-istio", 80) as url:
        made = Stack(answers, int(url.rpartition(":")[2]))
        assert until(made.answers, PICKER_SECONDS)
        yield made
    asked(answers, "delete", "namespace", NAMESPACE, "--wait=false")


def test_the_conditions_are_istiods_own(stack: Stack) -> None:
    said = conditions(stack.one("gateway", GATEWAY)["status"]["conditions"])
    assert said["Programmed"] == ("True", "Programmed")
    (parent,) = stack.one("httproute")["status"]["parents"]
    assert parent["controllerName"] == ISTIOD
    assert conditions(parent["conditions"]) == {
        "Accepted": ("True", "Accepted"),
        "ResolvedRefs": ("True", "ResolvedRefs"),
    }
    (parent,) = stack.one("inferencepool")["status"]["parents"]
    assert parent["parentRef"]["name"] == GATEWAY
    assert conditions(parent["conditions"])["Accepted"] == ("True", "Accepted")


def test_an_answer_comes_from_a_pod_that_the_picker_chose(stack: Stack) -> None:
    with stack.ask() as answer:
        said = json.loads(answer.read())
    pods = get(stack.sandbox, "-n", NAMESPACE, "pods", "-l", "llm-d.ai/role=decode")["items"]
    assert (answer.status, answer.headers[SEEN]) == (200, "true")
    assert answer.headers["x-inference-pod"] in [pod["metadata"]["name"] for pod in pods]
    assert said["choices"][0]["message"]["content"]


def test_a_streamed_answer_arrives_as_it_is_made(stack: Stack) -> None:
    with stack.ask(max_tokens=60, stream=True) as answer:
        came = [time.monotonic() for line in answer if line.startswith(b"data: {")]
    # 60 tokens at 100 a second; held back on the way they would come all at once
    assert len(came) >= 60
    assert came[-1] - came[0] > 0.4


def test_istiod_makes_the_gateways_pod_as_the_chart_asks_and_it_says_what_it_is(stack: Stack) -> None:
    deployment = stack.one("deployment", f"{GATEWAY}-istio")
    assert deployment["metadata"]["ownerReferences"][0]["kind"] == "Gateway"
    (proxy,) = deployment["spec"]["template"]["spec"]["containers"]
    # from the ConfigMap that the Gateway's parametersRef names
    assert "misc:warn" in proxy["args"]
    log = asked(stack.sandbox, "-n", NAMESPACE, "logs", f"deployment/{GATEWAY}-istio")
    assert "pilot-agent (stand-in): Envoy" in log


OTHERS = """
apiVersion: v1
kind: Namespace
metadata: {name: others}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: simulated, namespace: others}
spec: {gatewayClassName: agentgateway, listeners: [{name: default, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: nobodys, namespace: others}
spec: {gatewayClassName: unheard-of, listeners: [{name: default, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: real, namespace: others, annotations: {networking.istio.io/service-type: ClusterIP}}
spec: {gatewayClassName: istio, listeners: [{name: default, port: 8080, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: both, namespace: others}
spec:
  parentRefs: [{name: simulated}, {name: real}]
  rules: [{backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: pool, port: 8000}]}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: pool, namespace: others}
spec:
  selector: {matchLabels: {app: model}}
  targetPorts: [{number: 8000}]
  endpointPickerRef: {name: picker, port: {number: 9002}}
"""


@pytest.fixture(scope="module")
def others(answers: Sandbox) -> Iterator[Sandbox]:
    apply(answers, objects=yaml.safe_load_all(OTHERS))
    yield answers
    asked(answers, "delete", "namespace", "others", "--wait=false")


def _of(sandbox: Sandbox, kind: str, name: str) -> Any:
    return get(sandbox, "-n", "others", kind, name)["status"]


def test_other_classes_are_simulated_and_say_so_and_nobodys_wait(others: Sandbox) -> None:
    assert until(lambda: "listeners" in _of(others, "gateway", "simulated"))
    for one in _of(others, "gateway", "simulated")["conditions"]:
        assert (one["status"], one["reason"], one["message"]) == ("True", REASON, MESSAGE)
    waits = conditions(_of(others, "gateway", "nobodys")["conditions"])
    assert waits == {"Accepted": ("Unknown", "Pending"), "Programmed": ("Unknown", "Pending")}


@pytest.mark.parametrize(("kind", "name"), [("httproute", "both"), ("inferencepool", "pool")])
def test_a_route_and_its_pool_are_told_of_by_both(others: Sandbox, kind: str, name: str) -> None:
    def parents() -> dict[str, Any]:
        found = _of(others, kind, name).get("parents") or []
        return {parent["parentRef"]["name"]: parent for parent in found}

    assert until(lambda: set(parents()) == {"simulated", "real"})
    assert parents()["simulated"]["controllerName"] == CONTROLLER
    assert {one["reason"] for one in parents()["simulated"]["conditions"]} == {REASON}
    assert REASON not in {one["reason"] for one in parents()["real"]["conditions"]}
    time.sleep(2)  # neither takes away what the other said
    assert set(parents()) == {"simulated", "real"}


def test_the_pods_of_a_gateway_go_with_it(others: Sandbox) -> None:
    def pods() -> list[Any]:
        labels = "gateway.networking.k8s.io/gateway-name=real"
        return list(get(others, "-n", "others", "pods", "-l", labels)["items"])

    there = access.open_access(kubeconfig=str(others.kubeconfig))
    assert until(
        lambda: [conditions(pod["status"]["conditions"])["Ready"][0] for pod in pods()] == ["True"], PICKER_SECONDS
    )
    with (
        reach(there, "others", "service/real-istio", 8080) as url,
        closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)) as asking,
    ):
        asking.request("GET", "/v1/models")
        # nobody is in its pool
        assert asking.getresponse().status >= 500
    asked(others, "-n", "others", "delete", "gateway", "real")
    assert until(lambda: pods() == [])
