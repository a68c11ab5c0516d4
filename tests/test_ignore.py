"""Comments that ignore findings: which are obeyed, which are mistakes themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wellit import ignore, validate
from wellit.compose import Choice
from wellit.findings import Report
from wellit.report import render
from wellit.validate import matrix

CHART = "llm-d-modelservice@v0.3.8"
ROOT = 'modelArtifacts: {uri: "hf://x/y", name: x/y}\nrouting: {proxy: {enabled: false}}\n'
Judge = Callable[..., Report]


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Judges a text of values for a chart."""
    monkeypatch.chdir(tmp_path)

    def judged(text: str, chart: str = CHART) -> Report:
        Path("my.yaml").write_text(text)
        return validate.values_files(["my.yaml"], [chart])

    return judged


def told(report: Report) -> list[tuple[str, int]]:
    return [(finding.id, finding.at.line) for finding in report.findings]


def test_at_the_end_of_a_line(judge: Judge) -> None:
    report = judge(f"{ROOT}decode:\n  replica: 2 # wellit: ignore WL020 until the next chart\n")
    assert (told(report), report.exit_code) == ([], 0)
    assert render(report).splitlines()[-1].startswith("no mistake found in my.yaml; 1 ignored")
    document = json.loads(render(report, "json"))
    assert (document["findings"], document["summary"]["ignored"]) == ([], 1)


@pytest.mark.parametrize("between", ["", "\n", "  # another comment\n\n"])
def test_above_a_line(judge: Judge, between: str) -> None:
    assert told(judge(f"{ROOT}decode:\n  # wellit: ignore WL020 ours\n{between}  replica: 2\n  replics: 3\n")) == [
        ("WL020", 6 + between.count("\n"))
    ]


def test_in_all_of_a_file(judge: Judge) -> None:
    assert told(judge(f"# wellit: ignore-file WL020 ours\n{ROOT}decode:\n  replica: 2\n  replics: 3\n")) == []


@pytest.mark.parametrize(
    "said",
    [
        "WL020, WL021 ours",
        "wl020,wl021 ours",
        "WL020 WL021 - ours",
        "WL020 , WL021: H200 ours",
        "WL021,WL020 – B200 ours",
    ],
)
def test_several_ids(judge: Judge, said: str) -> None:
    report = judge(f"{ROOT}decode: {{replica: 2, parallelism: 3}} # wellit: ignore {said}\n")
    assert (told(report), len(report.ignored)) == ([], 2)


@pytest.mark.parametrize("said", ["WL020", "WL020 ", "WL020:", "WL020 -- ", "WL020, WL021"])
def test_without_a_reason_it_is_not_obeyed(judge: Judge, said: str) -> None:
    report = judge(f"{ROOT}decode: {{replica: 2, parallelism: 3}} # wellit: ignore {said}\n")
    assert sorted({key for key, _ in told(report)}) == ["WL020", "WL021", "WL032"]
    (finding,) = (f for f in report.findings if f.id == "WL032")
    assert finding.at.text[finding.at.column - 1 :].startswith("# wellit: ignore")
    assert finding.write == "the reason after it"
    assert report.ignored == []


@pytest.mark.parametrize(
    ("said", "message", "write"),
    [
        ("E501 ours", "E501 is no finding", "wellit: ignore WL401 and the reason"),
        ("because", "the comment names no finding", "wellit: ignore WL401 and the reason"),
        ("", "the comment names no finding", "wellit: ignore WL401 and the reason"),
        ("unknown-value-key ours", "the comment names no finding", "wellit: ignore WL020 and the reason"),
        ("trust-remote-code ours", "the comment names no finding", "wellit: ignore WL401 and the reason"),
        ("WL002 ours", "WL002 cannot be ignored", "remove the comment"),
        ("WL034 ours", "WL034 cannot be ignored", "remove the comment"),
        ("WL606 ours", "WL606 cannot be ignored", "remove the comment"),
    ],
)  # fmt: skip
def test_what_is_no_finding_cannot_be_ignored(judge: Judge, said: str, message: str, write: str) -> None:
    report = judge(f"{ROOT}decode: {{replicas: 2}} # wellit: ignore {said}\n")
    (finding,) = (f for f in report.findings if f.id == "WL033")
    assert (finding.message, finding.write, finding.severity) == (message, write, "error")


def test_a_misspelt_id_names_the_next_that_looks_like_it() -> None:
    ids = {"WL101": True, "WL401": True, "WL410": True, "WL605": True}
    assert [ignore.near(wrong, ids) for wrong in ("WL402", "WL4010", "WL409", "WL605", "E501")] == [
        "WL401", "WL410", "WL410", "", "",
    ]  # fmt: skip


