"""What KServe's controller made of an LLMInferenceService: found by its labels, judged by its owner."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clusters import access, forbidden, not_found
from tests.support.llmisvc import DEPLOYMENT, SELECTS, SERVICE, deployment, item, labels, service
from wellit import live, verify
from wellit.demand import Kind
from wellit.findings import Check
from wellit.live import made

KINDS = {
    "Deployment": DEPLOYMENT,
    "HTTPRoute": Kind("gateway.networking.k8s.io/v1", "HTTPRoute"),
    "InferencePool": Kind("inference.networking.k8s.io/v1", "InferencePool"),
    "LeaderWorkerSet": Kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"),
}
OBJECT = f"get --raw {SERVICE.path('ns', 'llm')}"
OPERATORS = "get --raw /apis/apps/v1/deployments?labelSelector=control-plane%3Dllmisvc-controller-manager"
DEFINITION = (
    "get customresourcedefinition llminferenceservices.serving.kserve.io -o "
    'go-template={{index .metadata.annotations "wellit.dev/stands-for"}}'
)


def listed(kind: str) -> str:
    return f"get --raw {KINDS[kind].path('ns')}?limit=500&labelSelector={SELECTS}"


def of(name: str, owner: str = "u1") -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": labels(), "ownerReferences": [{"uid": owner}]}}


def known(**more: Any) -> dict[str, Any]:
    live = service()
    live["metadata"]["uid"] = "u1"
    said = {
        OBJECT: json.dumps(live),
        listed("Deployment"): json.dumps({"items": [deployment(), deployment("llm-kserve-router-scheduler")]}),
        listed("HTTPRoute"): json.dumps({"items": [of("llm-kserve-route")]}),
        listed("InferencePool"): json.dumps({"items": [of("llm-inference-pool")]}),
        listed("LeaderWorkerSet"): not_found(),
    }
    return said | more


def own(answers: dict[str, Any]) -> Check:
    (check,) = verify.own(made.makings(access(answers)[0], "ns", [item()]))
    assert check.id == "WL968"
    return check


def test_all_that_was_asked_for_is_there_and_its_own() -> None:
    check = own(known())
    assert (check.status, check.detail) == (
        "pass",
        "Deployment llm-kserve, Deployment llm-kserve-router-scheduler, HTTPRoute llm-kserve-route, "
        "InferencePool llm-inference-pool",
    )


def test_what_a_former_one_left_behind() -> None:
    check = own(known(**{listed("HTTPRoute"): json.dumps({"items": [of("llm-kserve-route", "u0")]})}))
    assert check.status == "fail" and "HTTPRoute llm-kserve-route" in check.detail
    assert check.fix == "delete HTTPRoute llm-kserve-route; KServe's controller makes its own"


def test_what_was_not_made_and_what_may_not_be_read() -> None:
    nothing = own(known(**{listed("InferencePool"): json.dumps({"items": []})}))
    assert (nothing.status, nothing.detail) == ("fail", "nothing was made of these kinds: InferencePool")
    assert own(known(**{listed("HTTPRoute"): forbidden("list", "httproutes")})).status == "unknown"


def test_of_one_that_is_not_there_nothing_is_told_and_what_it_left_is() -> None:
    here = access(known(**{OBJECT: not_found()}))[0]
    assert not made.makings(here, "ns", [item()])
    assert len(made.left(here, "ns", [item()])) == 4


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            json.dumps({"items": [{"metadata": {"name": "m", "namespace": "kserve"}, "status": {"readyReplicas": 1}}]}),
            0,
        ),
        (json.dumps({"items": [{"metadata": {"name": "m", "namespace": "kserve"}, "status": {}}]}), 1),
        (json.dumps({"items": []}), 1),
        (forbidden("list", "deployments"), 0),
    ],
)
def test_a_controller_that_does_not_run_cleans_nothing_up(answer: Any, told: int) -> None:
    said = made.unattended(access({OPERATORS: answer, DEFINITION: "<no value>"})[0], [item()])
    assert len(said) == told
    assert all("an object keeps serving.kserve.io/llmisvc-finalizer" in one for one in said)


def test_a_finalizer_of_a_controller_that_is_gone_goes_only_after_its_webhooks() -> None:
    """Asked of KServe v0.20.0: the patch of a finalizer is refused while the webhook does not answer."""
    deleted = service()
    deleted["metadata"] |= {"deletionTimestamp": "now", "finalizers": ["serving.kserve.io/llmisvc-finalizer"]}
    held = live.held(access({OBJECT: json.dumps(deleted)})[0], "ns", [item()])
    assert held and held.why.startswith("LLMInferenceService llm waits for serving.kserve.io/llmisvc-finalizer")
    for_good = held.write.partition("gone for good: ")[2]
    assert for_good.startswith(
        "kubectl --context c delete mutatingwebhookconfigurations/llminferenceservice.serving.kserve.io "
        "validatingwebhookconfigurations/llminferenceservice.serving.kserve.io; kubectl --context c -n ns patch "
        "llminferenceservices.serving.kserve.io llm"
    )
