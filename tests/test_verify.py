from __future__ import annotations

import pytest

from tests.support.clusters import DEPLOYMENT, GATEWAY, access, failed, forbidden
from wellit import verify
from wellit.demand import Kind, Object
from wellit.errors import CannotAnswer
from wellit.live import Live, Part

OBJECTS = [Object(DEPLOYMENT, "d"), Object(Kind("v1", "ConfigMap"), "c")]
NAMES = "get -n ns --ignore-not-found -o name deployments.v1.apps/d configmaps/c"


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


def test_every_object_is_there() -> None:
    assert verify.present(access({NAMES: "deployment.apps/d\nconfigmap/c\n"})[0], "ns", OBJECTS).status == "pass"


def test_an_object_that_is_missing_is_named() -> None:
    check = verify.present(access({NAMES: "deployment.apps/d\n"})[0], "ns", OBJECTS)
    assert (check.status, check.detail) == ("fail", "missing: ConfigMap c")


def test_a_kind_that_the_cluster_does_not_know_hides_no_other() -> None:
    objects = [Object(GATEWAY, "g"), OBJECTS[1]]
    both = "get -n ns --ignore-not-found -o name gateways.v1.gateway.networking.k8s.io/g configmaps/c"
    unknown = failed(
        'error: the server doesn\'t have a resource type "gateways" in group "v1.gateway.networking.k8s.io"'
    )
    here, _ = access({both: unknown, "get -n ns --ignore-not-found -o name configmaps/c": "configmap/c"})
    assert verify.present(here, "ns", objects).detail == "missing: Gateway g"


def test_objects_that_may_not_be_read_are_unknown() -> None:
    assert verify.present(access({NAMES: forbidden("get", "configmaps")})[0], "ns", OBJECTS).status == "unknown"


def test_a_cluster_that_is_away_is_no_missing_object() -> None:
    with pytest.raises(CannotAnswer, match="does not answer"):
        verify.present(access({NAMES: failed("Unable to connect to the server: no such host")})[0], "ns", OBJECTS)


def test_what_is_left_after_an_uninstall() -> None:
    assert verify.gone([]).status == "pass"
    assert verify.gone(["Role r"]).detail == "still there: Role r"