def test_a_mistake_in_a_comment_cannot_be_ignored(judge: Judge) -> None:
    report = judge(f"# wellit: ignore-file WL032,WL033,WL034 ours\n{ROOT}decode: {{}} # wellit: ignore WL020\n")
    assert sorted(told(report)) == [("WL032", 4), ("WL033", 1), ("WL033", 1), ("WL033", 1)]


def test_one_that_is_not_needed(judge: Judge) -> None:
    report = judge(f"{ROOT}decode: {{replicas: 2}} # wellit: ignore WL020 ours\n")
    (finding,) = report.findings
    assert (finding.id, finding.severity, finding.message) == ("WL034", "warning", "there is no WL020 on line 3")
    assert finding.at.words == "WL020"
    assert report.exit_code == 0


def test_one_on_another_line_ignores_nothing(judge: Judge) -> None:
    report = judge(f"{ROOT}decode: # wellit: ignore WL020 ours\n  replica: 2\n")
    assert sorted(told(report)) == [("WL020", 4), ("WL034", 3)]


def test_what_was_not_looked_for_is_not_called_unneeded(judge: Judge) -> None:
    """A rule that reads several charts, rules of manifests, rules of a stack's settings."""
    report = judge(f"# wellit: ignore-file WL301, WL204, WL501, WL302 ours\n{ROOT}decode: {{replicas: 2}}\n")
    assert told(report) == []


def test_a_retired_id_is_not_needed(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    from wellit import rules

    monkeypatch.setattr(rules, "RETIRED", ("WL199",))
    assert told(judge(f"{ROOT}decode: {{replicas: 2}} # wellit: ignore WL199 ours\n")) == [("WL034", 3)]


def test_what_is_no_such_comment_says_nothing(judge: Judge) -> None:
    odd = "# wellit ignore WL020\na# wellit: ignore WL020\n# wellit, later: ignore\n"
    assert ignore.comments("a.yaml", odd) == []
    assert told(judge(f"{odd.replace('a#', '#a#')}{ROOT}")) == []


@pytest.mark.parametrize("word", ["ignored", "ignroe", "Ignor", "ignore-files"])
def test_a_misspelt_word_is_told(judge: Judge, word: str) -> None:
    report = judge(f"{ROOT}decode: {{replica: 2}} # wellit: {word} WL020 ours\n")
    assert [f.id for f in report.findings] == ["WL020", "WL033"]


def test_capitals_do_not_matter(judge: Judge) -> None:
    assert judge(f"{ROOT}decode: {{replica: 2}} # Wellit: Ignore wl020 ours\n").findings == []


def test_in_a_block_of_text() -> None:
    text = (
        "inferenceExtension:\n  pluginsCustomConfig:\n    a.yaml: |\n"
        "      featureGates: [x] # wellit: ignore WL020 ours\n"
    )
    assert [one.line for one in ignore.comments("a.yaml", text)] == [4]


def stack(text: str, *files: str, **components: str) -> Report:
    Path("mine.yaml").write_text(text)
    chosen = {"charts": "offline", "engine": "sglang"} | components
    return validate.stack(Choice(components=chosen, files=("mine.yaml", *files)), lambda _: None).report


@pytest.mark.usefixtures("judge")
def test_in_the_settings_of_a_stack() -> None:
    report = stack("model:\n  trustRemoteCode: true # wellit: ignore WL401 the code was reviewed\n")
    assert (told(report), [f.id for f in report.ignored]) == ([], ["WL401"])


@pytest.mark.usefixtures("judge")
def test_what_is_ignored_in_settings_does_not_stop_what_comes_after_them() -> None:
    report = stack(
        "proxy:\n  connector: nixlv2 # wellit: ignore WL103 a fork that speaks it\nmodel:\n  trustRemoteCode: true\n"
    )
    assert [key for key, _ in told(report)] == ["WL401"]


@pytest.mark.usefixtures("judge")
def test_unneeded_in_a_person_s_own_file() -> None:
    assert told(stack("model:\n  trustRemoteCode: false # wellit: ignore WL401 reviewed\n")) == [("WL034", 2)]
    assert told(stack("model:\n  trustRemoteCode: many # wellit: ignore WL401 reviewed\n")) == [("WL011", 2)]


@pytest.mark.usefixtures("judge")
def test_of_several_stacks_it_is_enough_that_one_needs_it() -> None:
    Path("mine.yaml").write_text("model:\n  trustRemoteCode: true # wellit: ignore WL401 reviewed\n")
    wanted = [
        Choice(components={"charts": "offline", "engine": engine}, files=("mine.yaml",), sets=sets)
        for engine, sets in (("sglang", ()), ("vllm", ("model.trustRemoteCode=false",)))
    ]
    for order in (wanted, wanted[::-1]):
        report = matrix.several(order, lambda _: None)
        assert (told(report), [f.id for f in report.ignored]) == ([], ["WL401"])
    assert told(matrix.several(wanted[1:], lambda _: None)) == [("WL034", 2)]
