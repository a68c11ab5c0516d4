"""What each way does for each engine: from the data, and so that the command that is shown does it."""

from __future__ import annotations

import dataclasses

import pytest

from wellit import catalogue, cells, compose, offers, support, validate, ways
from wellit.compose import Choice
from wellit.findings import Finding
from wellit.offers import Offer

EVERY = [offer for _, of in offers.every() for offer in of]
IDS = [f"{each.way.name}-{each.engine}" for each in EVERY]
USES = [(each, use) for each in EVERY for use in each.uses]


def of(way: str, engine: str, train: str = "") -> Offer:
    return offers.offer(engine, ways.way(way), train)


@pytest.mark.parametrize("each", EVERY, ids=IDS)
def test_every_subject_is_answered_where_the_way_starts_the_engine(each: Offer) -> None:
    started = cells.started(support.data(each.engine), each.way)
    assert list(each.facts) == (list(offers.SUBJECTS) if started else [])
    assert bool(each.lack) == (not started)
    assert not any("{" in text for text in each.facts.values())


@pytest.mark.parametrize(
    ("way", "train"), [(way, train) for way in ways.ways().values() for train in support.trains(way)], ids=str
)
def test_what_a_way_says_is_there_on_each_train(way: ways.Way, train: str) -> None:
    """A name between braces that is in no file raises."""
    for name in catalogue.component_names("engine"):
        offers.offer(name, way, train)


@pytest.mark.parametrize("each", EVERY, ids=IDS)
def test_how_far_it_goes_is_said_with_why_it_goes_no_farther(each: Offer) -> None:
    assert each.word in ("full", "part", "none")
    if each.word != "full":
        assert each.missing
    assert {use.guide for use in each.uses} | {found.guide for found in each.refused} == {
        name for name in catalogue.guide_names() if catalogue.way_of(catalogue.guide_source(name)) == each.way
    }


@pytest.mark.parametrize(("each", "use"), USES, ids=[f"{e.way.name}-{e.engine}-{u.guide}" for e, u in USES])
def test_the_words_of_a_guide_choose_the_engine_there_without_a_mistake(each: Offer, use: offers.Use) -> None:
    said = dict(zip(*[iter(use.words.split())] * 2, strict=True))
    components = {"engine": said["--engine"]} if "--engine" in said else {}
    stack = compose.compose(Choice(said["-g"], said["-e"], components=components | {"charts": "offline"}))
    assert each.engine in stack.engines
    assert [item for item in validate.judge_settings(stack) if isinstance(item, Finding)] == []
    assert (said["-e"] in use.environments) == ("--engine" not in said)


def test_what_the_two_say_of_an_engine_is_the_same_as_its_page() -> None:
    assert of("llm-d", "sglang").facts["proxy"] == support.proxy(support.data("sglang"), "llm-d-0.6")
    assert of("llm-d", "sglang", "llm-d-0.4").facts["told"].startswith("no: ")
    assert of("dynamo", "sglang", "dynamo-0.8").facts["image"].endswith(":0.8.1")


def test_what_a_block_has_not_is_said_in_other_words() -> None:
    engine = support.data("sglang")
    block = {key: value for key, value in engine["dynamo"].items() if key != "disaggregation"}
    way = ways.way("dynamo")
    found = offers.facts({**engine, "dynamo": block}, way, "dynamo-1.3")
    assert found["split"] == way.says["split"]["without"]
    assert offers.facts(engine, way, "dynamo-1.3")["split"].startswith("yes, with prefill.replicas")


def test_a_name_that_is_nowhere_never_reaches_the_screen() -> None:
    way = dataclasses.replace(ways.way("dynamo"), says={"proxy": "{own.nobody}"})
    with pytest.raises(KeyError):
        offers.facts(support.data("sglang"), way, "dynamo-1.3")
    assert (
        offers.facts(support.data("sglang"), dataclasses.replace(way, says={}), "dynamo-1.3")["pool"] == offers.UNKNOWN
    )


def test_upstream_and_here_are_told_apart() -> None:
    vllm = of("dynamo", "vllm")
    assert (vllm.word, vllm.has, vllm.cell) == ("none", "full", "none, upstream full")
    assert vllm.missing == (support.data("vllm")["lacks"]["dynamo"],)
    assert of("llm-d", "vllm").cell == "full"
