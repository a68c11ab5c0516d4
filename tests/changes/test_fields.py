"""Where two states of an object differ."""

from __future__ import annotations

from typing import Any

import pytest

from wellit.changes.fields import Field, below, differences, veiled
from wellit.overrides import STARS


def deployment(*args: str, replicas: int = 2, **env: str) -> dict[str, Any]:
    container = {"name": "vllm", "args": list(args), "env": [{"name": k, "value": v} for k, v in env.items()]}
    template = {"spec": {"containers": [{"name": "proxy"}, container]}}
    about = {"name": "d", "resourceVersion": str(replicas), "generation": replicas, "managedFields": [replicas]}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": about,
        "spec": {"replicas": replicas, "template": template}, "status": {"replicas": replicas},
    }  # fmt: skip


CONTAINER = "spec.template.spec.containers[vllm]"


def test_what_the_server_writes_by_itself_is_no_difference() -> None:
    assert differences(deployment(), deployment()) == ()
    assert differences(deployment(), deployment(replicas=3)) == (Field("spec.replicas", 2, 3),)


def test_an_object_in_another_version_of_its_api_is_the_same() -> None:
    assert differences(deployment(), deployment() | {"apiVersion": "apps/v1beta2"}) == ()


def test_items_with_names_are_held_against_those_of_their_name() -> None:
    before, after = deployment(A="1", B="2"), deployment(B="3", C="4")
    assert differences(before, after) == (
        Field(f"{CONTAINER}.env[A]", {"name": "A", "value": "1"}, None),
        Field(f"{CONTAINER}.env[B].value", "2", "3"),
        Field(f"{CONTAINER}.env[C]", None, {"name": "C", "value": "4"}),
    )


def test_another_order_is_told_as_such() -> None:
    found = differences(deployment(A="1", B="2"), deployment(B="2", A="1"))
    assert found == (Field(f"{CONTAINER}.env (order)", ["A", "B"], ["B", "A"]),)


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        (("a", "b"), ("a", "c"), [("[1]", "b", "c")]),
        (("a", "b"), ("x", "a", "b"), [("[0]", None, "x")]),
        (("a", "b", "c"), ("a", "c"), [("[1]", "b", None)]),
        (("a", "a"), ("a",), [("[1]", "a", None)]),
    ],
)
def test_words_of_a_command_line(before: Any, after: Any, fields: Any) -> None:
    found = differences(deployment(*before), deployment(*after))
    assert found == tuple(Field(f"{CONTAINER}.args{at}", was, becomes) for at, was, becomes in fields)


def test_a_key_with_dots_stands_in_brackets() -> None:
    before = {"metadata": {"name": "x", "labels": {"a.b/c": "1"}}}
    after = {"metadata": {"name": "x", "labels": {"a.b/c": "2"}}}
    assert differences(before, after) == (Field("metadata.labels[a.b/c]", "1", "2"),)


def test_a_secret_that_changes_is_told_and_not_shown() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "s"}}
    found = differences(secret | {"data": {"K": "b2xk"}}, secret | {"data": {"K": "bmV3", "L": "bmV3"}})
    assert found == (Field("data.K", STARS, STARS), Field("data.L", None, STARS))
    assert veiled(secret | {"stringData": {"K": "plain"}})["stringData"] == {"K": STARS}


@pytest.mark.parametrize("words", [("--api-key", "hf_abcdefghijklmnopqrstuv"), ("--token=hf_abcdefghijklmnopqrstuv",)])
def test_what_looks_secret_is_masked_wherever_it_stands(words: tuple[str, ...]) -> None:
    canary = "hf_abcdefghijklmnopqrstuv"
    found = differences(deployment(HF_TOKEN="old-and-plain"), deployment(*words, HF_TOKEN=canary))
    assert len(found) == 1 + len(words) and canary not in str(found) and "old-and-plain" not in str(found)
    text = {"kind": "ConfigMap", "metadata": {}, "data": {"f": f"a: 1\napiKey: 'secret'\nurl: {canary}\n"}}
    shown = str(differences(text | {"data": {"f": "a: 1\n"}}, text))
    assert canary not in shown and "'secret'" not in shown and "a: 1" in shown


def test_below() -> None:
    assert below("spec.selector.matchLabels", "spec.selector") and below("a[0]", "a") and below("a", "a")
    assert not below("spec.selectors", "spec.selector")
