"""One thing is broken in a service that is well, and doctor names the cause: the check, the words, the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.doctor.healthy import Broken, failed
from tests.doctor.services.world import broken, says, sight
from wellit.doctor import likely
from wellit.doctor.sight import CONFIG, CONTROLLER, SERVICE, SETTINGS
from wellit.findings import Check, Report

Change = Callable[[dict[str, Any]], None]
SERVER, PICKER = "llm-kserve-7f9c", "llm-kserve-router-scheduler"
DEPLOYMENT = "llm-kserve"


@dataclass(frozen=True)
class Fault:
    """What is broken, the check that names it, words of its detail, and words of the command that mends it."""

    name: str
    do: Callable[[Broken], None]
    check: str
    says: tuple[str, ...]
    mends: tuple[str, ...]
    change: Change = lambda _: None


def main(service: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = service["spec"]["template"]["containers"][0]
    return found


def gone(b: Broken, *kinds: str) -> None:
    """What its controller has not made."""
    for kind in kinds or ("HTTPRoute", "InferencePool", "Deployment", "Pod", "Service"):
        b.drop(kind, "llm-")
    b.put(answers={}, models={}, metrics={})


def nobody(b: Broken) -> None:
    gone(b)
    b.drop(CONTROLLER)
    del b.one(SERVICE)["status"]


def controller_down(b: Broken) -> None:
    b.one(CONTROLLER)["status"] = {}
    b.one(SERVICE)["metadata"]["generation"] = 2


def without_settings(b: Broken) -> None:
    gone(b)
    b.drop(SETTINGS)
    b.one(SERVICE)["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]


def no_preset(b: Broken) -> None:
    gone(b)
    b.drop(CONFIG, "kserve-config-llm-template")
    name = "kserve-config-llm-template"
    says(b, "PresetsCombined", "ConfigNotFound", f'{CONFIG} "{name}" not found in namespaces [ns kserve]')


def wrong_base(b: Broken) -> None:
    gone(b)
    named = {
        "apiVersion": "serving.kserve.io/v1alpha2",
        "kind": CONFIG,
        "metadata": {"name": "our-base", "namespace": "ns"},
    }
    b.add(named)
    says(b, "PresetsCombined", "ConfigNotFound", f'{CONFIG} "our-bsae" not found in namespaces [ns kserve]')


def of_base(service: dict[str, Any]) -> None:
    service["spec"]["baseRefs"] = [{"name": "first"}, {"name": "our-bsae"}]


def pipeline(b: Broken) -> None:
    gone(b)
    name = "kserve-config-llm-worker-pipeline-parallel"
    says(b, "PresetsCombined", "ConfigNotFound", f'{CONFIG} "{name}" not found in namespaces [ns kserve]')


def not_combined(b: Broken) -> None:
    gone(b)
    message = 'failed to execute template: template: config:1:20: executing "config" at <.Spec.Bogus>: no such field'
    says(b, "PresetsCombined", "CombineBaseError", message)


def no_gateway(b: Broken) -> None:
    gone(b, "HTTPRoute", "InferencePool")
    b.drop("Gateway")
    says(b, "GatewaysReady", "RefsInvalid", "Gateway ns/gw does not exist")


def other_gateway(b: Broken) -> None:
    gone(b, "HTTPRoute", "InferencePool")
    b.one("Gateway")["metadata"]["name"] = "other"
    says(b, "GatewaysReady", "RefsInvalid", "Gateway ns/gw does not exist")


def default_gateway(service: dict[str, Any]) -> None:
    del service["spec"]["router"]["gateway"]


def no_default_gateway(b: Broken) -> None:
    gone(b, "HTTPRoute", "InferencePool")
    b.drop("Gateway")
    message = "Managed HTTPRoute references non-existent Gateway kserve/kserve-ingress-gateway"
    says(b, "HTTPRoutesReady", "RefsInvalid", message)


def not_programmed(b: Broken) -> None:
    b.one("Gateway")["status"] = {
        "conditions": [{"type": "Programmed", "status": "False", "reason": "Pending", "message": "no deployment"}]
    }
    says(b, "GatewaysReady", "GatewaysNotReady", "The following Gateways are not ready: [ns/gw]")


def knows_no_pools(b: Broken) -> None:
    parents = b.one("HTTPRoute")["status"]["parents"]
    parents[0]["conditions"][1] |= {"status": "False", "reason": "InvalidKind", "message": "unsupported backendRef"}
    b.one("InferencePool")["status"] = {}
    message = "Inference Pool ns/llm-inference-pool exists but no Gateway controller has accepted it yet"
    says(b, "InferencePoolReady", "WaitingForGateway", message)
    b.unanswered(500)


def no_rule(b: Broken) -> None:
    b.drop("DestinationRule")
    b.unanswered(500)


def no_token(b: Broken) -> None:
    log = "ERROR [initializer] Unexpected error during storage initialization: 401 Client Error. Unauthorized for url"
    for pod in b.all("Pod", SERVER):
        pod["status"]["initContainerStatuses"] = [{"name": "storage-initializer"}]
    b.ends(SERVER, "storage-initializer", 1, log)
    says(b, "MainWorkloadReady", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")


def wrong_address(b: Broken) -> None:
    gone(b)
    message = "failed to attach model artifacts to main deployment: unsupported schema in model URI: http://m"
    says(b, "MainWorkloadReady", "ReconcileSingleNodeWorkloadError", message)


def as_root(b: Broken) -> None:
    b.not_ready(SERVER)
    said = "container has runAsNonRoot and image will run as root (pod: x, container: main)"
    for status in b.statuses(SERVER, "main"):
        status |= {"state": {"waiting": {"reason": "CreateContainerConfigError", "message": said}}, "ready": False}


def secured(service: dict[str, Any]) -> None:
    main(service)["securityContext"] = {"runAsNonRoot": True}


def short_probes(service: dict[str, Any]) -> None:
    main(service)["readinessProbe"] = {"httpGet": {"path": "/health", "port": 8000}, "timeoutSeconds": 1}


def late(b: Broken) -> None:
    b.not_ready(SERVER)
    said = (
        'Readiness probe failed: Get "http://10.0.0.1:8000/health": context deadline exceeded (Client.Timeout exceeded)'
    )
    b.event(SERVER, "Unhealthy", said)


def by_tls(service: dict[str, Any]) -> None:
    main(service)["readinessProbe"]["httpGet"]["scheme"] = "HTTPS"


def switched(b: Broken) -> None:
    b.one(SETTINGS)["data"]["ingress"] = '{"enableLLMInferenceServiceTLS": true}'
    b.not_ready(SERVER)
    b.event(SERVER, "Unhealthy", "Readiness probe failed: http: server gave HTTP response to HTTPS client")


def unlabelled(service: dict[str, Any]) -> None:
    del service["spec"]["labels"]


def of_runtime(service: dict[str, Any]) -> None:
    service["spec"] |= {"runtime": "kserve-llm-sglang"}
    main(service).update(image="ghcr.io/llm-d/llm-d-cuda:v0.8.0", command=["vllm", "serve", "/mnt/models"])
    main(service)["args"] = ["--port", "8000", "--served-model-name", "Qwen/Qwen3-0.6B"]


def other_name(service: dict[str, Any]) -> None:
    main(service)["name"] = "sglang"


def killed(b: Broken) -> None:
    b.not_ready(SERVER)
    for status in b.statuses(SERVER, "main"):
        status |= {"restartCount": 1, "state": {"running": {"startedAt": "2027-01-15T07:58:30Z"}}}
    b.event(SERVER, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503")


def deleted(b: Broken) -> None:
    b.drop(CONTROLLER)
    b.one(SERVICE)["metadata"] |= {
        "deletionTimestamp": "2027-01-15T07:30:00Z", "finalizers": ["serving.kserve.io/llmisvc-finalizer"],
    }  # fmt: skip


def stopped(b: Broken) -> None:
    gone(b)
    says(b, "MainWorkloadReady", "Stopped", "Service is stopped")


def wrong_port(service: dict[str, Any]) -> None:
    main(service)["args"][5] = "8300"


def nothing(_: Broken) -> None:
    """The service itself is what is wrong."""


FAULTS = [
    Fault("nobody takes it", nobody, "WL941", ("no conditions", "not installed"), ("invoke prerequisites",)),
    Fault("its controller is down", controller_down, "WL941", ("version 1", "no pod of it is ready", "webhook"),
          ("-n kserve logs deployment/llmisvc-controller-manager",)),
    Fault("no settings", without_settings, "WL941", ("inferenceservice-config",), ("invoke prerequisites",)),
    Fault("no preset", no_preset, "WL942", ("kserve-config-llm-template", "ns and in kserve"),
          ("invoke prerequisites",)),
    Fault("a base that is misspelt", wrong_base, "WL942", ("our-bsae", "baseRefs"),
          ("/spec/baseRefs/1/name", '"our-base"'), of_base),
    Fault("a preset that nobody ships", pipeline, "WL942", ("no release of KServe", "parallelism.data"), ("edit",)),
    Fault("presets do not combine", not_combined, "WL943", (".Spec.Bogus",), ("edit llminferenceservice",)),
    Fault("no gateway", no_gateway, "WL731", ("no gateway gw",), ("get gateways -A",)),
    Fault("another gateway", other_gateway, "WL731", ("there are: other",),
          ("patch llminferenceservice", '"name": "other"')),
    Fault("KServe's own gateway is missing", no_default_gateway, "WL731", ("kserve-ingress-gateway in kserve",),
          ("router.gateway.refs",), default_gateway),
    Fault("a gateway that is not programmed", not_programmed, "WL731", ("Programmed", "no deployment"),
          ("describe gateway gw",)),
    Fault("a gateway without pools", knows_no_pools, "WL735", ("does not know them",), ("set env", "istiod")),
    Fault("no DestinationRule", no_rule, "WL741", ("llm-epp-service.ns.svc",), ("DestinationRule", "apply")),
    Fault("no token", no_token, "WL944", ("token is missing",), ("token",)),
    Fault("an address of no kind", wrong_address, "WL944", ("http://m",), ("hf://",)),
    Fault("an image that runs as root", as_root, "WL950", ("main of llm-kserve-7f9c-0",),
          ("/spec/template/containers/0/securityContext/runAsNonRoot", "llminferenceservice"), secured),
    Fault("probes that wait too short", late, "WL945", ("SGLang", "readinessProbe 1 s"),
          ("/spec/template/containers/0/readinessProbe/timeoutSeconds", '"value": 20'), short_probes),
    Fault("TLS is on", switched, "WL947", ("speaks HTTP", "readinessProbe"),
          ("configmap inferenceservice-config",), by_tls),
    Fault("no label", nothing, "WL948", ("llm-d.ai/engine-type: sglang",), ('"llm-d.ai/engine-type": "sglang"',),
          unlabelled),
    Fault("vLLM in SGLang's place", nothing, "WL949", ("kserve-llm-sglang", "runs vLLM"), ("kserve-sglang",),
          of_runtime),
    Fault("a container of another name", nothing, "WL951", ("(sglang)", "main"),
          ("/spec/template/containers/0/name",), other_name),
    Fault("liveness ends it", killed, "WL751", ("its probe ends it",), ("edit llminferenceservice",)),
    Fault("deleted and there", deleted, "WL946", ("is deleted", "llmisvc-finalizer"), ('"finalizers":null',)),
    Fault("stopped", stopped, "WL952", ("stopped by its annotation",), ("serving.kserve.io/stop-",)),
    Fault("another port", nothing, "WL739", ("listens at 8300",),
          ("/spec/template/containers/0/args", '"8000"', "patch llminferenceservice"), wrong_port),
]  # fmt: skip


def fault(name: str) -> Report:
    one = next(one for one in FAULTS if one.name == name)
    return broken(one.do, one.change)


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: one.name)
def test_a_fault_is_named(one: Fault) -> None:
    found = failed(broken(one.do, one.change))
    assert one.check in found, {key: check.detail for key, check in found.items()}
    check = found[one.check]
    assert all(words in f"{check.detail}\n{check.evidence}" for words in one.says), check
    assert all(words in check.fix for words in one.mends), check.fix


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: one.name)
def test_it_is_the_first_that_stops_a_request(one: Fault) -> None:
    """Conditions that follow from it point to it, and nothing else is blamed before it."""
    causes = [check for check in broken(one.do, one.change).checks if check.status == "fail"]
    assert causes[0].id == one.check, [(check.id, check.detail) for check in causes]


def told(found: Report, key: str) -> list[Check]:
    return [check for check in found.checks if check.id == key]


def test_a_route_that_still_names_the_older_pool_is_left_to_its_controller() -> None:
    def early(b: Broken) -> None:
        not_programmed(b)
        for rule in b.one("HTTPRoute")["spec"]["rules"]:
            for one in rule["backendRefs"]:
                one["group"] = "inference.networking.x-k8s.io"

    found = broken(early)
    assert set(failed(found)) >= {"WL731"} and "WL734" not in failed(found)
    (check,) = told(found, "WL734")
    assert check.status == "skip" and "KServe changes it" in check.detail


def test_conditions_point_to_their_cause() -> None:
    (check,) = told(fault("no token"), "WL952")
    assert check.status == "warn" and "see WL944" in check.detail


def test_a_condition_that_nothing_explains_is_told() -> None:
    (check,) = told(broken(lambda b: says(b, "Ready", "FailedGetScale", "no metrics")), "WL952")
    assert check.status == "warn" and "no condition is False: FailedGetScale" in check.detail
    found = broken(lambda b: says(b, "SchedulerWorkloadReady", "SchedulerReconcileError", "cannot make its role"))
    assert "cannot make its role" in failed(found)["WL952"].detail


def test_what_the_api_server_cannot_list_is_told() -> None:
    def away(b: Broken) -> None:
        b.drop(SERVICE)
        b.put(broken={SERVICE: "conversion webhook for serving.kserve.io/v1alpha1 failed"})

    check = failed(broken(away))["WL941"]
    assert "converts them" in check.detail and "conversion webhook" in check.evidence


def test_what_is_new_is_not_held_against_anybody() -> None:
    def fresh(b: Broken) -> None:
        gone(b)
        del b.one(SERVICE)["status"]
        b.one(SERVICE)["metadata"]["creationTimestamp"] = "2027-01-15T07:59:57Z"

    assert "WL941" not in failed(broken(fresh))


def test_a_controller_beside_the_sandbox_has_no_deployment() -> None:
    def beside(b: Broken) -> None:
        nobody(b)
        labels = {"wellit.dev/beside": "true"}
        b.add({"apiVersion": "v1", "kind": CONTROLLER, "metadata": {"name": "KServe v0.20.0", "labels": labels}})
        b.put(invoke_flags="--sandbox=x")

    check = failed(broken(beside))["WL941"]
    assert "KServe v0.20.0 runs beside the sandbox" in check.detail and "invoke sandbox.status --name=x" in check.fix

    def gone_too(b: Broken) -> None:
        nobody(b)
        b.put(invoke_flags="--sandbox=x")

    assert "does not run in this sandbox" in failed(broken(gone_too))["WL941"].detail


def test_smoke_is_explained_by_the_cause() -> None:
    b = Broken(sight())
    no_token(b)
    cause = likely(b.sight, "WL711")
    assert cause and cause.id == "WL944"
