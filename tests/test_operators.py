"""Is there somebody who makes pods of a graph, and can a graph that is there become another?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import VALUES, access, failed, forbidden, healthy, not_found
from tests.support.graphs import GRAPH, graph, item
from tests.support.llmisvc import service
from wellit import carriers, demand, operators, preflight, served
from wellit.access import Missing, Unread
from wellit.carriers import Carrier, Carriers
from wellit.cluster import Cluster
from wellit.demand import Demand
from wellit.findings import Check

DEPLOYMENTS = (
    "get --raw /apis/apps/v1/deployments?labelSelector=app.kubernetes.io%2Fname%3Ddynamo-operator%2C"
    "control-plane%3Dcontroller-manager"
)
DEFINITION = (
    "get customresourcedefinition dynamographdeployments.nvidia.com -o "
    'go-template={{index .metadata.annotations "wellit.dev/stands-for"}}'
)
RUNNING = Carriers((Carrier("manager", "dynamo-system", True, "1.3.1"),))
TRAIN = VALUES | {"versions": {"name": "dynamo-1.3", "charts": {"dynamo": {"version": "1.3.1"}}}}


def wanted(version: str = "v1beta1") -> Demand:
    return replace(demand.of([("dynamo-x", graph(version))], "ns"), acts=())


def look(deployments: Any, definition: Any = "<no value>") -> Carriers:
    known = GRAPH.carried
    assert known
    return carriers.look(access({DEPLOYMENTS: deployments, DEFINITION: definition})[0], GRAPH, known)


def checks(**about: Any) -> dict[str, Check]:
    """By id, of a cluster that is well but for what is said."""
    good: dict[str, Any] = {"carriers": {GRAPH: RUNNING}}
    of = healthy(wanted(), **(good | about))
    return {check.id: check for check in operators.checks(wanted(), of, TRAIN)}


def deployment(ready: int = 1, labels: dict[str, str] | None = None) -> dict[str, Any]:
    about = {"name": "manager", "namespace": "dynamo-system", "labels": labels or {}}
    return {"metadata": about, "status": {"readyReplicas": ready}}


def test_an_operator_is_found_by_the_labels_of_its_deployment() -> None:
    found = json.dumps({"items": [deployment(1, {"app.kubernetes.io/version": "1.3.1"})]})
    assert look(found) == RUNNING
    assert look(json.dumps({"items": [deployment(0)]})).found == (Carrier("manager", "dynamo-system", False),)
    assert look(json.dumps({"items": []})) == Carriers(()) == look(not_found())
    assert isinstance(look(forbidden("list", "deployments")).found, Unread)


def test_where_the_definition_is_our_own_nobody_is_looked_for() -> None:
    assert look(failed("not asked"), "NVIDIA's").idle == "Dynamo's operator is not here"


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        (RUNNING, "pass", "1.3.1 in dynamo-system"),
        (Carriers((Carrier("m", "a", False, "1.3.1"),)), "fail", "1.3.1 in a, not ready"),
        (Carriers(()), "warn", "no Deployment has its labels"),
        (Carriers(Unread("list deployments.apps")), "unknown", "you may not list deployments.apps"),
        (Carriers(idle="Dynamo's operator is not here"), "warn", "keeps it, and nothing will run"),
    ],
)
def test_who_makes_pods_of_it(said: Carriers, status: str, words: str) -> None:
    check = checks(carriers={GRAPH: said})["WL611"]
    assert check.status == status and words in check.detail


def test_of_a_kind_that_is_not_there_only_that_is_told() -> None:
    assert checks(carriers={GRAPH: Carriers(())}, served={GRAPH: False}) == {}


def test_a_graph_that_is_new_or_changes_in_what_may_change() -> None:
    assert "WL612" not in checks() and "WL612" not in checks(carried={item(): Missing()})
    more = graph()
    more["spec"]["components"][1]["replicas"] = 5
    assert checks(carried={item(): more})["WL612"].status == "pass"
    # As it is kept after an install of the older version, where nothing converts.
    assert checks(carried={item(): graph("v1alpha1")})["WL612"].status == "pass"


def test_a_graph_that_would_have_to_become_another() -> None:
    other = graph()
    other["spec"]["backendFramework"] = "vllm"
    other["spec"]["components"][2] |= {"type": "worker"}
    other["spec"]["components"][1] |= {"name": "first"}
    check = checks(carried={item(): other})["WL612"]
    assert check.status == "warn" and check.detail == (
        "Dynamo's operator does not let this change: prefill is new; first is not there any more; "
        "decode was worker and becomes decode; backendFramework was vllm and becomes sglang: "
        "it must be deleted and made anew"
    )
    assert "--replace" in check.fix


def test_a_cluster_of_an_older_operator_says_which_version_it_knows() -> None:
    group = {"versions": [{"groupVersion": "nvidia.com/v1", "x": 1}, {"groupVersion": "nvidia.com/v1alpha1"}]}
    kinds = {"resources": [{"kind": "ClusterPolicy"}]}, {"resources": [{"kind": "DynamoGraphDeployment"}]}
    here, _ = access({
        "get --raw /apis/nvidia.com": json.dumps(group), "get --raw /apis/nvidia.com/v1": json.dumps(kinds[0]),
        "get --raw /apis/nvidia.com/v1alpha1": json.dumps(kinds[1]),
    })  # fmt: skip
    assert served.other_versions(here, GRAPH) == ("nvidia.com/v1alpha1",)
    of = healthy(wanted(), served={GRAPH: False}, other_versions={GRAPH: ("nvidia.com/v1alpha1",)})
    (check,) = [one for one in preflight.preflight(wanted(), of, TRAIN) if one.id == "WL604"]
    assert check.status == "fail" and check.detail == (
        "the cluster knows it as nvidia.com/v1alpha1 only: its controller is of an older release; "
        "dynamo-1.3 wants NVIDIA Dynamo 1.3.1"
    )
    assert (
        check.fix
        == "invoke prerequisites, with the same flags, shows what dynamo-1.3 needs; with --apply it installs that"
    )


def test_the_train_says_which_kubernetes_is_the_oldest() -> None:
    older = {"version": "1.30", "because": "the operator wants it", "instead": "an older train"}
    values = TRAIN | {"versions": TRAIN["versions"] | {"kubernetes": older}}

    def version(of: Cluster, settings: Any) -> Check:
        return next(one for one in preflight.preflight(wanted(), of, settings) if one.id == "WL602")

    old = healthy(wanted(), version="v1.29.4", client_version="v1.29.0")
    assert version(old, TRAIN).status == "pass"
    check = version(old, values)
    assert (check.status, check.detail) == ("fail", "it is v1.29.4: the operator wants it")
    assert check.fix == "a newer cluster, or an older train" and check.title == "Kubernetes is 1.30 or newer"


def test_the_token_of_the_model_is_named_also_where_all_of_its_secret_is_read() -> None:
    values = TRAIN | {"model": {"secret": "hf-token-secret"}}
    of = healthy(wanted(), secrets={"shared": frozenset(["HF_TOKEN"]), "hf-token-secret": Missing()})
    (check,) = [one for one in preflight.preflight(wanted(), of, values) if one.id == "WL607" and one.status == "fail"]
    assert check.title == "the secret hf-token-secret with HF_TOKEN is there"
    assert "invoke secret --name hf-token-secret -n ns" in check.fix


def test_what_kserves_controller_never_carries_out() -> None:
    def said(before: dict[str, Any], after: dict[str, Any]) -> Check:
        asked = replace(demand.of([("kserve-llm", service(**after))], "ns"), acts=())
        of = healthy(asked, carried={asked.carried[0][0]: service(**before)})
        return next(check for check in operators.checks(asked, of, TRAIN) if check.id == "WL612")

    spread = said({"parallelism": {"data": 4, "dataLocal": 2}}, {"parallelism": {"data": 8, "dataLocal": 2}})
    assert spread.status == "warn" and spread.detail == (
        "KServe's controller does not let this change: over how many pods a replica is spread "
        "(parallelism) was 2 and becomes 4: it must be deleted and made anew"
    )
    assert said({}, {"parallelism": {"pipeline": 2}}).status == "warn"
    assert said({"parallelism": {"tensor": 2}}, {"parallelism": {"tensor": 4}}).status == "pass"
    # Both are in the selectors of the Deployments that it makes, which stay as they are.
    both = said({}, {"prefill": {"replicas": 1, "labels": {"a": "b"}}, "labels": {"a": "b"}})
    assert both.status == "warn" and "prefill is new; labels was nothing and becomes a=b:" in both.detail
    assert said({"prefill": {"replicas": 1}}, {"prefill": {"replicas": 2}}).status == "pass"
