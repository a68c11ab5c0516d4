"""What KServe's own controller says of services that are broken on purpose, and the cause that doctor names for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.kserve.conftest import Answer, Asked
from wellit import doctor
from wellit.access import open_access
from wellit.findings import Check

Object = dict[str, Any]
GATEWAY_API = "gateway.networking.k8s.io/v1"
CONFIG: Object = {"apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceServiceConfig"}
PROBE = {"httpGet": {"path": "/health", "port": 8000, "scheme": "HTTP"}, "timeoutSeconds": 20, "failureThreshold": 60}
SGLANG: Object = {
    "name": "main", "image": "docker.io/lmsysorg/sglang:v0.5.14",
    "command": ["python3", "-m", "sglang.launch_server"],
    "args": ["--model-path", "/mnt/models", "--host", "0.0.0.0", "--port", "8000", "--served-model-name", "m",
             "--enable-metrics"],
    "securityContext": {"runAsNonRoot": False},
    "startupProbe": PROBE, "readinessProbe": PROBE, "livenessProbe": PROBE,
}  # fmt: skip


def service(**spec: Any) -> Object:
    """One with a gateway of its own; `spec` replaces fields."""
    made: Object = {
        "model": {"uri": "hf://Qwen/Qwen3-0.6B", "name": "m"}, "labels": {"llm-d.ai/engine-type": "sglang"},
        "template": {"containers": [copy.deepcopy(SGLANG)]},
        "router": {"gateway": {"refs": [{"name": "gw"}]}, "route": {}, "scheduler": {}},
    }  # fmt: skip
    return {
        "apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService", "metadata": {"name": "llm"},
        "spec": {key: value for key, value in {**made, **spec}.items() if value is not None},
    }  # fmt: skip


def gateway(of_class: str = "istio") -> Object:
    listeners = [{"name": "default", "port": 80, "protocol": "HTTP"}]
    spec = {"gatewayClassName": of_class, "listeners": listeners}
    return {"apiVersion": GATEWAY_API, "kind": "Gateway", "metadata": {"name": "gw"}, "spec": spec}


def config(name: str, **spec: Any) -> Object:
    return {**CONFIG, "metadata": {"name": name}, "spec": {"model": {"uri": "hf://a/b"}, **spec}}


@dataclass(frozen=True)
class Fault:
    """A manifest, what stands beside it, the condition that its controller sets, and what doctor names."""

    name: str
    manifest: Object
    condition: str
    reason: str
    check: str
    says: tuple[str, ...]
    mends: tuple[str, ...] = ()
    beside: tuple[Object, ...] = field(default=())


FAULTS = [
    Fault("a base that is not there", service(baseRefs=[{"name": "none"}]), "PresetsCombined", "ConfigNotFound",
          "WL942", ("no preset none", "baseRefs"), ("/spec/baseRefs/0",)),
    Fault("a base that is misspelt", service(baseRefs=[{"name": "our-bsae"}]), "PresetsCombined", "ConfigNotFound",
          "WL942", ("our-bsae",), ('"our-base"',), (config("our-base"),)),
    Fault("a preset that nobody ships",
          service(parallelism={"pipeline": 2}, worker={"containers": [copy.deepcopy(SGLANG)]}),
          "PresetsCombined", "ConfigNotFound", "WL942", ("pipeline-parallel", "no release of KServe"), ("edit",)),
    Fault("no gateway", service(), "GatewaysReady", "RefsInvalid", "WL731", ("there is no gateway gw",),
          ("get gateways -A",)),
    Fault("KServe's own gateway is missing", service(router={"route": {}, "scheduler": {}}), "HTTPRoutesReady",
          "RefsInvalid", "WL731", ("kserve-ingress-gateway in kserve",), ("router.gateway.refs",)),
    Fault("a class that is not there", service(), "HTTPRoutesReady", "HTTPRouteReconcileError", "WL730",
          ("nobody",), (), (gateway("nobody"),)),
    Fault("an address of no kind that it knows", service(model={"uri": "foo://a/b", "name": "m"}), "MainWorkloadReady",
          "ReconcileSingleNodeWorkloadError", "WL944", ("foo://",), ("hf://",), (gateway(),)),
    Fault("stopped", {**service(), "metadata": {"name": "llm", "annotations": {"serving.kserve.io/stop": "true"}}},
          "MainWorkloadReady", "Stopped", "WL952", ("stopped by its annotation",), ("serving.kserve.io/stop-",),
          (gateway(),)),
]  # fmt: skip


def says(condition: str, reason: str) -> Callable[[Answer], bool]:
    """Whether it says so, and nothing is on its way any more: doctor tells that first."""
    return lambda answer: (
        answer.conditions.get(condition, ("", "", ""))[:2] == ("False", reason)
        and all(why != "Progressing" for _, why, _ in answer.conditions.values())
    )


def examined(asked: Asked, namespace: str) -> dict[str, Check]:
    """The failed checks of doctor by id, the first of each, in their order."""
    found: dict[str, Check] = {}
    for check in doctor.examine(open_access(sandbox=asked.sandbox.name), namespace).checks:
        if check.status == "fail":
            found.setdefault(check.id, check)
    return found


@pytest.fixture(scope="module")
def faults(asked: Asked) -> dict[str, Answer]:
    """All of them, put there at once: the controller is waited for once."""
    return {one.name: asked(one.manifest, beside=one.beside, until=at_once) for one in FAULTS}


def at_once(_: Answer) -> bool:
    return True


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: one.name)
def test_doctor_names_the_cause(asked: Asked, faults: dict[str, Answer], one: Fault) -> None:
    put = faults[one.name]
    assert not put.refused, put
    answer = asked.wait(put.namespace, put.name, says(one.condition, one.reason))
    assert answer.conditions[one.condition][1] == one.reason, answer
    found = examined(asked, answer.namespace)
    assert next(iter(found)) == one.check, {key: check.detail for key, check in found.items()}
    check = found[one.check]
    assert all(words in f"{check.detail}\n{check.evidence}" for words in one.says), check
    assert check.fix and all(words in check.fix for words in one.mends), check.fix


@dataclass(frozen=True)
class Wrong:
    """What its controller takes without a word, and doctor names all the same."""

    name: str
    container: Object
    check: str
    says: str
    spec: Object = field(default_factory=dict)


WRONG = [
    Wrong("a container of another name", {**SGLANG, "name": "sglang"}, "WL951", "run beside the preset's main"),
    Wrong("no label", SGLANG, "WL948", "llm-d.ai/engine-type: sglang", {"labels": None}),
    Wrong("another port", {**SGLANG, "args": [*SGLANG["args"][:5], "8300", *SGLANG["args"][6:]]}, "WL739", "8300"),
    Wrong("another host", {**SGLANG, "args": [*SGLANG["args"][:3], "127.0.0.1", *SGLANG["args"][4:]]}, "WL752",
          "127.0.0.1"),
]  # fmt: skip


def made(answer: Answer) -> bool:
    return "MainWorkloadReady" in answer.conditions and "SchedulerWorkloadReady" in answer.conditions


@pytest.fixture(scope="module")
def taken(asked: Asked) -> dict[str, Answer]:
    """All that its controller takes, with one that is well (the name ""), put there at once."""
    containers = {one.name: (one.container, one.spec) for one in WRONG} | {"": (SGLANG, {})}
    manifests = {
        name: service(template={"containers": [copy.deepcopy(container)]}, **spec)
        for name, (container, spec) in containers.items()
    }
    return {name: asked(one, beside=(gateway(),), until=at_once) for name, one in manifests.items()}


@pytest.mark.parametrize("one", WRONG, ids=lambda one: one.name)
def test_doctor_names_what_its_controller_takes(asked: Asked, taken: dict[str, Answer], one: Wrong) -> None:
    answer = asked.wait(taken[one.name].namespace, taken[one.name].name, made)
    assert made(answer), answer
    check = examined(asked, answer.namespace).get(one.check)
    assert check and one.says in f"{check.detail}\n{check.evidence}" and "llminferenceservice" in check.fix, check


def test_what_was_made_is_one_way(asked: Asked, taken: dict[str, Answer]) -> None:
    """Nothing is held against one that is well but for the gateway, which nobody carries out in this sandbox."""
    answer = asked.wait(taken[""].namespace, taken[""].name, made)
    found = examined(asked, answer.namespace)
    own = {"WL941", "WL942", "WL943", "WL944", "WL945", "WL947", "WL948", "WL949", "WL950", "WL951"}
    assert not own & found.keys(), found
    assert not {"WL737", "WL738", "WL739", "WL740", "WL752"} & found.keys(), found
