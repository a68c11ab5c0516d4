"""One thing is broken in a stack that is well, and doctor names it: the check, the words, the command."""

from __future__ import annotations

import functools
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.doctor.healthy import MODEL, Broken, broken, failed
from tests.support.clusters import node as cluster_node
from wellit.doctor import likely
from wellit.doctor.sight import Heard, Log
from wellit.findings import Report
from wellit.report import render

DECODE, PREFILL, PICKER, GATEWAY = "-decode", "-prefill", "gaie-pd-epp", "infra-pd-inference-gateway"
PROXY, ENGINE = "routing-proxy", "sglang"


@dataclass(frozen=True)
class Fault:
    """What is broken, the check that names it, words of its detail or evidence, and words of the command."""

    name: str
    do: Callable[[Broken], None]
    check: str
    says: tuple[str, ...]
    mends: tuple[str, ...]
    guide: str = "pd-disaggregation"
    environment: str = "sglang"
    also: frozenset[str] = frozenset()  # further checks that fail with it, and rightly


def word(container: dict[str, Any], flag: str, value: str | None) -> None:
    """Set a flag of a container; None takes it out."""
    args: list[str] = container["args"]
    for at, said in enumerate(args):
        if said.startswith(f"{flag}="):
            args[at] = f"{flag}={value}"
            return
        if said == flag and value is None:
            del args[at : at + (2 if at + 1 < len(args) and not args[at + 1].startswith("-") else 1)]
            return
        if said == flag:
            args[at + 1] = str(value)
            return
    args.append(f"{flag}={value}" if value else flag)


def of_pods(b: Broken, part: str) -> None:
    """The pods of a workload as its template says."""
    spec = b.one("Deployment", part)["spec"]["template"]["spec"]
    for pod in b.all("Pod", part):
        pod["spec"] = spec


def wrong_connector(b: Broken) -> None:
    word(b.container(DECODE, PROXY), "--connector", "bogus")
    of_pods(b, DECODE)
    refused = "--kv-connector must be one of: nixlv2, shared-storage, sglang"
    said = json.dumps({"level": "error", "msg": "Invalid configuration", "error": refused, "stacktrace": "main.main"})
    b.ends(DECODE, PROXY, 0, f"2026-11-28T07:18:18.5Z stderr F {said}\n", "Completed")
    b.unanswered(429, "inference gateway: 429 - failed to find target pod: failed to find available decode workers")


def sidecar_of_another_release(b: Broken) -> None:
    b.container(DECODE, PROXY)["args"].append("--bogus=1")
    of_pods(b, DECODE)
    b.ends(DECODE, PROXY, 2, "unknown flag: --bogus\n")


def wrong_port(b: Broken) -> None:
    word(b.container(DECODE, ENGINE), "--port", "8300")
    b.not_ready(DECODE)


def missing_metrics(b: Broken) -> None:
    word(b.container(DECODE, ENGINE), "--enable-metrics", None)
    name = b.one("Pod", DECODE)["metadata"]["name"]
    b.put(metrics={**b.sight.metrics, name: Heard(404, "Not Found")})


def localhost(b: Broken) -> None:
    word(b.container(DECODE, ENGINE), "--host", "127.0.0.1")
    b.not_ready(DECODE)
    b.event(DECODE, "Unhealthy", "Readiness probe failed: dial tcp 10.66.0.7:8200: connect: connection refused")


def pool_labels(b: Broken) -> None:
    b.one("InferencePool")["spec"]["selector"]["matchLabels"]["llm-d.ai/guide"] = "pdd"


def service_labels(b: Broken) -> None:
    b.one("Service", PICKER)["spec"]["selector"] = {"inferencepool": "gaie-pd"}


def rule_host(b: Broken) -> None:
    b.one("DestinationRule")["spec"]["host"] = "gaie-p-epp.llm-d-pd.svc.cluster.local"
    b.unanswered(500)


