from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clusters import DEPLOYMENT, GPU, demand, failed, forbidden, not_found, workload
from tests.support.clusters import access as make_access
from wellit import cluster, permissions
from wellit.access import Missing, Unread
from wellit.cluster import HelmRelease, Pod
from wellit.demand import Act, Object
from wellit.errors import CannotAnswer
from wellit.permissions import ACCESS_REVIEW, RULES_REVIEW

VERSION = json.dumps({"clientVersion": {"gitVersion": "v1.37.0"}, "serverVersion": {"gitVersion": "v1.37.1"}})
RULES = f"create --raw {RULES_REVIEW} -f -"
ACCESS = f"create --raw {ACCESS_REVIEW} -f -"
NODES = "get --raw /api/v1/nodes?limit=500"
PODS = "get --raw /api/v1/pods?limit=500&fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed"
HERE = PODS.replace("/v1/pods", "/v1/namespaces/ns/pods")
RELEASES = "get secrets -n ns -l owner=helm --show-labels --no-headers"
SECRET = "get secret llm-d-hf-token -n ns -o go-template={{.kind}}{{range $key, $_ := .data}} {{$key}}{{end}}"
CLASS = "get --raw /apis/gateway.networking.k8s.io/v1/gatewayclasses/istio"


def items(*found: Any, more: str = "") -> str:
    return json.dumps({"items": found, "metadata": {"continue": more}})


def rules(*given: Any, incomplete: bool = False) -> str:
    return json.dumps({"status": {"resourceRules": given, "incomplete": incomplete}})


def pod(name: str = "p", namespace: str = "ns", **about: Any) -> dict[str, Any]:
    spec = {"nodeName": "gpu-0", "containers": [{"name": "c", "resources": {"limits": {GPU: "2"}}}]}
    owner = [{"kind": "ReplicaSet", "name": "decode-abc"}]
    return {"metadata": {"name": name, "namespace": namespace, "ownerReferences": owner} | about, "spec": spec}


ANSWERS: dict[str, Any] = {
    "version -o json": VERSION,
    "get --raw /api/v1/namespaces/ns": "{}",
    "get --raw /apis/gateway.networking.k8s.io/v1": json.dumps({"resources": [{"kind": "Gateway"}]}),
    "get --raw /apis/inference.networking.k8s.io/v1": json.dumps({"resources": [{"kind": "InferencePool"}]}),
    NODES: items({
        "metadata": {"name": "gpu-0", "labels": {"a": "b"}}, "spec": {"unschedulable": True},
        "status": {"allocatable": {GPU: "8"}, "conditions": [{"type": "Ready", "status": "True"}]},
    }),
    PODS: items(pod(), pod("q", "elsewhere")),
    RELEASES: "",
    SECRET: "Secret HF_TOKEN other",
    CLASS: json.dumps({"status": {"conditions": [{"type": "Accepted", "status": "True"}]}}),
    RULES: rules({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}),
}  # fmt: skip


def look(**changed: Any) -> cluster.Cluster:
    return cluster.look(make_access(ANSWERS | changed)[0], demand())


def test_one_look_reads_what_the_demand_makes_interesting_and_nothing_else() -> None:
    here, runner = make_access(ANSWERS)
    found = cluster.look(here, demand())
    assert set(runner.asked) == set(ANSWERS) and len(runner.asked) == len(ANSWERS)
    assert (found.version, found.client_version, found.namespace) == ("v1.37.1", "v1.37.0", True)
    assert set(found.served.values()) == {True} and set(found.allowed.values()) == {True}
    assert found.gateway_classes == {"istio": True}
    assert isinstance(found.nodes, tuple) and found.nodes[0].offers == {GPU: 8000} and found.nodes[0].unschedulable
    assert isinstance(found.pods, tuple) and found.pods[0].asks == {GPU: 2000}
    assert isinstance(found.neighbours, tuple) and [p.name for p in found.neighbours] == ["p"]


def test_only_the_names_of_a_secrets_keys_are_read() -> None:
    assert look().secrets == {"llm-d-hf-token": frozenset(["HF_TOKEN", "other"])}
    assert look(**{SECRET: not_found()}).secrets == {"llm-d-hf-token": Missing()}
    assert look(**{SECRET: forbidden("get", "secrets")}).secrets == {"llm-d-hf-token": Unread("get secrets")}


def test_lists_come_in_pages() -> None:
    node = {"metadata": {"name": "a"}, "status": {}}
    found = look(**{NODES: items(node, more="token=1"), f"{NODES}&continue=token%3D1": items(node)})
    assert isinstance(found.nodes, tuple) and len(found.nodes) == 2


