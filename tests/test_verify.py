from __future__ import annotations

from typing import Any

from tests.support.clusters import DEPLOYMENT, GATEWAY
from wellit import verify
from wellit.access import Missing, Unread
from wellit.demand import Kind, Object
from wellit.live import Live, Part

OBJECTS = [Object(DEPLOYMENT, "d"), Object(Kind("v1", "ConfigMap"), "c")]


def test_one_check_for_each_part() -> None:
    live = Live((
        Part(Object(DEPLOYMENT, "d"), ready=True, done=2, of=2, simulated=True),
        Part(Object(GATEWAY, "g"), missing=("Programmed: Pending",)),
        Part(Object(DEPLOYMENT, "e"), unread="list deployments"),
    ))  # fmt: skip
    assert [(c.id, c.status, c.title, c.detail) for c in verify.standing(live)] == [
        ("WL701", "pass", "Deployment d has all its pods ready", "2 of 2 pods ready (simulated by the sandbox)"),
        ("WL702", "fail", "Gateway g is accepted and programmed", "Programmed: Pending"),
        ("WL701", "unknown", "Deployment e has all its pods ready", "not looked at: you may not list deployments"),
    ]


def looked(**found: Any) -> Live:
    return Live((), objects=dict(zip(OBJECTS, found.values(), strict=True)))


def test_every_object_is_there() -> None:
    assert verify.present(looked(d={}, c={})).status == "pass"


def test_an_object_that_is_missing_is_named() -> None:
    check = verify.present(looked(d={}, c=Missing()))
    assert (check.status, check.detail) == ("fail", "missing: ConfigMap c")


def test_objects_that_may_not_be_read_are_unknown() -> None:
    check = verify.present(looked(d={}, c=Unread("list configmaps in ns")))
    assert (check.status, check.detail) == ("unknown", "not looked at: you may not list configmaps in ns")


def test_what_is_scaled_to_0_has_no_pods_that_are_ready() -> None:
    (check,) = verify.standing(Live((Part(OBJECTS[0], ready=True),)))
    assert (check.status, check.detail) == ("skip", "scaled to 0: there are no pods, and nothing of it answers")


def test_what_is_left_after_an_uninstall() -> None:
    assert verify.gone([]).status == "pass"
    assert verify.gone(["Role r"]).detail == "still there: Role r"