def picker_flags(b: Broken) -> None:
    b.container(PICKER, "epp")["args"].append("--total-queued-requests-metric=sglang:num_queue_reqs")
    of_pods(b, PICKER)
    refused = 'flag "total-queued-requests-metric" is deprecated and cannot be used; configure metrics otherwise'
    b.ends(PICKER, "epp", 1, json.dumps({"level": "error", "msg": "Failed to validate flags", "error": refused}))
    b.unanswered(500)


def engine_flag(b: Broken) -> None:
    b.container(DECODE, ENGINE)["args"].append("--no-such-flag")
    of_pods(b, DECODE)
    b.ends(DECODE, ENGINE, 2, "launch_server.py: error: unrecognized arguments: --no-such-flag\n")


def model_name(b: Broken) -> None:
    for part in (DECODE, PREFILL):
        word(b.container(part, ENGINE), "--served-model-name", "qwen")
    b.put(models={name: Heard(200, '{"data": [{"id": "qwen"}]}') for name in b.sight.models})


def missing_secret(b: Broken) -> None:
    env = {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "llm-d-hf-token", "key": "HF_TOKEN"}}}
    b.container(DECODE, ENGINE)["env"].append(env)
    b.not_ready(DECODE)
    waits = {"reason": "CreateContainerConfigError", "message": 'secret "llm-d-hf-token" not found'}
    for status in b.statuses(DECODE, ENGINE):
        status["state"] = {"waiting": waits}


def few_gpus(b: Broken) -> None:
    b.not_ready(DECODE)
    for pod in b.all("Pod", DECODE):
        pod["status"] = {
            "phase": "Pending",
            "conditions": [
                {
                    "type": "PodScheduled",
                    "status": "False",
                    "reason": "Unschedulable",
                    "message": "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
                }
            ],
        }
    assert b.sight.cluster
    b.put(cluster=replace(b.sight.cluster, nodes=(cluster_node("gpu-0", gpus=0),)))


def no_class(b: Broken) -> None:
    b.one("Gateway")["spec"]["gatewayClassName"] = "nobody"
    b.one("Gateway")["status"] = {}
    assert b.sight.cluster
    b.put(cluster=replace(b.sight.cluster, gateway_classes={}))


def unreconciled_class(b: Broken) -> None:
    b.one("GatewayClass")["status"] = {
        "conditions": [{"type": "Accepted", "status": "Unknown", "message": "Waiting for controller"}]
    }
    assert b.sight.cluster
    b.put(cluster=replace(b.sight.cluster, gateway_classes={"istio": False}))


def missing_pool(b: Broken) -> None:
    b.one("HTTPRoute")["spec"]["rules"][0]["backendRefs"][0]["name"] = "gaie-dp"
    b.one("HTTPRoute")["status"]["parents"][0]["conditions"][1] |= {
        "status": "False",
        "reason": "BackendNotFound",
        "message": "backend(gaie-dp) not found",
    }


def two_pools(b: Broken) -> None:
    other = json.loads(json.dumps(b.one("InferencePool")))
    other["metadata"]["name"] = "other-pool"
    b.add(other)


