"""Which guide, environment and settings a set of helm releases is told to be of; no cluster is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.stacks import rendered
from wellit import compose
from wellit.adopt import match, names
from wellit.compose import Choice
from wellit.installed import Installed

ANY = Choice(guide="", environment="", namespace="ns")


def installed(
    guide: str = "inference-scheduling", environment: str = "sglang", *sets: str, **about: Any
) -> list[Installed]:
    """The releases of a guide as helm would have them."""
    components = {"charts": "offline", **about.pop("components", {})}
    choice = Choice(guide, environment, "ns", components, about.pop("size", "small"), sets=sets)
    return [
        Installed(one.name, names_of[one.part], "0.1.0", one.values, json_of(one.manifests), 1, "deployed")
        for one in rendered(compose.compose(choice)).releases
    ]


names_of = {part: chart for chart, part in names.parts().items()}


def json_of(manifests: Iterable[Any]) -> str:
    return "\n---\n".join(json.dumps(one) for one in manifests)


def best(found: list[Installed], asked: Choice = ANY) -> match.Match:
    return match.settled(match.matches(found, asked, print)[0], found, asked, print)


def same(one: match.Match) -> bool:
    return not (one.found.different or one.left or one.lacking)


def test_the_parts_are_told_by_charts_and_the_postfix_by_names() -> None:
    found = installed("inference-scheduling", "sglang", "postfix=mine")
    assert [names.part_of(one) for one in found] == ["gateway", "inferencepool", "modelservice", "route"]
    assert names.part_of(replace(found[0], chart="nginx")) == ""
    one = best(found)
    assert one.postfix == "mine" and same(one) and [each.name for each in one.releases] == [each.name for each in found]


@pytest.mark.parametrize(
    ("guide", "environment"),
    [("inference-scheduling", "default"), ("pd-disaggregation", "sglang"), ("multi-engine", "vllm-sglang")],
)
def test_a_guide_is_told_by_what_it_makes_not_by_its_name(guide: str, environment: str) -> None:
    one = best(installed(guide, environment, "postfix=mine"))
    assert (one.choice.guide, one.choice.environment, one.choice.size) == (guide, environment, "small")
    assert one.postfix == "mine" and same(one)


@pytest.mark.parametrize(
    ("guide", "environment", "train", "sets"),
    [
        ("dynamo-sglang", "agg", "dynamo-0.8", ("postfix=chat", "model.name=Qwen/Qwen3-4B", "decode.replicas=3")),
        ("llm-inference-service", "kserve-sglang", "kserve-0.16", ('tolerations=[{"key": "gpu"}]', "model.name=a/b")),
    ],
)
def test_trains_whose_charts_are_the_same_are_told_by_what_they_make(
    guide: str, environment: str, train: str, sets: tuple[str, ...]
) -> None:
    """This checkout's charts of Dynamo and KServe are of every train."""
    one = best(installed(guide, environment, *sets, components={"versions": train}))
    assert (one.choice.guide, one.choice.environment, one.choice.size) == (guide, environment, "small")
    assert one.stack.components["versions"] == train and set(one.choice.sets) == set(sets)
    assert same(one) and one.unlike == 0


def test_settings_components_and_sizes_are_found() -> None:
    found = installed(
        "inference-scheduling", "sglang", "decode.replicas=5", "picker.verbosity=4", size="default",
        components={"gateway": "none", "versions": "llm-d-0.4"},
    )  # fmt: skip
    one = best(found)
    assert same(one)
    choice = match.chosen(one, ANY)
    assert choice.components == {"versions": "llm-d-0.4", "gateway": "none", "charts": "offline"}
    assert set(choice.sets) == {"decode.replicas=5", "picker.verbosity=4"} and choice.size is None


def test_what_a_person_says_is_kept() -> None:
    found = installed("inference-scheduling", "sglang", "decode.replicas=5")
    one = best(found, replace(ANY, sets=("decode.replicas=7",)))
    assert one.choice.sets == ("decode.replicas=7",)
    assert [(line.what, line.a and line.a.value, line.b and line.b.value) for line in one.found.different] == [
        ("replicas", "5", "7")
    ]
    other = best(found, replace(ANY, environment="default"))
    assert other.choice.environment == "default" and other.choice.components["engine"] == "sglang" and same(other)
    vllm = best(found, replace(ANY, environment="default", components={"engine": "vllm"}))
    assert "engine" in {line.what for line in vllm.found.different}


def test_two_stacks_are_told_apart() -> None:
    both = installed() + installed("inference-scheduling", "sglang", "postfix=second")
    one = match.matches(both, ANY, print)[0]
    assert len(one.left) == 4 and {one.postfix, *one.others} == {"inference-scheduling", "second"}
    second = match.matches(both, replace(ANY, sets=("postfix=second",)), print)[0]
    assert second.postfix == "second" and {each.name for each in second.left} == {each.name for each in installed()}


def test_what_is_of_no_guide_matches_nothing() -> None:
    found = [replace(one, name=f"{one.name.partition('-')[0]}x") for one in installed()]
    assert match.matches(found, ANY, print) == []
