"""Cells: each guide with each choice on every axis either works or is refused in words, with what is nearest."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from wellit import catalogue, cells, choices, compose, paths, rules, schema, source, validate
from wellit.cells import Cell
from wellit.compose import Choice, Stack
from wellit.findings import Finding
from wellit.validate import subjects

GUIDES = catalogue.guide_names()


OLDER = {"versions": "llm-d-0.4", "charts": "offline"}


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


def choice(guide: str, cell: Cell, *sets: str) -> Choice:
    environment = catalogue.guide_source(guide).data["environments"][0]
    axes = {"engine": "+".join(cell.engines), "gateway": cell.gateway, "accelerator": cell.accelerator}
    components = axes | {"versions": cell.versions, "charts": "offline"}
    return Choice(guide, environment, components=components, size="small", sets=sets)


def errors(stack: Stack) -> list[str]:
    """What schema, cells and the rules over settings find wrong, before anything is rendered."""
    judged = rules.run(subjects.settings_of(stack))
    found = [*schema.check_stack(stack), *choices.refused(stack), *(f for f in judged if isinstance(f, Finding))]
    return [f"{finding.id} {finding.message}" for finding in found if finding.severity == "error"]


def supported(guide: str) -> list[Cell]:
    read = catalogue.guide_source(guide)
    return [cell for cell in cells.cells(read) if cells.refusal(read, cell) is None]


@pytest.mark.parametrize("guide", GUIDES)
def test_every_cell_is_without_a_mistake_or_refused_with_a_reason(guide: str) -> None:
    read = catalogue.guide_source(guide)
    told = 0
    for cell in cells.cells(read):
        no = cells.refusal(read, cell)
        found = errors(compose.compose(choice(guide, cell)))
        if no is None:
            assert found == [], (guide, cell)
        else:
            assert found[0].startswith(f"{choices.ID} {no.message}"), (guide, cell)
            assert no.write, (guide, cell)
            told += 1
    assert told, "a guide that refuses nothing has no cells that it does not know"


@pytest.mark.parametrize("guide", GUIDES)
def test_what_is_said_to_be_nearest_is_not_refused(guide: str) -> None:
    """Following the advice, one flag at a time, ends in a stack that works."""
    read = catalogue.guide_source(guide)
    for cell in cells.cells(read):
        seen = 0
        while no := cells.refusal(read, cell):
            if "-g " in no.write or no.axis not in catalogue.AXES:
                break  # another guide is advised, or a setting
            words = no.write.split(" or ")[0].split()
            cell = cells.changed(cell, words[0].removeprefix("--"), words[1].rstrip(","))
            seen += 1
            assert seen < 5, (guide, cell)


def pairs() -> Iterator[tuple[str, Cell]]:
    """Supported cells that have every pair of choices on two axes at least once, few of them."""
    every = [(guide, cell) for guide in GUIDES for cell in supported(guide)]
    missing = set(itertools.chain.from_iterable(map(_pairs, every)))
    while missing:
        best = max(every, key=lambda one: len(_pairs(one) & missing))
        missing -= _pairs(best)
        yield best


def _pairs(of: tuple[str, Cell]) -> set[tuple[tuple[str, str], ...]]:
    guide, cell = of
    chosen = {"guide": guide, "engine": "+".join(cell.engines), "gateway": cell.gateway}
    chosen |= {"accelerator": cell.accelerator, "versions": cell.versions}
    return set(itertools.combinations(chosen.items(), 2))


def test_every_pair_of_choices_renders_without_a_mistake() -> None:
    asked = list(pairs())
    assert len(asked) < 100
    for guide, cell in asked:
        result = validate.stack(choice(guide, cell), say)
        wrong = [f"{f.id} {f.at} {f.message}" for f in result.report.findings if f.severity == "error"]
        assert wrong == [], (guide, cell)
        assert result.rendered is not None
        assert not result.rendered.unrendered, (guide, cell, result.rendered.unrendered)


@pytest.mark.parametrize(
    ("guide", "axes", "sets", "message", "why", "write"),
    [
        ("pd-disaggregation", {"engine": "trtllm"}, (),
         "pd-disaggregation needs an engine with disaggregation, and TensorRT-LLM has none",
         "no release of llm-d's routing proxy has a connector", "--engine sglang"),
        ("precise-prefix-cache-aware", {"engine": "sim"}, (), "needs an engine with kvEvents",
         "without the port, which the picker never matches", "--engine vllm"),
        ("precise-prefix-cache-aware", {"versions": "llm-d-0.4"}, (), "is refused with llm-d-0.4",
         "has not been asked", "--versions llm-d-0.6"),
        ("inference-scheduling", {"gateway": "agentgateway", "versions": "llm-d-0.4"}, (),
         "the train llm-d-0.4 does not know the gateway agentgateway", "istio, kgateway", "--gateway kgateway"),
        ("inference-scheduling", {"engine": "sglang", "accelerator": "intel-gaudi"}, (),
         "there is no image of SGLang for intel-gaudi", "nvidia, amd", "--accelerator nvidia"),
        ("inference-scheduling", {"engine": "vllm+sglang"}, (), "takes one engine, not vllm and sglang", "",
         "-g multi-engine"),
        ("multi-engine", {"engine": "vllm"}, (), "takes two engines or more", "", "--engine vllm+sglang"),
        ("multi-engine", {"versions": "llm-d-0.4"}, ("route.by=pool",), "is refused with llm-d-0.4 and route.by pool",
         "reads each pod's engine from a label", "--versions llm-d-0.6"),
        ("multi-engine", {}, ("route.by=pool", "perEngine.sglang.model.name=a/b"),
         "one pool cannot hold servers of different models", "sends any request to any server", "path"),
        ("multi-engine", {"engine": "vllm+trtllm"}, ("route.by=pool",), "vllm and trtllm cannot share a pool",
         "/prometheus/metrics", "path"),
        ("inference-scheduling", {}, ("build=nightly",), 'vLLM has no build "nightly"', "its file has: official",
         "null"),
        ("inference-scheduling", {"accelerator": "amd"}, ("build=official",),
         "the build official of vLLM is none for amd", "llm-d-rocm", "null"),
        ("pd-disaggregation", {}, ("prefill.replicas=0",), "is refused with prefill.replicas 0",
         "the picker has a profile for each role", "-g inference-scheduling"),
        ("precise-prefix-cache-aware", {}, ("decode.pageSize=null",), "is refused with decode.pageSize null",
         "the picker's block too", "--set decode.pageSize=64"),
        ("simulated-accelerators", {"engine": "vllm"}, (), "simulated-accelerators is refused with vllm",
         "a real engine needs one", "-g pd-disaggregation"),
    ],
)  # fmt: skip
def test_a_refused_cell_says_why_and_what_is_nearest(
    guide: str, axes: dict[str, str], sets: tuple[str, ...], message: str, why: str, write: str
) -> None:
    environment = catalogue.guide_source(guide).data["environments"][0]
    stack = compose.compose(Choice(guide, environment, components=axes, sets=sets))
    (finding,) = choices.refused(stack)
    assert (finding.id, finding.severity) == (choices.ID, "error")
    assert message in finding.message
    assert why in finding.why
    assert write in finding.write


def test_a_refused_choice_is_shown_where_it_was_made() -> None:
    flag = compose.compose(Choice("pd-disaggregation", components={"engine": "trtllm"}))
    assert (choices.refused(flag)[0].at.text, choices.refused(flag)[0].at.column) == ("--engine trtllm", 10)
    said = compose.compose(Choice("pd-disaggregation", sets=("components.engines=trtllm",)))
    assert choices.refused(said)[0].at.text == "--set components.engines=trtllm"
    file = source.load(paths.ENVIRONMENTS / "default.yaml")
    plain = compose.compose(Choice("inference-scheduling"))
    assert plain.chosen("engine").text == next(line for line in file.text.splitlines() if "engines/" in line)


def test_what_is_true_of_a_cell_that_works_is_said_too() -> None:
    older = compose.compose(Choice("pd-disaggregation", components={"versions": "llm-d-0.4"}))
    (note,) = choices.notes(older)
    assert (note.id, note.severity) == (choices.NOTE_ID, "info")
    assert "knows no prefill and decode" in note.message
    assert note.at.file == "guides/pd-disaggregation/guide.yaml" and "note: this train's own picker" in note.at.text
    assert note in validate.notes(older)
    assert note in validate.stack(Choice("pd-disaggregation", components=OLDER, size="small"), say).report.findings
    assert choices.notes(compose.compose(Choice("pd-disaggregation"))) == []


def test_a_setting_of_another_guide_is_answered_with_that_guide() -> None:
    (finding,) = choices.foreign(compose.compose(Choice(sets=("prefill.replicas=2",))))
    assert (finding.id, finding.path) == ("WL010", "prefill")
    assert finding.message == 'the guide inference-scheduling has no setting "prefill"'
    assert (finding.at.text, finding.write) == ("--set prefill.replicas=2", "-g pd-disaggregation")
    for guide in GUIDES:
        assert choices.foreign(compose.compose(Choice(guide))) == []


def test_no_environment_is_the_guide_s_first() -> None:
    assert compose.compose(Choice("multi-engine")).environment == "vllm-sglang"
    assert compose.compose(Choice("simulated-accelerators")).environment == "sim"
    assert compose.compose(Choice()).environment == "default"


@pytest.mark.parametrize(
    ("guide", "word", "message", "write"),
    [
        ("multi-engine", "engine.tag=v1", 'with several engines there is no setting "engine"',
         "engines.vllm or engines.sglang"),
        ("inference-scheduling", "engines.vllm.tag=v1", 'with one engine there is no setting "engines"', "engine"),
        ("multi-engine", "perEngine.sglnag.decode.replicas=3", 'the stack has no engine "sglnag"', "sglang"),
        ("multi-engine", "engines.trtllm.tag=v1", 'the stack has no engine "trtllm"', "vllm"),
    ],
)  # fmt: skip
def test_a_setting_of_an_engine_that_is_not_there_is_answered(guide: str, word: str, message: str, write: str) -> None:
    (finding,) = choices.foreign(compose.compose(Choice(guide, sets=(word,))))
    assert (finding.message, finding.at.text) == (message, f"--set {word}")
    assert write in finding.write
