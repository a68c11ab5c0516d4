"""Two stacks in one namespace: what is refused, what is told, what lives side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.support.clusters import POOL_LABELS, access, demand, forbidden
from wellit import several
from wellit.access import Unread
from wellit.cluster import HelmRelease
from wellit.demand import Kind, Object
from wellit.findings import Check
from wellit.recorded import Record
from wellit.several import Pool

DEMAND = demand()  # the releases infra-x, gaie-x and ms-x; the pool "pool"
OURS = tuple((item.of.api_version, item.of.kind, item.name, item.release) for item in DEMAND.objects)
MINE = Record(
    "guide", "sglang", "ns", "x", releases=tuple({"name": f"{one}-x"} for one in ("infra", "gaie", "ms")), objects=OURS,
    state="installed", when="yesterday",
)  # fmt: skip


def asked(
    records: Any = (), releases: Any = (), pools: Any = (), guide: str = "guide", environment: str = "sglang"
) -> dict[str, Check]:
    found = several.checks(guide, environment, "x", DEMAND, releases, records, pools, "--context c")
    return {check.id: check for check in found}


def statuses(found: dict[str, Check]) -> set[str]:
    return {check.status for check in found.values()}


def test_alone_all_is_well() -> None:
    found = asked()
    assert list(found) == ["WL791", "WL792", "WL793"] and statuses(found) == {"pass"}


def test_the_same_stack_again_is_its_own() -> None:
    there = tuple(HelmRelease(name, "deployed", 2) for name in MINE.release_names)
    assert statuses(asked([MINE], there, [Pool("pool", POOL_LABELS, "gaie-x")])) == {"pass"}


def test_the_name_of_another_guides_stack_is_refused() -> None:
    check = asked([MINE], guide="another")["WL791"]
    assert check.status == "fail" and check.detail == "it is that of guide -e sglang, installed yesterday"
    assert "--set postfix=NAME" in check.fix and "invoke uninstall -g guide -n ns --context c" in check.fix


def test_another_environment_of_the_same_stack_is_a_change_and_is_said() -> None:
    check = asked([MINE], environment="default")["WL791"]
    assert check.status == "warn" and "which is changed to -e default" in check.detail
    assert asked([replace(MINE, state="installing")], environment="default")["WL791"].status == "pass"


def test_releases_of_another_stack_are_refused() -> None:
    other = replace(MINE, guide="multi", postfix="y", releases=({"name": "ms-x"},), objects=())
    check = asked([MINE, other])["WL792"]
    assert check.status == "fail" and check.detail == "the release ms-x is also of multi (y)"


def test_objects_of_another_stack_are_refused() -> None:
    route = ("inference.networking.k8s.io/v1", "InferencePool", "pool", "gaie-y")
    other = replace(MINE, guide="multi", postfix="y", releases=({"name": "gaie-y"},), objects=(route,))
    check = asked([other])["WL792"]
    assert check.status == "fail" and check.detail == "InferencePool pool is also of multi (y)"


def test_releases_that_nobody_recorded_are_not_changed() -> None:
    check = asked((), (HelmRelease("ms-x", "deployed", 3), HelmRelease("elsewhere", "deployed", 1)))["WL792"]
    assert check.status == "fail" and check.detail == "somebody else has installed ms-x (revision 3, deployed)"
    assert "invoke adopt -n ns" in check.fix
    # What a killed helm left is asked about when it is installed.
    assert asked((), (HelmRelease("ms-x", "pending-install", 1),))["WL792"].status == "pass"


def test_another_pool_that_selects_its_pods_is_refused() -> None:
    check = asked(pools=[Pool("theirs", POOL_LABELS, "gaie-y"), Pool("far", {"a": "b"})])["WL793"]
    assert check.status == "fail" and "theirs selects the pods of Deployment decode" in check.detail
    assert asked(pools=[Pool("everything", {})])["WL793"].status == "pass"  # a pool without labels selects nothing
    former = replace(MINE, going=("gaie-old",))
    assert asked([former], pools=[Pool("old", POOL_LABELS, "gaie-old")])["WL793"].status == "pass"


def test_what_could_not_be_read_is_unknown() -> None:
    found = asked(Unread("list secrets in ns"), (), Unread("list inferencepools"))
    assert [found[key].status for key in ("WL791", "WL792", "WL793")] == ["unknown"] * 3


def test_releases_that_may_not_be_read_are_not_said_to_be_nobodys() -> None:
    found = asked((), Unread("list secrets in ns"))
    assert (found["WL791"].status, found["WL792"].status) == ("pass", "unknown")


def test_pools_of_both_apis_are_read() -> None:
    def listed(path: str) -> str:
        return f"get --raw /apis/{path}/namespaces/ns/inferencepools?limit=500"

    new = {"metadata": {"name": "new", "annotations": {"meta.helm.sh/release-name": "gaie-new"}},
           "spec": {"selector": {"matchLabels": {"a": "b"}}}}  # fmt: skip
    old = {"metadata": {"name": "old"}, "spec": {"selector": {"c": "d"}}}
    known: dict[str, Any] = {
        listed("inference.networking.k8s.io/v1"): json.dumps({"items": [new]}),
        listed("inference.networking.x-k8s.io/v1alpha2"): json.dumps({"items": [old]}),
    }
    assert several.pools(access(known)[0], "ns") == (Pool("new", {"a": "b"}, "gaie-new"), Pool("old", {"c": "d"}))
    known[listed("inference.networking.k8s.io/v1")] = forbidden("list", "inferencepools")
    kinds = "get --raw /apis/inference.networking.k8s.io/v1"
    known[kinds] = json.dumps({"resources": [{"kind": "InferencePool"}]})
    assert isinstance(several.pools(access(known)[0], "ns"), Unread)
    known[kinds] = json.dumps({"resources": []})  # who may not list is refused for what is not there, too
    assert several.pools(access(known)[0], "ns") == (Pool("old", {"c": "d"}),)


def test_a_pool_that_a_controller_made_of_the_stack_is_its_own() -> None:
    """KServe's controller makes one of an LLMInferenceService; without this no such stack could be installed again."""
    service = Object(Kind("serving.kserve.io/v1alpha2", "LLMInferenceService"), "llm", "kserve-x")
    made = Pool("llm-pool", POOL_LABELS, owner=("LLMInferenceService", "llm"))
    wanted = replace(DEMAND, objects=(service,))
    for pool, status in ((made, "pass"), (replace(made, owner=("LLMInferenceService", "other")), "fail")):
        found = {one.id: one for one in several.checks("guide", "sglang", "x", wanted, (), [], (pool,))}
        assert found["WL793"].status == status
