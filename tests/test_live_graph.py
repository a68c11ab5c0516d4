"""What is said of an object that a project's own controller carries out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clusters import access, failed, not_found
from tests.support.graphs import GRAPH, graph, item
from wellit import live, verify
from wellit.live import Live, Part

LISTED = f"get --raw {GRAPH.path('ns')}?limit=500"
PODS = "get --raw /api/v1/namespaces/ns/pods?limit=500"
DEFINITION = (
    "get customresourcedefinition dynamographdeployments.nvidia.com -o "
    'go-template={{index .metadata.annotations "wellit.dev/stands-for"}}'
)
COUNTED = {
    "Frontend": {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1},
    "prefill": {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2},
    "decode": {"replicas": 2, "updatedReplicas": 1, "readyReplicas": 2},
}


def said(status: str = "True", reason: str = "all_resources_are_ready", message: str = "") -> dict[str, Any]:
    return {"type": "Ready", "status": status, "reason": reason, "message": message}


def object_(*conditions: Any, **status: Any) -> dict[str, Any]:
    made = graph()
    made["metadata"]["generation"] = 3
    return made | ({"status": {"conditions": list(conditions)} | status} if conditions or status else {})


def pod(name: str = "g-decode-0", graph_name: str = "g", **status: Any) -> dict[str, Any]:
    labels = {"nvidia.com/dynamo-graph-deployment-name": graph_name, "nvidia.com/dynamo-component": "decode"}
    return {"metadata": {"name": name, "labels": labels}, "status": status}


def look(*found: Any, pods: Any = (), definition: Any = "<no value>") -> Live:
    known = {LISTED: json.dumps({"items": found}), PODS: json.dumps({"items": pods}), DEFINITION: definition}
    return live.look(access(known)[0], "ns", [item()])


def one(*found: Any, **about: Any) -> Part:
    return look(*found, **about).parts[0]


def test_ready_when_its_operator_says_so_and_its_parts_are_counted() -> None:
    part = one(object_(said(), components=COUNTED))
    assert part.ready and part.words == "4 of 5 replicas ready", "of prefill only what is of the newest version counts"
    assert one(object_(said(), services=COUNTED)).words == part.words, "as v1alpha1 calls them"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("insufficient_capacity", "pods find no node with room: decode: 1 of 2 scheduled"),
        ("pods_not_ready", "pods have a node and are not ready: decode: 1 of 2 scheduled"),
        ("updating", "pods of the newer version are still on their way: decode: 1 of 2 scheduled"),
        ("a_new_reason", "a_new_reason: decode: 1 of 2 scheduled"),
    ],
)
def test_the_reason_in_words(reason: str, words: str) -> None:
    part = one(object_(said("False", reason, "decode: 1 of 2 scheduled")))
    assert (part.ready, part.words) == (False, words)


def test_a_yes_of_an_older_version_of_the_object_does_not_count() -> None:
    assert "has not seen the newest version" in one(object_(said(), observedGeneration=2)).words
    assert one(object_(said(), observedGeneration=3)).ready


def test_what_its_pods_wait_for() -> None:
    waiting = {"name": "main", "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no"}}}
    broken = pod(phase="Pending", containerStatuses=[waiting])
    part = one(object_(said("False", "pods_not_ready")), pods=[broken, pod("other", "another")])
    assert [state.name for state in part.pods] == ["g-decode-0"]
    assert part.words == "pods have a node and are not ready; g-decode-0 main: ImagePullBackOff: no"


def test_an_operator_that_says_nothing() -> None:
    found = look(object_())
    assert not found.ready and found.parts[0].words == "Dynamo's operator has said nothing of it yet"


@pytest.mark.parametrize("answer", [failed("Error from server (Forbidden): no"), not_found("crd")])
def test_a_definition_that_may_not_be_looked_at_is_taken_for_the_real_one(answer: Any) -> None:
    assert not look(object_(), definition=answer).ready


def test_where_a_definition_only_stands_for_the_real_one_nothing_is_waited_for() -> None:
    found = look(object_(), definition="NVIDIA Dynamo's definition")
    assert found.ready and not found.parts[0].ready and found.idle == [found.parts[0]]
    (check,) = verify.standing(found)
    assert (check.id, check.status) == ("WL707", "skip")
    assert check.detail == "kept, its shape checked; nothing runs: Dynamo's operator is not here"


def test_an_object_that_an_operator_has_spoken_of_is_not_asked_about() -> None:
    known = {LISTED: json.dumps({"items": [object_(said("False", "updating"))]}), PODS: json.dumps({"items": []})}
    assert not live.look(access(known)[0], "ns", [item()]).ready


def test_one_that_is_not_there_is_not_there_wherever_it_should_be() -> None:
    found = look(definition="NVIDIA Dynamo's definition")
    assert not found.ready and found.parts[0].words == "not there yet"