def no_switch(b: Broken) -> None:
    b.one("Controller")["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "false"


def no_switch_by_symptom(b: Broken) -> None:
    b.drop("Controller")
    b.one("HTTPRoute")["status"]["parents"][0]["conditions"][1] |= {
        "status": "False",
        "reason": "InvalidKind",
        "message": 'referencing unsupported backendRef: group "inference.networking.k8s.io" kind "InferencePool"',
    }


def dead_prefill(b: Broken) -> None:
    name = b.one("Pod", PREFILL)["metadata"]["name"]
    b.put(models={**b.sight.models, name: Heard(failure="nothing answers: Connection refused")})


def no_prefill(b: Broken) -> None:
    b.one("Deployment", PREFILL)["spec"]["replicas"] = 0
    b.drop("Pod", PREFILL)


def never_split(b: Broken) -> None:
    texts = {
        name: Heard(200, heard.text.replace("prefill-decode", "decode-only")) for name, heard in b.sight.metrics.items()
    }
    b.put(metrics=texts)


def dead_engine(b: Broken) -> None:
    name = b.one("Pod", DECODE)["metadata"]["name"]
    b.put(models={**b.sight.models, name: Heard(503, '{"message":"The decode node is not ready."}')})
    b.unanswered(
        503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure"
    )


def deaf_events(b: Broken) -> None:
    text = "kvcache_index_lookup_requests_total 4\n"
    b.put(metrics={name: Heard(200, text) if "epp" in name else heard for name, heard in b.sight.metrics.items()})


def events_port(b: Broken) -> None:
    spec = b.container(DECODE, "sglang")
    at = spec["args"].index("--kv-events-config") + 1
    spec["args"][at] = spec["args"][at].replace("5557", "5558")


def no_image(b: Broken) -> None:
    b.not_ready(DECODE)
    for status in b.statuses(DECODE, ENGINE):
        status["state"] = {"waiting": {"reason": "ImagePullBackOff", "message": "manifest unknown"}}


def unbound_claim(b: Broken) -> None:
    few_gpus(b)
    for pod in b.all("Pod", DECODE):
        pod["spec"]["volumes"].append({"name": "m", "persistentVolumeClaim": {"claimName": "weights"}})
        pod["status"]["conditions"][0]["message"] = "pod has unbound immediate PersistentVolumeClaims"
    b.add(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "weights", "namespace": "llm-d-pd"},
            "status": {"phase": "Pending"},
        }
    )


def taint(b: Broken) -> None:
    few_gpus(b)
    assert b.sight.cluster
    tainted = replace(cluster_node("gpu-0"), taints=({"key": "team", "value": "b", "effect": "NoSchedule"},))
    b.put(cluster=replace(b.sight.cluster, nodes=(tainted,)))


def quota(b: Broken) -> None:
    b.drop("Pod", DECODE)
    b.one("Deployment", DECODE)["status"] |= {
        "readyReplicas": 0,
        "replicas": 0,
        "updatedReplicas": 0,
        "conditions": [
            {"type": "ReplicaFailure", "status": "True", "message": "pods is forbidden: exceeded quota: team"}
        ],
    }


def no_address(b: Broken) -> None:
    b.one("Gateway")["status"] = {
        "conditions": [
            {"type": "Accepted", "status": "True"},
            {
                "type": "Programmed",
                "status": "False",
                "reason": "AddressNotAssigned",
                "message": "waiting for an address",
            },
        ]
    }


def gateway_gone(b: Broken) -> None:
    b.drop("Gateway")


def other_gateway(b: Broken) -> None:
    b.one("HTTPRoute")["spec"]["parentRefs"][0]["name"] = "infra-pd-gateway"


def wrong_section(b: Broken) -> None:
    b.one("HTTPRoute")["spec"]["parentRefs"][0]["sectionName"] = "https"


def not_allowed(b: Broken) -> None:
    b.one("HTTPRoute")["status"]["parents"][0]["conditions"][0] |= {
        "status": "False",
        "reason": "NotAllowedByListeners",
        "message": "no listener lets this namespace in",
    }


def picker_rights(b: Broken) -> None:
    b.not_ready(PICKER)
    account = 'User "system:serviceaccount:llm-d-pd:gaie-pd-epp"'
    said = f'{account} cannot list resource "pods" in API group "" in the namespace "llm-d-pd"'
    line = json.dumps({"msg": "Failed to watch", "error": f"failed to list *v1.Pod: pods is forbidden: {said}"})
    b.put(logs={(one["metadata"]["name"], "epp"): Log(line) for one in b.all("Pod", PICKER)})


def no_rule(b: Broken) -> None:
    b.drop("DestinationRule")


def pool_port(b: Broken) -> None:
    b.one("InferencePool")["spec"]["targetPorts"][0]["number"] = 9000


def tls_proxy(b: Broken) -> None:
    word(b.container(DECODE, PROXY), "--secure-proxy", "true")
    name = b.one("Pod", DECODE)["metadata"]["name"]
    b.put(models={**b.sight.models, name: Heard(400, "Client sent an HTTP request to an HTTPS server.")})


