"""invoke explain: every id that can be on a screen has a text."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from wellit import catalogue, explain, ids, offers, paths, roads, rules, support, ways
from wellit.checks import CHECKS
from wellit.errors import CannotAnswer
from wellit.paths import ROOT
from wellit.report.style import Style


def test_every_id_that_the_code_can_say_is_explained() -> None:
    said = {found for file in (ROOT / "wellit").rglob("*.py") for found in re.findall(r'"(WL\d{3})"', file.read_text())}
    assert said == {*ids.known(), *rules.RETIRED}


@pytest.mark.parametrize("name", sorted(ids.known()))
def test_an_id_is_explained_in_either_case(name: str) -> None:
    assert explain.explain(name.lower()).startswith(f"{name} ")


def test_a_rule_is_explained_by_its_name_with_both_examples_and_how_its_fact_is_known() -> None:
    told = explain.explain("model-command")
    assert told == explain.explain("WL101")
    assert told.startswith("WL101 model-command (error)\n\nThe chart version does not have this modelCommand.\n\n")
    assert "\nBad::\n\n    # llm-d-modelservice@v0.3.8\n" in told and "\nGood::\n" in told
    assert told.endswith("\n\nThe fact behind it was asked of the program itself; a test asks it again.")


def test_a_misspelt_name_gets_the_nearest_and_a_number_is_enough() -> None:
    with pytest.raises(CannotAnswer) as problem:
        explain.explain("connecter-engine")
    assert problem.value.write == "invoke explain connector-engine"
    assert explain.explain("103") == explain.explain("WL103")


def test_all_findings_are_in_one_table() -> None:
    lines = explain.explain("findings").splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(ids.known())]] == list(ids.known())
    assert any(re.match(r"WL101 +model-command +error +asked +The chart version", line) for line in lines)
    assert any(re.match(r"WL601 +- +check +- +The cluster answers", line) for line in lines)


def test_a_retired_id_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RETIRED", ("WL199",))
    assert explain.explain("wl199") == "WL199 was retired: nothing says it any more, and the id is not used again."
    assert "\nWL199: retired, and not used again\n" in explain.explain("findings")


def test_what_and_why_stand_without_title_and_examples() -> None:
    known = ids.known()
    assert known["WL003"].title == "A key stands twice in one map"
    assert known["WL003"].text == "helm and helmfile keep the last one without a word, so the first does nothing."
    assert known["WL003"].markdown.endswith("**Good**\n\n    replicas: 4")
    assert known["WL101"].text.startswith("The llm-d-modelservice chart") and "Bad" not in known["WL101"].text


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_says_the_good_state(name: str) -> None:
    title, text = CHECKS[name]
    assert title[0].isupper() and not title.endswith(".") and text.endswith(".")


def test_the_tables_name_what_there_is() -> None:
    assert all(f"--engine {name}" in explain.explain("engines") for name in catalogue.component_names("engine"))
    assert all(name in explain.explain("guides") for name in catalogue.guide_names())
    assert "-e default | sglang" in explain.overview()
    assert max(len(line) for line in explain.overview().splitlines()) <= 80


@pytest.mark.parametrize("name", catalogue.component_names("engine"))
def test_an_engine_is_explained_by_its_name_or_as_people_write_it(name: str) -> None:
    text = explain.explain(name)
    assert text == explain.explain(support.data(name)["title"])
    assert all(f"\n  {guide}\n" in text for guide in catalogue.guide_names())
    assert all(reason in text for standing in support.standings(name) for reason in standing.reasons)


@pytest.mark.parametrize(
    ("engine", "guide", "word", "reason"),
    [
        ("vllm", "pd-disaggregation", "full", ""),
        ("sglang", "pd-disaggregation", "part", "has no sglangServe"),
        ("trtllm", "inference-scheduling", "part", "no routing proxy"),
        ("trtllm", "pd-disaggregation", "refused", "no release of llm-d's routing proxy has a connector"),
        ("sim", "inference-scheduling", "part", "no tensorParallel"),
        ("sim", "simulated-accelerators", "full", ""),
        ("sim", "multi-engine", "refused", "proves nothing"),
        ("vllm", "simulated-accelerators", "refused", "needs one"),
    ],
)
def test_how_fully_a_guide_carries_an_engine(engine: str, guide: str, word: str, reason: str) -> None:
    found = support.standing(catalogue.guide_source(guide), engine, "llm-d-0.6")
    assert found.word == word
    assert reason in "; ".join(found.reasons)


def test_what_a_picker_is_told_is_of_its_train() -> None:
    told = [support.metrics(support.data("trtllm"), train) for train in ("llm-d-0.6", "llm-d-0.4")]
    assert told[0].startswith("engineConfigs trtllm-serve: queuedRequestsSpec trtllm_num_requests_waiting")
    assert "--model-server-metrics-path /prometheus/metrics" in told[1]


@pytest.mark.parametrize(
    ("engine", "train", "pool"),
    [
        ("vllm", "llm-d-0.6", "its own, or one with SGLang"),
        ("vllm", "llm-d-0.4", "its own; not one with others: one pool for several engines needs a picker that reads"),
        ("trtllm", "llm-d-0.6", "its own; not one with others: the picker asks all servers of a pool at one path"),
        ("sim", "llm-d-0.6", "its own; not one with others"),
    ],
)
def test_which_engines_share_a_pool(engine: str, train: str, pool: str) -> None:
    assert support.pool(support.data(engine), train).startswith(pool)


@pytest.mark.parametrize("what", ["tensorrt", "triton", "Triton", "TGI", "lmdeploy", "foo"])
def test_what_is_not_there_is_answered_with_what_is(what: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        explain.explain(what)
    problem = caught.value
    assert what in problem.message
    assert "known: sglang (SGLang), sim" in problem.write and "docs/add-an-engine.md" in problem.write
    of_nvidia = what.lower() in ("tensorrt", "triton")
    assert ('did you mean "trtllm"?' in problem.write) == of_nvidia
    assert ("triton-tensorrt-llm from v0.8.0-rc.1 on" in problem.why) == of_nvidia


def test_a_misspelt_table_is_no_engine() -> None:
    with pytest.raises(CannotAnswer, match='unknown topic "engins"'):
        explain.explain("engins")


def test_an_id_that_nobody_has_names_the_nearest() -> None:
    with pytest.raises(CannotAnswer) as caught:
        explain.explain("WL999")
    assert re.fullmatch(r"invoke explain WL\d\d\d", caught.value.write)


def test_all_ways_are_beside_each_other_after_the_roads() -> None:
    text = explain.explain("ways")
    for way, of in offers.every():
        for each in of:
            row = next(line for line in text.splitlines() if line.startswith(f"  {each.title}  "))
            assert each.cell in re.split(" {2,}", row)
        assert f"\n{way.title}, on {of[0].train}\n" in text
        assert all(fact in text for each in of for fact in each.facts.values())
    assert all(f"{support.data(name)['title']} fully on llm-d: how?" in text for name in roads.wanting())
    assert max(map(len, explain.explain("ways", Style(width=80)).splitlines())) <= 100


@pytest.mark.parametrize("way", ways.ways().values(), ids=list(ways.ways()))
def test_a_way_is_explained_by_what_people_call_it(way: ways.Way) -> None:
    text = explain.explain(way.name)
    assert {explain.explain(word) for word in ways.called()[way.name]} == {text}
    assert all(f"--versions {train}" in text for train in support.trains(way))
    for name in catalogue.guide_names():
        assert (f"  {name}: " in text) == (catalogue.way_of(catalogue.guide_source(name)) == way)


def test_a_misspelt_way_gets_the_nearest() -> None:
    with pytest.raises(CannotAnswer) as caught:
        explain.explain("dynamoo")
    assert caught.value.write == "invoke explain dynamo"
    with pytest.raises(CannotAnswer, match='unknown topic "wayz"') as caught:
        explain.explain("wayz")
    assert 'did you mean "ways"?' in caught.value.write


def test_an_engine_has_its_roads_on_its_page() -> None:
    assert "\nSGLang fully on llm-d: how?\n" in explain.explain("sglang")
    assert "fully on llm-d" not in explain.explain("vllm")


@pytest.mark.parametrize("what", ["ways", "dynamo", "sglang", "TensorRT-LLM", "engines", "WL104"])
def test_the_document_has_the_text_and_its_parts(what: str) -> None:
    found = json.loads(explain.said(what, "json"))
    Draft202012Validator(json.loads((paths.SCHEMAS / "explanation.schema.json").read_text())).validate(found)
    assert found["text"] == explain.explain(what)
    counted = {"ways": (len(ways.ways()), 2), "dynamo": (1, 0), "sglang": (0, 1), "TensorRT-LLM": (0, 1)}
    assert (len(found["ways"]), len(found["roads"])) == counted.get(what, (0, 0))
