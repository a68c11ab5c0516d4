"""invoke status -A: every recorded stack, and the namespaces that nobody may look into."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import access, forbidden, not_found
from wellit import everywhere, lease, record
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.recorded import UNENDED, Record, State
from wellit.report import stacks
from wellit.report.style import Style

OBJECTS = (("apps/v1", "Deployment", "d", "ms-x"),)
ONE = Record(
    "guide", "sglang", "a", "x", {"engines": "sglang"}, objects=OBJECTS, state="installed", when="now", by="me"
)
TWO = replace(ONE, namespace="b", postfix="y", state="installing")


def listed(path: str) -> str:
    return f"get --raw {path}?limit=500"


def secrets(namespace: str = "") -> str:
    where = f"/api/v1/namespaces/{namespace}/secrets" if namespace else "/api/v1/secrets"
    return f"{listed(where)}&fieldSelector=type%3Dwellit.dev%2Fstack"


def items(*records: Record) -> str:
    return json.dumps({"items": [record.to_secret(one) for one in records]})


def live(namespace: str, ready: int) -> dict[str, Any]:
    spec, status = {"replicas": 2}, {"readyReplicas": ready, "updatedReplicas": ready, "replicas": 2}
    found = {"metadata": {"name": "d"}, "spec": spec, "status": status}
    postfix = {"a": "x", "b": "y"}[namespace]
    return {
        listed(f"/apis/apps/v1/namespaces/{namespace}/deployments"): json.dumps({"items": [found]}),
        listed(f"/api/v1/namespaces/{namespace}/pods"): json.dumps({"items": []}),
        f"get --raw {lease.path(namespace, postfix)}": not_found(),
    }


def seen(known: dict[str, Any]) -> Report:
    return everywhere.status(access(known)[0])


def test_each_stack_is_a_row_and_a_check() -> None:
    report = seen({secrets(): items(TWO, ONE)} | live("a", 2) | live("b", 2))
    assert [(check.id, check.status) for check in report.checks] == [("WL701", "pass"), ("WL705", "fail")]
    assert "an install of now did not end" in report.checks[1].detail and report.exit_code == 1
    text = stacks.lines(report.summary, Style())
    assert text[0].split() == list(stacks.HEAD)
    assert text[1].split() == ["a", "guide", "sglang", "sglang", "x", "installed", "1/1", "now", "me"]
    assert len(text) == 3 and report.summary["result"] == "2 stacks recorded on context c (https://c)"


@pytest.mark.parametrize("state", UNENDED)
def test_whatever_did_not_end_is_told(state: State) -> None:
    report = seen({secrets(): items(replace(ONE, state=state))} | live("a", 2))
    assert report.checks[0].detail == f"{UNENDED[state]} of now did not end" and report.exit_code == 1


def test_one_that_is_not_ready_says_what_to_ask() -> None:
    report = seen({secrets(): items(ONE)} | live("a", 1))
    assert report.checks[0].detail.startswith("Deployment d: 1 of 2 pods ready")
    assert report.checks[0].fix == "invoke status --name x -n a --context c" and report.exit_code == 1


def test_whoever_is_at_work_is_named() -> None:
    made = lease.made(replace(lease.here("rollback"), user="bob", host="far"), "a", "x")
    where = lease.path("a", "x")
    busy = {f"get --raw {where}": json.dumps(made), f"replace --raw {where}?dryRun=All -f -": "{}"}
    report = seen({secrets(): items(ONE)} | live("a", 1) | busy)
    assert report.checks[0].status == "warn" and "bob@far (rollback, process" in report.checks[0].detail
    assert "installed: bob@far (rollback" in stacks.lines(report.summary, Style())[1]


def test_where_not_all_secrets_may_be_listed_each_namespace_is_asked() -> None:
    names = json.dumps({"items": [{"metadata": {"name": name}} for name in ("a", "closed")]})
    known = {
        secrets(): forbidden("list", "secrets"), listed("/api/v1/namespaces"): names, secrets("a"): items(ONE),
        secrets("closed"): forbidden("list", "secrets"),
    } | live("a", 2)  # fmt: skip
    report = seen(known)
    assert [(check.id, check.status) for check in report.checks] == [("WL701", "pass"), ("WL798", "unknown")]
    assert report.checks[1].detail == "you may not list secrets in closed" and report.exit_code == 2
    known[listed("/api/v1/namespaces")] = forbidden("list", "namespaces")
    with pytest.raises(CannotAnswer, match="the records of stacks in all namespaces cannot be read"):
        seen(known)


def test_none_is_an_answer() -> None:
    report = seen({secrets(): items()})
    assert report.exit_code == 0 and report.summary["result"] == "no stack recorded on context c (https://c)"


def test_one_record_that_cannot_be_read_does_not_hide_the_others() -> None:
    strange = {"metadata": {"name": "theirs", "namespace": "c"}, "data": {}}
    found = {"items": [strange, record.to_secret(ONE)]}
    report = seen({secrets(): json.dumps(found)} | live("a", 2))
    assert [(check.id, check.status) for check in report.checks] == [("WL701", "pass"), ("WL798", "unknown")]
    assert "the record theirs in c cannot be read" in report.checks[1].detail and report.exit_code == 2
    assert "delete secret theirs -n c" in report.checks[1].fix


def test_one_stack_whose_install_did_not_end_is_told_as_of_all() -> None:
    check = everywhere.unended(TWO, everywhere.busy(access(live("b", 2))[0], TWO), "the last change of it has ended")
    assert (check.id, check.status) == ("WL705", "fail") and "an install of now did not end" in check.detail
