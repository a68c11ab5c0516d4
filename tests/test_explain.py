"""invoke explain: every id that can be on a screen has a text."""

from __future__ import annotations

import re

import pytest

from wellit import catalogue, explain, support
from wellit.checks import CHECKS
from wellit.errors import CannotAnswer
from wellit.paths import ROOT


def test_every_id_that_the_code_can_say_is_explained() -> None:
    said = {found for file in (ROOT / "wellit").rglob("*.py") for found in re.findall(r'"(WL\d{3})"', file.read_text())}
    assert said == set(explain.ids())


@pytest.mark.parametrize("name", sorted(explain.ids()))
def test_an_id_is_explained_in_either_case(name: str) -> None:
    assert explain.explain(name.lower()).startswith(f"{name} ")


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
        explain.explain("WL150")
    assert caught.value.write == "invoke explain WL108"
