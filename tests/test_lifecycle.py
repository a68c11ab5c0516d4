"""What is refused, and in which order things are written; the whole life is in test_lifecycle_real.py."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import FakeRunner, access, failed, forbidden, healthy, not_found
from tests.support.stacks import parts
from wellit import lease, lifecycle, record
from wellit.access import Missing
from wellit.errors import CannotAnswer, Refused
from wellit.lifecycle import ending
from wellit.plan import Plan
from wellit.preflight import preflight
from wellit.record import Record

OBJECTS = (("apps/v1", "Deployment", "d", "ms-x"),)
KNOWN = Record(
    "guide", "sglang", "ns", "x", releases=({"name": "gaie-x"}, {"name": "ms-x"}), objects=OBJECTS, state="installed",
    resource_version="7",
)  # fmt: skip
WRITE = f"replace --raw {KNOWN.path} -f -"
HELM = "uninstall ms-x gaie-x -n ns --wait --ignore-not-found --timeout 300s"
KINDS = "get --raw /apis/apps/v1/namespaces/ns/deployments?limit=500"
PODS = "get --raw /api/v1/namespaces/ns/pods?limit=500"
TRIAL = "delete --raw /apis/apps/v1/namespaces/ns/deployments/d?dryRun=All"
DELETE = f"delete --raw {KNOWN.path}"
EMPTY = json.dumps({"items": []})
LEASE = lease.path("ns", "x")
TAKE, GIVE_BACK = f"create --raw {LEASE.rpartition('/')[0]} -f -", f"delete --raw {LEASE} -f -"
TAKEN = {"metadata": {"uid": "u", "resourceVersion": "1"}}
LOCK: dict[str, Any] = {f"get --raw {LEASE}": not_found(), TAKE: json.dumps(TAKEN), GIVE_BACK: "{}"}
ANSWERS: dict[str, Any] = LOCK | {
    WRITE: json.dumps(record.to_secret(KNOWN)), HELM: "", KINDS: EMPTY, PODS: EMPTY, DELETE: "{}",
}  # fmt: skip


def yes(question: str) -> None:
    assert "https://c" in question


def removed(**changed: Any) -> FakeRunner:
    here, runner = access(ANSWERS | changed)
    assert lifecycle.uninstall(KNOWN, here, print, yes).status == "pass"
    return runner


def test_an_uninstall_marks_the_record_first_and_removes_it_last() -> None:
    runner = removed()
    written = json.loads(runner.stdin[WRITE] or "")
    assert record.from_secret(written).state == "uninstalling"
    assert written["metadata"]["resourceVersion"] == "7"
    took = runner.asked.index(TAKE)
    assert runner.asked[took + 1 : took + 3] == [WRITE, HELM] and runner.asked[-2:] == [DELETE, GIVE_BACK]
    assert json.loads(runner.stdin[GIVE_BACK] or "")["preconditions"] == TAKEN["metadata"]


def test_a_record_that_somebody_removed_meanwhile_is_no_error() -> None:
    removed(**{DELETE: not_found()})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({HELM: failed("Error: no way"), TRIAL: "{}"}, "helm does not remove the stack: no way"),
        (
            {
                HELM: failed("Error: no way"),
                TRIAL: failed('Error from server: admission webhook "w" denied the request: not today'),
            },
            "helm does not remove the stack: Deployment d: the webhook w refuses it: not today",
        ),
        ({WRITE: failed("Error from server (Conflict): the object has been modified")}, "somebody else is at work"),
    ],
)
def test_an_uninstall_that_fails_keeps_the_record(changed: dict[str, Any], message: str) -> None:
    here, runner = access(ANSWERS | changed)
    with pytest.raises(Refused, match=message):
        lifecycle.uninstall(KNOWN, here, print, yes)
    assert DELETE not in runner.asked


def test_what_is_left_is_told_and_the_record_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "ENDING_SECONDS", 0)
    still = {"metadata": {"name": "d", "annotations": {"meta.helm.sh/release-name": "ms-x"}}}
    here, runner = access(ANSWERS | {KINDS: json.dumps({"items": [still]})})
    with pytest.raises(Refused, match="still there: Deployment d"):
        lifecycle.uninstall(KNOWN, here, print, yes)
    assert DELETE not in runner.asked


def test_no_means_that_nothing_is_changed() -> None:
    def no(_: str) -> None:
        raise Refused("not confirmed")

    here, runner = access(LOCK)
    with pytest.raises(Refused, match="not confirmed"):
        lifecycle.uninstall(KNOWN, here, print, no)
    assert runner.asked == [f"get --raw {LEASE}"]


def test_a_wellit_that_is_at_work_is_not_disturbed() -> None:
    far = lease.made(replace(lease.here("rollback"), user="bob", host="far"), "ns", "x")
    here, runner = access({f"get --raw {LEASE}": json.dumps(far), f"replace --raw {LEASE}?dryRun=All -f -": "{}"})
    with pytest.raises(Refused, match=r"bob@far \(rollback, process \d+\) is at work on this stack since 20"):
        lifecycle.uninstall(KNOWN, here, print, yes)
    assert not [said for said in runner.asked if "secrets" in said]


def test_where_leases_may_not_be_read_the_record_says_who_is_at_work() -> None:
    busy = replace(KNOWN, state="installing", host=platform.node(), process=os.getppid())
    here, _ = access({f"get --raw {LEASE}": forbidden("get", "leases")})
    with pytest.raises(Refused, match=f"another wellit is at work on this stack: process {os.getppid()}"):
        lifecycle.uninstall(busy, here, print, yes)


def test_without_the_right_to_leases_an_uninstall_goes_on() -> None:
    removed(**{f"get --raw {LEASE}": forbidden("get", "leases")})
    removed(**{TAKE: forbidden("create", "leases")})


def test_an_install_with_a_failed_check_changes_nothing() -> None:
    made, manifests, wanted = parts()
    cluster = healthy(wanted, gateway_classes={"istio": Missing()})
    plan = Plan(made, manifests, wanted, cluster, tuple(preflight(wanted, cluster, made.values)))
    here, runner = access()
    with pytest.raises(Refused) as told:
        lifecycle.install(plan, here, print, yes)
    assert told.value.message == "not installed: not so: the gateway class istio is there and accepted"
    assert "--gateway none" in told.value.write and runner.asked == []


def test_no_stack_here_says_what_is_and_where_others_are() -> None:
    def listed(where: str) -> str:
        return f"get --raw {where}?limit=500&fieldSelector=type%3Dwellit.dev%2Fstack"

    releases = "x helm.sh/release.v1 1 6s modifiedAt=1,name=foreign,owner=helm,status=deployed,version=1\n"
    here, _ = access({
        listed("/api/v1/namespaces/other/secrets"): EMPTY,
        listed("/api/v1/secrets"): json.dumps({"items": [record.to_secret(KNOWN)]}),
        "get secrets -n other -l owner=helm --show-labels --no-headers": releases,
    })  # fmt: skip
    with pytest.raises(Refused, match="no stack is recorded in other") as told:
        lifecycle.recorded(here, "other")
    assert "foreign" in told.value.why and "guide in ns" in told.value.write and told.value.code == 1
    assert told.value.write.startswith("invoke doctor -n other ")


def test_the_stack_of_another_guide_is_not_called_unrecorded() -> None:
    def listed(where: str) -> str:
        return f"get --raw {where}?limit=500&fieldSelector=type%3Dwellit.dev%2Fstack"

    recorded = json.dumps({"items": [record.to_secret(KNOWN)]})
    name = KNOWN.release_names[0]
    releases = f"x helm.sh/release.v1 1 6s modifiedAt=1,name={name},owner=helm,status=deployed,version=1\n"
    here, _ = access({
        listed("/api/v1/namespaces/ns/secrets"): recorded, listed("/api/v1/secrets"): recorded,
        "get secrets -n ns -l owner=helm --show-labels --no-headers": releases,
    })  # fmt: skip
    with pytest.raises(Refused, match="no stack of another is recorded in ns") as told:
        lifecycle.recorded(here, "ns", "another")
    assert (told.value.why, told.value.write) == ("", "-n NAMESPACE; recorded: guide in ns")


def test_records_that_may_not_be_read_are_no_answer() -> None:
    path = "get --raw /api/v1/namespaces/ns/secrets?limit=500&fieldSelector=type%3Dwellit.dev%2Fstack"
    with pytest.raises(CannotAnswer, match="you may not list secrets"):
        lifecycle.recorded(access({path: forbidden("list", "secrets")})[0], "ns")