def test_pods_of_the_namespace_are_read_where_all_may_not_be() -> None:
    found = look(**{PODS: forbidden("list", "pods"), HERE: items(pod())})
    assert found.pods == Unread("list pods")
    assert isinstance(found.neighbours, tuple) and [p.name for p in found.neighbours] == ["p"]


def test_what_is_not_there() -> None:
    api = "get --raw /apis/inference.networking.k8s.io/v1"
    may = json.dumps({"status": {"allowed": True}})
    found = look(**{"get --raw /api/v1/namespaces/ns": not_found(), api: not_found(), CLASS: not_found(), ACCESS: may})
    assert (found.namespace, found.may_create_namespace) == (False, True)
    assert [kind.kind for kind, served in found.served.items() if not served] == ["InferencePool"]
    assert found.gateway_classes == {"istio": Missing()}


def test_permissions_are_judged_by_the_rules() -> None:
    me = json.dumps({"status": {"userInfo": {"username": "ann"}}})
    found = look(**{f"create --raw {permissions.WHO} -f -": me, RULES: rules(
        {"verbs": ["create"], "apiGroups": ["apps"], "resources": ["deployments"]},
        {"verbs": ["delete"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["only-this"]},
    )})  # fmt: skip
    assert found.allowed == {Act("create", "deployments", "apps"): True, Act("delete", "secrets"): False}
    assert found.user == "ann"


def test_rules_that_are_not_all_are_asked_one_by_one() -> None:
    may = json.dumps({"status": {"allowed": True}})
    assert set(look(**{RULES: rules(incomplete=True), ACCESS: may}).allowed.values()) == {True}


def test_a_cluster_that_tells_no_rules_leaves_permissions_unknown() -> None:
    refused = forbidden("create", "selfsubjectrulesreviews")
    assert set(look(**{RULES: refused}).allowed.values()) == {None}


def test_a_stack_without_pods_reads_no_nodes() -> None:
    here, runner = make_access(ANSWERS)
    cluster.look(here, demand(workload(), workloads=()))
    assert NODES not in runner.asked and PODS not in runner.asked


def test_what_a_namespace_waits_for_that_is_being_deleted() -> None:
    said = [{"type": "NamespaceFinalizersRemaining", "status": "True", "message": "hang in 1 resource instances"},
            {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "all well"}]  # fmt: skip
    going = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"conditions": said}}
    found = look(**{"get --raw /api/v1/namespaces/ns": json.dumps(going)})
    assert (found.namespace, found.ending) == (True, "hang in 1 resource instances")
    assert look().ending == ""


def test_the_newest_revision_of_each_release() -> None:
    lines = """
sh.helm.release.v1.ms.v1  helm.sh/release.v1  1  6s  modifiedAt=10,name=ms,owner=helm,status=superseded,version=1
sh.helm.release.v1.ms.v10 helm.sh/release.v1  1  3s  createdAt=20,name=ms,owner=helm,status=pending-upgrade,version=10
sh.helm.release.v1.ms.v9  helm.sh/release.v1  1  3s  modifiedAt=15,name=ms,owner=helm,status=deployed,version=9
"""
    assert cluster.releases(make_access({RELEASES: lines})[0], "ns") == (
        HelmRelease("ms", "pending-upgrade", 10, 20.0),
    )


@pytest.mark.parametrize("labels", ["owner=helm,status=deployed,version=1", "name=ms,status=deployed,version=x"])
def test_a_release_whose_labels_somebody_changed_is_one_that_helm_does_not_find(labels: str) -> None:
    line = f"sh.helm.release.v1.ms.v1  helm.sh/release.v1  1  6s  {labels}"
    assert cluster.releases(make_access({RELEASES: line})[0], "ns") == ()


@pytest.mark.parametrize(
    ("status", "pending"),
    [
        ("deployed", False),
        ("failed", False),
        ("pending-install", True),
        ("pending-rollback", True),
        ("uninstalling", True),
    ],
)
def test_a_release_somebody_is_or_was_at_work_on(status: str, pending: bool) -> None:
    assert HelmRelease("r", status, 1).pending is pending


@pytest.mark.parametrize(
    ("owner", "ours"),
    [("ReplicaSet/decode-5f7", True), ("StatefulSet/decode", True), ("ReplicaSet/decode-two-5f7", False)],
)
def test_whose_pod_it_is(owner: str, ours: bool) -> None:
    assert Pod("p", "ns", "", owner).made_for(Object(DEPLOYMENT, "decode")) is ours


def test_a_cluster_that_does_not_answer_is_told_once() -> None:
    away = failed("Unable to connect to the server: no such host")
    with pytest.raises(CannotAnswer, match="does not answer"):
        look(**dict.fromkeys(ANSWERS, away))