def no_token(b: Broken) -> None:
    b.ends(
        DECODE,
        ENGINE,
        1,
        "OSError\nhuggingface_hub.errors.GatedRepoError: 401 Client Error. Cannot access gated repo\n",
    )


def oom(b: Broken) -> None:
    b.ends(DECODE, ENGINE, 1, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n")


def refused_transfer(b: Broken) -> None:
    name = b.one("Pod", DECODE)["metadata"]["name"]
    b.put(logs={(name, ENGINE): Log("Decode handshake failed for room 1: Could not fetch prefill parallel info\n")})


def killed_while_starting(b: Broken) -> None:
    b.not_ready(DECODE)
    for status in b.statuses(DECODE, ENGINE):
        status |= {"restartCount": 1, "state": {"running": {"startedAt": "2027-01-15T07:59:40Z"}}}
    b.event(DECODE, "Killing", "Container sglang failed liveness probe, will be restarted")


def no_replicas(b: Broken) -> None:
    for one in b.all("Deployment", "ms-pd"):
        one["spec"]["replicas"] = 0
    b.drop("Pod", "ms-pd")


def dead_picker(b: Broken) -> None:
    b.one("Deployment", PICKER)["spec"]["replicas"] = 0
    b.drop("Pod", PICKER)
    b.unanswered(500)


def picker_of_other_pool(b: Broken) -> None:
    word(b.container(PICKER, "epp"), "--pool-name", "gaie-other")


def memory_limit(b: Broken) -> None:
    b.ends(DECODE, ENGINE, 137, "loading\n", "OOMKilled")


def no_route(b: Broken) -> None:
    b.drop("HTTPRoute")


FAULTS = [
    Fault(
        "wrong connector",
        wrong_connector,
        "WL749",
        ("nixlv2, shared-storage, sglang", "exit code 0", "5 restarts"),
        ("patch deployment", '"--connector=sglang"'),
    ),
    Fault(
        "flags of another sidecar release",
        sidecar_of_another_release,
        "WL749",
        ("no flag --bogus", "exit code 2"),
        ("patch deployment", '"op": "remove"', "/initContainers/0/args/6"),
    ),
    Fault("wrong port", wrong_port, "WL752", ("listens at 8300", "looks at 8200"), ("patch deployment", '"8200"')),
    Fault(
        "metrics off",
        missing_metrics,
        "WL745",
        ("sglang:num_queue_reqs", "--enable-metrics is missing", "HTTP 404"),
        ("patch deployment", '"--enable-metrics"'),
    ),
    Fault(
        "--host 127.0.0.1",
        localhost,
        "WL752",
        ("127.0.0.1 alone", "connection refused", "WL105"),
        ("patch deployment", '"0.0.0.0"'),
    ),
    Fault(
        "the pool selects nothing",
        pool_labels,
        "WL737",
        ('"llm-d.ai/guide": "pdd"', '"llm-d.ai/guide": "pd"'),
        ("patch inferencepool.inference.networking.k8s.io gaie-pd --type=merge", '"llm-d.ai/guide": "pd"'),
    ),
    Fault(
        "the service selects nothing",
        service_labels,
        "WL740",
        ("it selects no pod", '"inferencepool": "gaie-pd-epp"'),
        ("patch service gaie-pd-epp", '"inferencepool": "gaie-pd-epp"'),
    ),
    Fault(
        "DestinationRule host",
        rule_host,
        "WL741",
        ("gaie-p-epp.llm-d-pd", "is for gaie-pd-epp.llm-d-pd.svc"),
        ("patch destinationrule.networking.istio.io", '"gaie-pd-epp.llm-d-pd.svc.cluster.local"'),
    ),
    Fault(
        "picker with refused flags",
        picker_flags,
        "WL742",
        ("--total-queued-requests-metric", "exit code 1"),
        ("patch deployment gaie-pd-epp", '"op": "remove"'),
    ),
    Fault(
        "engine with a bad flag",
        engine_flag,
        "WL750",
        ("no flag --no-such-flag", "exit code 2", "unrecognized"),
        ("patch deployment", '"op": "remove"'),
    ),
    Fault(
        "wrong model name",
        model_name,
        "WL754",
        (f"installed for {MODEL}", "served is: qwen"),
        ('"model": "qwen" in requests', "-prefill --type=json", f'"{MODEL}"'),
    ),
    Fault(
        "missing secret",
        missing_secret,
        "WL748",
        ('secret "llm-d-hf-token" not found',),
        ("invoke secret --name llm-d-hf-token",),
    ),
    Fault(
        "not enough GPUs",
        few_gpus,
        "WL746",
        ("Insufficient nvidia.com/gpu", "1 nvidia.com/gpu wanted, 0 free"),
        ("--size small",),
    ),
    Fault(
        "no gateway class",
        no_class,
        "WL730",
        ("nothing would make the gateway",),
        ("istio",),
        also=frozenset(["WL731"]),
    ),
    Fault(
        "nobody reconciles the class",
        unreconciled_class,
        "WL730",
        ("no controller has accepted", "Waiting for controller"),
        ("describe gatewayclass istio",),
    ),
    Fault(
        "route to a missing pool",
        missing_pool,
        "WL734",
        ("InferencePool gaie-dp, which is not there", "gaie-pd"),
        ("patch httproute.gateway.networking.k8s.io", "/spec/rules/0/backendRefs/0/name", '"gaie-pd"'),
    ),
    Fault("two pools over one pod", two_pools, "WL738", ("the pool other-pool too",), ("edit inferencepool",)),
    Fault(
        "istiod without its switch",
        no_switch,
        "WL735",
        ("ENABLE_GATEWAY_API_INFERENCE_EXTENSION is false",),
        ("set env deployment/istiod ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true", "-n istio-system"),
    ),
    Fault("the switch: its symptom", no_switch_by_symptom, "WL735", ("InvalidKind",), ("set env deployment/istiod",)),
    Fault(
        "dead prefill behind clean answers",
        dead_prefill,
        "WL755",
        ("do their part", "answered all the same", "refused"),
        ("delete pod", "prefill"),
        also=frozenset(["WL753"]),
    ),
    Fault(
        "no prefill pod", no_prefill, "WL755", ("scaled to 0 pods",), ("scale deployment", "prefill", "--replicas=1")
    ),
    Fault(
        "prompts never go to prefill", never_split, "WL755", ("sent no prompt to prefill", "decode-only"), ("validate",)
    ),
    Fault(
        "dead engine, pod Ready",
        dead_engine,
        "WL753",
        ("is Ready and does not answer", "decode node is not ready"),
        ("delete pod", "readiness probe that asks the engine"),
    ),
    Fault(
        "KV events never indexed",
        deaf_events,
        "WL757",
        ("told of none", "lookup_requests_total +4", "admissions_total not there"),
        ("topic kv@",),
        "precise-prefix-cache-aware",
    ),
    Fault(
        "KV events at another port",
        events_port,
        "WL757",
        ("5557", "5558"),
        ("deployment",),
        "precise-prefix-cache-aware",
    ),
    Fault(
        "no such image",
        no_image,
        "WL747",
        ("docker.io/lmsysorg/sglang", "ImagePullBackOff", "manifest unknown"),
        ("set image deployment/", "sglang="),
    ),
    Fault(
        "volume claim pending",
        unbound_claim,
        "WL748",
        ("weights (Pending)",),
        ("describe persistentvolumeclaim weights",),
    ),
    Fault("a taint", taint, "WL746", ("tainted team",), ()),
    Fault("a quota", quota, "WL760", ("exceeded quota: team",), ("describe resourcequota",)),
    Fault(
        "no address", no_address, "WL731", ("AddressNotAssigned",), ("describe gateway", "gateway.service=ClusterIP")
    ),
    Fault(
        "route on another gateway",
        other_gateway,
        "WL731",
        ("there is no gateway infra-pd-gateway",),
        ("patch httproute", f'"{GATEWAY}"'),
    ),
    Fault("the gateway is gone", gateway_gone, "WL731", ("there is no gateway",), ("invoke install -g ",)),
    Fault("no such section", wrong_section, "WL733", ("no listener https",), ("patch httproute", "sectionName")),
    Fault("a namespace that is not let in", not_allowed, "WL733", ("NotAllowedByListeners",), ("edit httproute",)),
    Fault(
        "picker without rights",
        picker_rights,
        "WL743",
        ("may not list pods", "lacks that right"),
        ("create role gaie-pd-epp-pods", "create rolebinding"),
    ),
    Fault(
        "no DestinationRule",
        no_rule,
        "WL741",
        ("no DestinationRule is for", "there is no DestinationRule"),
        ("apply -f -",),
    ),
    Fault(
        "pool port nobody has",
        pool_port,
        "WL739",
        ("listens at 8000", "[9000]"),
        ("patch inferencepool", "/spec/targetPorts/0/number", "8000"),
    ),
    Fault("proxy with TLS", tls_proxy, "WL749", ("it speaks TLS", "HTTPS server"), ('"--secure-proxy=false"',)),
    Fault(
        "a token that is refused", no_token, "WL750", ("Hugging Face does not let it", "401"), ("token of that user",)
    ),
    Fault("GPU memory", oom, "WL750", ("GPU has not enough memory", "2.00 GiB"), ("decode.memoryFraction",)),
    Fault("memory limit", memory_limit, "WL750", ("OOMKilled", "exit code 137"), ("logs",)),
    Fault(
        "KV transfer refused", refused_transfer, "WL756", ("cannot fetch the KV cache", "room 1"), ("bootstrap port",)
    ),
    Fault(
        "killed while it starts",
        killed_while_starting,
        "WL751",
        ("ends it before it is up", "3615 s"),
        ("failureThreshold",),
    ),
    Fault(
        "no pods at all",
        no_replicas,
        "WL737",
        ("scaled to 0 pods",),
        ("scale deployment/", "--replicas=1"),
        also=frozenset(["WL755"]),
    ),
    Fault("no picker", dead_picker, "WL742", ("scaled to 0 pods",), ("scale deployment/gaie-pd-epp",)),
    Fault(
        "picker of another pool",
        picker_of_other_pool,
        "WL744",
        ("watches the pool gaie-other, not gaie-pd",),
        ("patch deployment gaie-pd-epp", '"gaie-pd"'),
    ),
    Fault("no route", no_route, "WL733", ("no HTTPRoute names it",), ("an HTTPRoute from",)),
]


@functools.cache
def examined(fault: Fault) -> Report:
    return broken(fault.do, fault.guide, fault.environment)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_fault_is_named(fault: Fault) -> None:
    found = examined(fault)
    named = failed(found)
    assert fault.check in named, render(found)
    check = named[fault.check]
    told = f"{check.title}\n{check.detail}\n{check.evidence}"
    assert [words for words in fault.says if words not in told] == []
    assert [words for words in fault.mends if words not in check.fix] == []
    assert found.exit_code == 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_it_is_the_first_thing_that_is_said(fault: Fault) -> None:
    """What is only a consequence comes after its cause, and what the request was answered comes last."""
    order = [check.id for check in examined(fault).checks if check.status == "fail"]
    assert order[0] == fault.check or order[0] in fault.also
    assert "WL758" not in order[:-1]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_commands_can_be_pasted(fault: Fault) -> None:
    check = failed(examined(fault))[fault.check]
    for line in check.fix.splitlines():
        if line.startswith("kubectl"):
            words = shlex.split(line)
            assert words[1:3] == ["--context", "c"] and ("-n" in words or "gatewayclass" in words)
            if "-p" in words:
                json.loads(words[words.index("-p") + 1])


def test_likely() -> None:
    def answers(do: Callable[[Broken], None], what: str) -> str:
        from tests.doctor.healthy import sight

        b = Broken(sight())
        do(b)
        found = likely(b.sight, what)
        return found.id if found else ""

    assert answers(missing_metrics, "WL719") == "WL745"
    assert answers(dead_prefill, "WL722") == "WL755"
    assert answers(dead_prefill, "WL712") == "WL753"
    assert answers(lambda _: None, "WL712") == ""
