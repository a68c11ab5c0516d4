"""The steps of a change on their own: what is asked before, and what of a stopped one is not done twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.clusters import access, failed, forbidden, not_found
from wellit import back
from wellit.changes import Change, Changes
from wellit.demand import Kind, Object
from wellit.errors import CannotAnswer, Refused, WellitError
from wellit.helm import Helm
from wellit.lifecycle import anew, leaving, restart
from wellit.record import Record

KIND = Kind("apps/v1", "Deployment")
ITEM = Object(KIND, "d", "ms-x")
PATH = "/apis/apps/v1/namespaces/ns/deployments/d"
DELETE = f"delete --raw {PATH}?propagationPolicy=Background"
FIXED = Change(ITEM, "changed", fixed=("spec.selector",))
STATE = {"guide": "g", "environment": "e", "releases": ({"name": "route-x"},), "revisions": {"route-x": 1}}
NOTED = "get secrets -n ns -l owner=helm --show-labels --no-headers"
LEAVE = "uninstall route-x -n ns --wait --ignore-not-found --keep-history --timeout 300s"
KNOWN = Record(
    "g", "e", "ns", "x", releases=({"name": "ms-x"},), objects=(("apps/v1", "Deployment", "d", "ms-x"),),
    going=("route-x",), state="installing",
)  # fmt: skip


def noted(name: str, status: str) -> str:
    labels = f"modifiedAt=1,name={name},owner=helm,status={status},version=2"
    return f"sh.helm.release.v1.{name}.v2 helm.sh/release.v1 1 1s {labels}\n"


def never(question: str) -> None:
    pytest.fail(question)


def test_what_must_be_made_anew_is_asked_for() -> None:
    asked: list[str] = []
    claim = Change(Object(Kind("v1", "PersistentVolumeClaim"), "c"), "changed", fixed=("spec.storageClassName",))
    assert list(anew.agree(Changes((FIXED, Change(ITEM, "unchanged"), claim)), asked.append)) == [FIXED, claim]
    assert asked[0].startswith("What Deployment d, PersistentVolumeClaim c has running ends")
    assert "PersistentVolumeClaim c loses its volume and all that is stored there" in asked[0]
    assert asked[0].endswith(" Delete and make anew Deployment d, PersistentVolumeClaim c?")
    assert not anew.agree(None, never) and not anew.agree(Changes((Change(ITEM, "changed"),)), never)


def test_nothing_is_deleted_for_a_change_that_would_be_refused() -> None:
    other = Change(Object(KIND, "other", "ms-x"), "new", refused="the webhook w refuses it: no")
    with pytest.raises(Refused, match="Deployment other would be refused: the webhook w refuses it: no"):
        anew.agree(Changes((FIXED, other)), never)


@pytest.mark.parametrize("answer", ["{}", not_found()])
def test_what_is_made_anew_is_deleted_with_its_pods(answer: object) -> None:
    here, runner = access({DELETE: answer, f"get --raw {PATH}": not_found()})
    said: list[str] = []
    anew.make_way(here, "ns", [FIXED], said.append)
    assert runner.asked == [DELETE, f"get --raw {PATH}"] and said == ["Deployment d is deleted; it is made anew"]


def test_what_does_not_go_away_is_told_with_what_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anew, "GOING_SECONDS", -1)
    held = json.dumps({"metadata": {"finalizers": ["example.org/f"]}})
    here, _ = access({DELETE: "{}", f"get --raw {PATH}": held})
    with pytest.raises(Refused, match="Deployment d must be made anew and does not go away") as told:
        anew.make_way(here, "ns", [FIXED], print)
    assert told.value.why == "it is held by example.org/f" and "describe deployment d -n ns" in told.value.write


def test_a_deletion_that_is_not_allowed_is_told() -> None:
    here, _ = access({DELETE: forbidden("delete", "deployments")})
    with pytest.raises(WellitError):
        anew.make_way(here, "ns", [FIXED], print)


@pytest.mark.parametrize(("status", "left"), [("deployed", True), ("uninstalling", True), ("uninstalled", False)])
def test_a_release_that_goes_is_left_once(status: str, left: bool) -> None:
    here, runner = access({NOTED: noted("ms-x", "deployed") + noted("route-x", status), LEAVE: ""})
    leaving.leave(Helm(here, {"helm": Path("helm")}), KNOWN, print)
    assert (LEAVE in runner.asked) is left


def test_a_release_that_does_not_go_is_told() -> None:
    known = {NOTED: noted("route-x", "deployed"), LEAVE: failed("Error: no such thing"), "get --raw /version": "{}"}
    here, _ = access(known)
    with pytest.raises(Refused, match="helm does not remove route-x, which the stack has no longer: no such thing"):
        leaving.leave(Helm(here, {"helm": Path("helm")}), KNOWN, print)


def test_helm_forgets_what_no_recorded_state_has() -> None:
    purge = "uninstall old-x -n ns --wait --ignore-not-found --timeout 300s"
    there = noted("old-x", "uninstalled") + noted("route-x", "uninstalled") + noted("theirs", "deployed")
    here, runner = access({NOTED: there, purge: ""})
    known = replace(KNOWN, going=(), history=(STATE,))
    before = replace(known, history=(STATE, {"releases": ({"name": "old-x"}, {"name": "theirs"})}))
    leaving.forget(Helm(here, {"helm": Path("helm")}), known, leaving.ever(before))
    # "theirs" has been installed again by somebody: it is not ours to remove.
    assert runner.asked == [NOTED, purge]


def test_restarts_that_a_stopped_change_did_not_come_to_are_kept() -> None:
    own, other = ("apps/v1", "Deployment", "d", "ms-x"), ("apps/v1", "Deployment", "gone", "ms-x")
    before = replace(KNOWN, restarts=(own, other))
    assert restart.noted(KNOWN, None, before).restarts == (own,)
    assert restart.noted(KNOWN, None, replace(before, state="installed")).restarts == ()
    config = Change(Object(Kind("v1", "ConfigMap"), "c"), "changed", readers=(ITEM,))
    assert restart.noted(KNOWN, Changes((config,)), None).restarts == (own,)


def test_what_rolls_over_is_restarted_and_of_others_a_person_is_told() -> None:
    here, runner = access({"rollout restart deployment/d -n ns": ""})
    workers = ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "w", "ms-x")
    said: list[str] = []
    known = replace(KNOWN, restarts=(*KNOWN.objects, workers))
    restart.restart(Helm(here, {}), known, said.append)
    assert runner.asked == ["rollout restart deployment/d -n ns"]
    assert said[1] == "LeaderWorkerSet w reads what has changed when its pods start: delete them, one after another"


def test_which_state_to_go_back_to() -> None:
    assert (back.number(""), back.number("2")) == (None, 2)
    with pytest.raises(CannotAnswer, match='--to "-1" is no number'):
        back.number("-1")
    with pytest.raises(CannotAnswer, match="there is no state 0 to go back to"):
        back.prepare(replace(KNOWN, history=(STATE,)), access()[0], 0)
    # A state of a wellit that did not count revisions cannot be gone back to by helm.
    with pytest.raises(Refused, match="helm cannot go back to that state; nothing was changed") as told:
        back.prepare(replace(KNOWN, history=({**STATE, "revisions": {}},)), access()[0])
    assert told.value.why == "which revision of route-x it had is not recorded"
    assert told.value.write.endswith("invoke install --context c -g g -e e -n ns")
