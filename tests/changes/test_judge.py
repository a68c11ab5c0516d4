"""What would become of one object, from what was asked about it."""

from __future__ import annotations

from typing import Any

import pytest

from wellit.access import Missing, Unread
from wellit.changes import Change
from wellit.changes.judge import ENDING, NO_KIND, NO_NAMESPACE, Asked, as_helm_sends, judge
from wellit.demand import Kind, Object
from wellit.tried import UNKNOWN_KIND, Tried

ITEM = Object(Kind("apps/v1", "Deployment"), "d", "ms")
TAKEN = Tried("taken")


def deployment(replicas: int = 2, selector: str = "d") -> dict[str, Any]:
    container = {"name": "c", "image": "i:1", "resources": {"limits": {"nvidia.com/gpu": "1"}}}
    pod = {"metadata": {"labels": {"app": selector}}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": selector}}, "template": pod}
    return as_helm_sends(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}, "ms", "ns"
    )


def judged(live: Any, tried: Tried, afresh: Tried | None = None, *, ours: bool = True, **there: bool) -> Change:
    asked = Asked(ITEM, deployment(), live, tried, afresh, ours)
    return judge(asked, namespace=there.get("namespace", True), kind=there.get("kind", True))


def answered(manifest: dict[str, Any]) -> Tried:
    return Tried("taken", answer=manifest)


def test_the_same_is_unchanged_and_kept_in_no_memory() -> None:
    found = judged(deployment(), answered(deployment()))
    assert (found.what, found.fields, found.meaning, found.before) == ("unchanged", (), (), None)


def test_a_change_is_what_the_server_would_make_of_it_not_what_was_sent() -> None:
    found = judged(deployment(), answered(deployment(3)))
    assert [(f.path, f.before, f.after) for f in found.fields] == [("spec.replicas", 2, 3)]
    assert found.meaning == ("scaled 2 -> 3: 1 more pod, 1 nvidia.com/gpu each",)


def test_what_is_not_there_is_new() -> None:
    assert judged(Missing(), TAKEN).what == "new"
    assert judged(Missing(), Tried("refused", "no", "hook.example")) == Change(
        ITEM, "new", refused="the webhook hook.example refuses it: no", after=judged(Missing(), TAKEN).after
    )


@pytest.mark.parametrize(
    ("tried", "there", "why"),
    [
        (TAKEN, {"namespace": False}, NO_NAMESPACE),
        (TAKEN, {"kind": False}, NO_KIND),
        (
            Tried("refused", "x: unable to create new content in namespace ns because it is being terminated"),
            {},
            ENDING,
        ),
        (Tried("unread", UNKNOWN_KIND), {}, NO_KIND),
    ],
)
def test_where_it_cannot_be_yet_it_is_new_and_nobody_was_asked(tried: Tried, there: Any, why: str) -> None:
    found = judged(Missing(), tried, **there)
    assert (found.what, found.why) == ("new", why)


def test_what_may_not_be_read_or_tried_is_unknown_with_the_permission() -> None:
    assert judged(Unread("get deployments.apps"), TAKEN).why == "not looked at: you may not get deployments.apps"
    found = judged(deployment(), Tried("unread", "you may not patch deployments.apps"))
    assert (found.what, found.why) == ("unknown", "you may not patch deployments.apps")


def test_a_field_that_cannot_be_changed_is_named() -> None:
    other = deployment(selector="e")
    other["metadata"] = {**other["metadata"], "name": "d-wellit"}
    found = judged(deployment(), Tried("refused", "field is immutable"), answered(other))
    assert found.fixed == ("spec.selector.matchLabels.app",) and found.anew and not found.refused
    assert found.meaning[0] == "spec.selector.matchLabels.app cannot be changed: it must be made anew"
    assert found.meaning[1].startswith("its 2 pods do not answer until new ones are ready")


def test_what_is_refused_as_a_new_one_too_is_refused() -> None:
    found = judged(deployment(), Tried("refused", "no such thing"), Tried("refused", "no such thing"))
    assert found.refused == "the API server refuses it: no such thing" and not found.anew


def test_a_webhook_that_refuses_any_change_is_no_field_that_cannot_be_changed() -> None:
    found = judged(deployment(), Tried("refused", "not on a Friday", "h"), answered(deployment(3)))
    assert found.refused == "the webhook h refuses it: not on a Friday" and not found.anew


def test_a_webhook_that_does_not_answer() -> None:
    found = judged(deployment(), Tried("unanswered", 'failed calling webhook "h"'))
    assert found.refused == 'a webhook that must be asked does not answer: failed calling webhook "h"'


@pytest.mark.parametrize(
    ("live", "words"),
    [
        ({"kind": "Deployment", "metadata": {"name": "d"}}, "no helm release has made it"),
        ({**deployment(), "metadata": as_helm_sends(deployment(), "other", "ns")["metadata"]}, "of the release other"),
    ],
)
def test_an_object_of_somebody_else_is_not_taken_over(live: Any, words: str) -> None:
    found = judged(live, answered(deployment()), ours=False)
    assert words in found.refused and "helm does not take it over" in found.refused
    assert judged(live, answered(deployment())).refused == ""  # helm does not ask again for what it has noted
