"""Gateways of classes that nobody reconciles: their conditions, and those of what hangs on them."""

from __future__ import annotations

from typing import Any

from wellit.sandbox.box.simulated import CONTROLLER, LABEL, MESSAGE, REASON, statuses

Object = dict[str, Any]
NOW = "2026-11-28T07:30:00Z"
OTHERS: Object = {"controllerName": "istio.io/gateway-controller", "parentRef": {"name": "real"}, "conditions": []}


def thing(name: str, spec: Object, status: Object | None = None, **metadata: Any) -> Object:
    said = {"name": name, "namespace": "ns", "generation": 1} | metadata
    return {"metadata": said, "spec": spec, "status": status or {}}


CLASSES = [thing("agentgateway", {}, labels={LABEL: "true"}), thing("istio", {})]
GATEWAYS = [
    thing("ours", {"gatewayClassName": "agentgateway", "listeners": [{"name": "default"}]}),
    thing("real", {"gatewayClassName": "istio", "listeners": [{"name": "default"}]}),
    thing("nobodys", {"gatewayClassName": "unheard-of", "listeners": [{"name": "default"}]}),
]


def route(name: str, *parents: str, pool: str = "pool", status: Object | None = None) -> Object:
    rules = [{"backendRefs": [{"kind": "InferencePool", "name": pool}]}]
    return thing(name, {"parentRefs": [{"name": one} for one in parents], "rules": rules}, status)


def told(routes: list[Object], pools: list[Object], gateways: list[Object] = GATEWAYS) -> dict[str, Object]:
    return {one["metadata"]["name"]: status for one, status in statuses(CLASSES, gateways, routes, pools, NOW)}


def test_only_the_class_with_the_label_and_its_gateways_are_simulated_and_say_so() -> None:
    made = told([], [])
    assert set(made) == {"agentgateway", "ours"}
    assert [one["type"] for one in made["ours"]["conditions"]] == ["Accepted", "Programmed"]
    (listener,) = made["ours"]["listeners"]
    for condition in (*made["agentgateway"]["conditions"], *made["ours"]["conditions"], *listener["conditions"]):
        assert (condition["status"], condition["reason"], condition["message"]) == ("True", REASON, MESSAGE)


def test_a_route_and_its_pool_follow_the_gateways_that_the_route_names() -> None:
    made = told([route("both", "ours", "real"), route("elsewhere", "real", pool="other")],
                [thing("pool", {}), thing("other", {})])  # fmt: skip
    assert set(made) == {"agentgateway", "ours", "both", "pool"}
    (parent,) = made["both"]["parents"]
    assert (parent["controllerName"], parent["parentRef"]) == (CONTROLLER, {"name": "ours"})
    (parent,) = made["pool"]["parents"]
    assert (parent["controllerName"], parent["parentRef"]["name"]) == (CONTROLLER, "ours")


def test_a_gateway_of_another_namespace_is_another_gateway() -> None:
    there = route("there", "ours")
    there["spec"]["parentRefs"][0]["namespace"] = "other"
    service = route("service", "ours")
    service["spec"]["parentRefs"][0] |= {"group": "", "kind": "Service"}
    assert not {"there", "service", "pool"} & set(told([there, service], [thing("pool", {})]))


def test_what_other_controllers_said_stays_and_what_is_said_is_not_said_again() -> None:
    first = told([route("both", "ours", "real", status={"parents": [OTHERS]})], [])["both"]
    assert first["parents"][0] == OTHERS
    settled = [thing("ours", GATEWAYS[0]["spec"], told([], [])["ours"])]
    again = told([route("both", "ours", "real", status=first)], [], settled)
    assert set(again) == {"agentgateway"}


def test_a_changed_object_is_told_again_and_one_that_moved_away_no_more() -> None:
    status = told([route("one", "ours")], [])["one"]
    changed = route("one", "ours", status=status)
    changed["metadata"]["generation"] = 2
    assert told([changed], [])["one"]["parents"][0]["conditions"][0]["observedGeneration"] == 2
    assert told([route("one", "real", status=status)], [])["one"] == {"parents": []}
