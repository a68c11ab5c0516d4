"""What is said of an LLMInferenceService: from its own conditions, and the Deployments that were made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clusters import access, forbidden
from tests.support.llmisvc import DEPLOYMENT, SELECTS, SERVICE, condition, deployment, item, labels, service
from wellit import live, verify
from wellit.live import Live, Part

LISTED = f"get --raw {SERVICE.path('ns')}?limit=500"
PODS = "get --raw /api/v1/namespaces/ns/pods?limit=500"
MADE = f"get --raw {DEPLOYMENT.path('ns')}?limit=500&labelSelector={SELECTS}"
DEFINITION = (
    "get customresourcedefinition llminferenceservices.serving.kserve.io -o "
    'go-template={{index .metadata.annotations "wellit.dev/stands-for"}}'
)
PRESETS = [{"name": "kserve-config-llm-scheduler", "namespace": "kserve"}, {"name": "mine", "namespace": "ns"}]


def object_(*conditions: Any, **status: Any) -> dict[str, Any]:
    made = service()
    made["metadata"]["generation"] = 2
    return made | {"status": {"observedGeneration": 2, "conditions": list(conditions)} | status}


def look(*found: Any, made: Any = (), pods: Any = ()) -> Live:
    known: dict[str, Any] = {DEFINITION: "<no value>"}
    known |= {LISTED: json.dumps({"items": found}), PODS: json.dumps({"items": pods})}
    known[MADE] = made if not isinstance(made, (list, tuple)) else json.dumps({"items": list(made)})
    return live.look(access(known)[0], "ns", [item()])


def one(*found: Any, **about: Any) -> Part:
    return look(*found, **about).parts[0]


def test_ready_says_where_it_answers_and_what_it_was_combined_with() -> None:
    said = object_(condition(), url="http://10.0.0.1/ns/llm", appliedConfigs=PRESETS)
    found = look(said, made=[deployment(), deployment("llm-kserve-router-scheduler")])
    assert found.parts[0].words == (
        "4 of 4 replicas ready; at http://10.0.0.1/ns/llm; with the presets kserve-config-llm-scheduler, mine"
    )
    (check,) = verify.standing(found)
    assert (check.id, check.status, check.detail) == ("WL707", "pass", found.parts[0].words)


def test_each_condition_that_is_not_met_is_told_in_words_and_what_mends_it() -> None:
    part = one(
        object_(
            condition("Ready", "False", "MinimumReplicasUnavailable"),
            condition("PresetsCombined"),
            condition("InferencePoolReady", "False", "WaitingForGateway", "Inference Pool ns/llm exists"),
            condition("MainWorkloadReady", "False", "MinimumReplicasUnavailable", "no minimum availability"),
            condition("WorkloadsReady", "False", "MinimumReplicasUnavailable", "no minimum availability"),
        ),
        made=[deployment(ready=1)],
    )
    assert not part.ready and part.missing == (
        "the engine's pods are not ready: too few pods are ready: no minimum availability",
        "its pool is not ready: the gateway has not accepted it: Inference Pool ns/llm exists",
    )
    assert part.words.startswith("1 of 2 replicas ready; the engine's pods are not ready")
    assert len(part.mends) == 1 and "ENABLE_GATEWAY_API_INFERENCE_EXTENSION" in part.mends[0]


def test_a_preset_that_is_not_there() -> None:
    words = "LLMInferenceServiceConfig kserve-config-llm-template not found"
    part = one(object_(condition("Ready", "False", "ConfigNotFound", words),
                       condition("PresetsCombined", "False", "ConfigNotFound", words)))  # fmt: skip
    assert part.words == f"it is not combined with its presets: a preset that it asks for is not there: {words}"
    assert part.mends == ("invoke prerequisites, with the same flags, brings the presets of the train",)


@pytest.mark.parametrize(("status", "words"), [("Unknown", "its route is not ready"), ("True", "NewReason: why")])
def test_what_nobody_has_said_yet_and_a_reason_that_is_not_known(status: str, words: str) -> None:
    part = one(object_(condition("Ready", "False", "NewReason", "why"), condition("HTTPRoutesReady", status)))
    assert part.missing == (words,)


def test_what_is_said_of_an_older_version_of_it_does_not_count() -> None:
    part = one(object_(condition("Ready", "False", "ConfigNotFound"), observedGeneration=1))
    assert "has not seen the newest version" in part.words and not part.mends


def test_replicas_of_an_older_version_of_a_deployment_do_not_count() -> None:
    assert one(object_(condition()), made=[deployment(observedGeneration=0)]).words.startswith("0 of 2 replicas")
    assert one(object_(condition()), made=[deployment(updatedReplicas=1)]).words.startswith("1 of 2 replicas")


def test_deployments_that_may_not_be_listed_leave_its_own_word() -> None:
    assert one(object_(condition()), made=forbidden("list", "deployments")).words == "ready"


def test_its_pods_are_those_with_all_its_labels() -> None:
    def pod(name: str, **about: str) -> dict[str, Any]:
        return {"metadata": {"name": name, "labels": labels() | about}, "status": {}}

    other = {"metadata": {"name": "c", "labels": {"app.kubernetes.io/name": "llm"}}, "status": {}}
    pods = [pod("a", **{"llm-d.ai/role": "decode"}), pod("b", **labels("router-scheduler")), other]
    found = one(object_(condition("Ready", "False")), pods=pods)
    assert [state.name for state in found.pods] == ["a", "b"]
    known = SERVICE.carried
    assert known
    assert [known.purpose(state.labels) for state in found.pods] == ["decode", "scheduler"]
    assert [known.part_of(state.labels) for state in found.pods] == ["main", "scheduler"]
    assert known.part_of(labels("workload-leader-prefill")) == "prefill"


def test_what_is_made_of_a_spec() -> None:
    known = SERVICE.carried
    assert known
    kinds = [kind for _, kind in known.asked_for(service()["spec"])]
    assert kinds == ["Deployment", "HTTPRoute", "InferencePool"]
    spread = known.asked_for(service(router=None, prefill={"worker": {}})["spec"])
    assert [kind for _, kind in spread] == ["Deployment", "LeaderWorkerSet"]
