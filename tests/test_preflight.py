"""A healthy cluster passes; each test breaks one thing."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from typing import Any

import pytest

from tests.support.clusters import (
    GATEWAY,
    GPU,
    MONITOR,
    POOL,
    POOL_LABELS,
    VALUES,
    demand,
    healthy,
    node,
    workload,
)
from wellit.access import Missing, StandIn, Unread
from wellit.cluster import Pod
from wellit.demand import Act, Demand, Object, Wanted
from wellit.findings import Check
from wellit.preflight import preflight


def checks(wanted: Demand | None = None, **broken: Any) -> list[Check]:
    wanted = wanted or demand()
    return preflight(wanted, healthy(wanted, **broken), VALUES)


def the_only(status: str, id_: str, wanted: Demand | None = None, **broken: Any) -> Check:
    """The one check that is not passed; it must be `id_`, with `status`. What may be looked at is asked below."""
    others = [check for check in checks(wanted, **broken) if check.status != "pass" and check.id != "WL633"]
    assert [(c.id, c.status) for c in others] == [(id_, status)]
    return others[0]


def test_a_healthy_cluster_passes_every_check() -> None:
    found = checks()
    assert Counter(check.status for check in found) == {"pass": 10}
    assert {check.id for check in found} == {f"WL60{i}" for i in range(1, 10)} | {"WL614"}
    assert next(c.detail for c in found if c.id == "WL606") == f"16 {GPU} wanted, 32 free on 4 nodes"


@pytest.mark.parametrize(("version", "status"), [("v1.28.3", "fail"), ("v1.35.0", "warn"), ("", "unknown")])
def test_the_version_of_kubernetes(version: str, status: str) -> None:
    assert version in the_only(status, "WL602", version=version).detail


def test_a_cloud_providers_version_is_read() -> None:
    assert not [c for c in checks(version="v1.36.2-gke.100+abc") if c.status != "pass"]


def test_a_namespace_that_may_be_made_is_good() -> None:
    found = [c for c in checks(namespace=False, may_create_namespace=True) if c.id == "WL603"]
    assert [(c.status, c.detail) for c in found] == [("pass", "it is not there; install makes it")]


def test_a_namespace_that_may_not_be_made() -> None:
    check = the_only("fail", "WL603", namespace=False, may_create_namespace=False)
    assert "kubectl --context c create namespace ns" in check.fix


def test_a_namespace_that_is_being_deleted_takes_nothing_new() -> None:
    check = the_only("fail", "WL603", namespace=True, ending="example.com/hang in 1 resource instances")
    assert "nothing new is taken in it until it is gone: example.com/hang" in check.detail
    assert "kubectl --context c get namespace ns -o yaml" in check.fix


def test_a_namespace_that_is_hidden_is_unknown() -> None:
    assert "get namespaces" in the_only("unknown", "WL603", namespace=Unread("get namespaces")).detail


def test_a_missing_definition_names_the_train_and_the_command() -> None:
    check = the_only("fail", "WL604", served={GATEWAY: True, POOL: False})
    assert "InferencePool" in check.title
    assert "llm-d-0.6 wants Gateway API inference extension v1.4.0" in check.detail
    assert "kubectl --context c apply" in check.fix and "v1.4.0" in check.fix


def test_a_missing_monitor_names_the_setting() -> None:
    wanted = demand(objects=(Object(MONITOR, "m"),))
    check = the_only("fail", "WL604", wanted, served={MONITOR: False})
    assert "--set monitoring.enabled=false" in check.fix and "--kube-context c" in check.fix


def test_kinds_that_may_not_be_listed_are_unknown() -> None:
    assert "not looked at" in the_only("unknown", "WL604", served={GATEWAY: True, POOL: Unread("get /apis")}).detail


@pytest.mark.parametrize(
    ("found", "status"), [(Missing(), "fail"), (False, "fail"), (Unread("get gatewayclasses"), "unknown")]
)
def test_the_gateway_class(found: Any, status: str) -> None:
    the_only(status, "WL605", gateway_classes={"istio": found})


def test_a_class_that_nothing_accepts_is_only_a_warning_in_a_sandbox() -> None:
    assert "simulated" in the_only("warn", "WL605", gateway_classes={"istio": False}, sandbox=True).detail


def test_too_few_gpus_says_numbers_the_shape_and_the_nodes() -> None:
    check = the_only("fail", "WL606", nodes=(node("gpu-0"), node("gpu-1", gpus=4)))
    assert f"6 of 8 pods fit; 16 {GPU} wanted, 12 free on 2 nodes" in check.detail
    assert f"first that does not: a pod of Deployment decode, which needs 2 {GPU}" in check.detail
    free = f"{GPU} free before anything is put there: 4 on 1 node, 8 on 1 node; each pod takes 2"
    assert check.evidence == f"{free}; gpu-0, gpu-1: {GPU} 0 < 2"
    assert "--size small" in check.fix


def test_the_sum_is_not_enough() -> None:
    wanted = demand(workload(pods=1, gpus=8))
    busy = tuple(Pod(f"p{i}", "other", f"gpu-{i}", "", asks={GPU: 1000}) for i in range(4))
    check = the_only("fail", "WL606", wanted, pods=busy)
    assert f"8 {GPU} wanted, 28 free on 4 nodes" in check.detail


@pytest.mark.parametrize("hidden", ["nodes", "pods"])
def test_room_is_unknown_when_it_may_not_be_looked_at(hidden: str) -> None:
    broken: dict[str, Any] = {hidden: Unread(f"list {hidden}")}
    assert f"you may not list {hidden}" in the_only("unknown", "WL606", None, **broken).detail


def test_a_missing_token_is_made_by_the_task_that_does_not_show_it() -> None:
    check = the_only("fail", "WL607", secrets={"llm-d-hf-token": Missing()}, invoke_flags="--context c")
    assert check.fix.startswith("invoke secret --name llm-d-hf-token -n ns --context c;")
    assert "Deployment decode" in check.detail


def test_another_missing_secret_is_made_from_stdin() -> None:
    wanted = demand(secrets=(Wanted("other", frozenset(["KEY"]), "Deployment decode"),))
    fix = the_only("fail", "WL607", wanted, secrets={"other": Missing()}).fix
    assert fix.startswith('printf %s "$KEY" | kubectl --context c create secret generic other')
    assert "--from-file=KEY=/dev/stdin" in fix


def test_a_missing_secret_in_a_namespace_that_is_not_there_yet() -> None:
    wanted = demand(secrets=(Wanted("other", frozenset(["KEY"]), "Deployment decode"),))
    found = checks(wanted, secrets={}, namespace=False, may_create_namespace=True)
    fix = next(c.fix for c in found if c.id == "WL607")
    assert fix.startswith("kubectl --context c create namespace ns; printf")


def test_a_secret_without_the_key() -> None:
    check = the_only("fail", "WL607", secrets={"llm-d-hf-token": frozenset(["token"])})
    assert check.detail == "it is there without HF_TOKEN; it has: token"


def test_a_secret_that_may_not_be_read_is_unknown() -> None:
    the_only("unknown", "WL607", secrets={"llm-d-hf-token": Unread("get secrets in ns")})


def test_each_missing_permission_is_named() -> None:
    check = the_only(
        "fail", "WL608", allowed={Act("create", "deployments", "apps"): False, Act("delete", "secrets"): True}
    )
    assert check.detail == "you may not: create deployments.apps"


def test_what_may_not_be_looked_at_comes_with_the_roles_that_let_one_look() -> None:
    hidden: dict[str, Any] = {"nodes": Unread("list nodes"), "namespace": Unread("get namespaces in ns")}
    secrets = {"llm-d-hf-token": Unread("get secrets in ns")}
    [check] = [c for c in checks(**hidden, secrets=secrets, user="ann") if c.id == "WL633"]
    [_, given, *_] = shlex.split(check.fix)
    cluster_wide, binding, role, _ = json.loads(given)["items"]
    assert cluster_wide["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]
    assert role["rules"] == [{"apiGroups": [""], "resources": ["namespaces", "secrets"], "verbs": ["get"]}]
    assert role["metadata"]["namespace"] == "ns" and binding["subjects"][0]["name"] == "ann"
    [other] = [c for c in checks(**hidden, secrets=secrets) if c.id == "WL633"]
    assert "YOUR-NAME" in other.fix and other.status == "warn"


def test_permissions_that_the_cluster_hides_are_a_warning() -> None:
    assert "delete secrets" in the_only("warn", "WL608", allowed={Act("create", "deployments", "apps"): True}).detail


def test_pods_of_something_else_behind_the_pool() -> None:
    others = (Pod("foreign-1", "ns", "", "ReplicaSet/foreign-abc", POOL_LABELS),)
    check = the_only("fail", "WL609", neighbours=others)
    assert "foreign-1" in check.detail and "--set postfix=NAME" in check.fix


def test_our_own_pods_are_no_strangers_and_hold_no_gpus() -> None:
    own = tuple(Pod(f"d-{i}", "ns", f"gpu-{i}", "ReplicaSet/decode-5f7", POOL_LABELS, {GPU: 8000}) for i in range(4))
    assert not [c for c in checks(pods=own, neighbours=own) if c.status != "pass"]


def test_neighbours_that_may_not_be_listed_are_unknown() -> None:
    the_only("unknown", "WL609", neighbours=Unread("list pods in ns"))


OLD = "ghcr.io/llm-d/llm-d-inference-scheduler:v0.4.0"
UPSTREAMS = {OLD: StandIn("upstream's stands in", "registry.k8s.io/gateway-api-inference-extension/epp:v1.2.1")}


def test_a_picker_that_stands_in_has_to_know_the_plugins() -> None:
    asked = demand(plugins=("queue-scorer", "prefill-filter", "decode-filter"))
    found = the_only("fail", "WL610", asked, stand_ins=UPSTREAMS)
    assert found.detail == "upstream's stands in; it does not start with decode-filter, prefill-filter"
    known = checks(demand(plugins=("queue-scorer",)), stand_ins=UPSTREAMS)
    assert [check.status for check in known if check.id == "WL610"] == ["pass"]


def test_what_stands_in_for_something_else_is_not_asked_for_plugins() -> None:
    asked = demand(plugins=("prefill-filter",))
    assert not [one for one in checks(asked, stand_ins={"engine:v1": StandIn("no model")}) if one.id == "WL610"]
