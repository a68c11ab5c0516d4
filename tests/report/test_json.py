from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from tests.golden import expect
from tests.report import samples
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Report
from wellit.report import json as as_json
from wellit.report import render
from wellit.schema.walk import document
from wellit.source import BadSource


def valid(text: str) -> dict[str, Any]:
    """The document, after schemas/report.schema.json has judged it."""
    read: dict[str, Any] = json.loads(text)
    Draft202012Validator(document("report.schema.json")).validate(read)
    return read


def test_the_interface_is_a_schema_that_refuses_other_documents() -> None:
    schema = Draft202012Validator(document("report.schema.json"))
    good = json.loads(render(Report("validate"), "json"))
    assert schema.is_valid(good)
    assert not schema.is_valid({**good, "version": 2})
    assert not schema.is_valid({**good, "verdict": "yes"})
    assert not schema.is_valid({**good, "finding": []})


def test_everything() -> None:
    text = render(samples.everything(), "json")
    expect("report/everything.json", text)
    valid(text)


def test_a_finding_carries_place_and_advice() -> None:
    found = valid(render(Report("validate", [samples.with_further_place()]), "json"))["findings"][0]
    assert (found["file"], found["line"], found["column"]) == ("environments/engines/sglang.yaml", 31, 13)
    assert found["write"] == '"sglang:num_queue_reqs"'
    assert found["also"] == [{"note": "engine chosen here", "file": "environments/sglang.yaml", "line": 3, "column": 3}]


def test_a_place_that_has_no_line_says_null() -> None:
    leak, typed = valid(render(Report("validate", [samples.LEAK, samples.TYPED]), "json"))["findings"]
    assert (leak["file"], leak["line"], leak["column"]) == ("out.yaml", None, None)
    assert (typed["file"], typed["line"], typed["column"]) == ("--set decode.replica=3", None, None)


def test_the_verdict_is_the_report_s_own() -> None:
    for report, verdict in (
        (Report("x"), "ok"),
        (Report("x", [samples.METRIC], [samples.UNKNOWN]), "no"),
        (Report("x", checks=[samples.UNKNOWN]), "unknown"),
    ):
        assert valid(render(report, "json"))["verdict"] == verdict == report.verdict


def test_the_summary_counts_and_keeps_what_the_command_adds() -> None:
    summary = valid(render(samples.everything(), "json"))["summary"]
    assert summary["guide"] == "inference-scheduling"
    assert (summary["errors"], summary["warnings"], summary["infos"]) == (3, 2, 1)
    assert [summary[name] for name in ("passed", "failed", "warned", "skipped", "unknown")] == [1] * 5


def test_a_command_that_could_not_finish_prints_a_document_too() -> None:
    told = valid(as_json.render_error(CannotAnswer("no cluster", why="w", write="x"), "install"))
    assert (told["verdict"], told["findings"]) == ("unknown", [])
    assert told["error"] == {"message": "no cluster", "where": "", "why": "w", "write": "x"}
    assert valid(as_json.render_error(Refused("no"), "install"))["verdict"] == "no"


def test_a_file_that_cannot_be_read_is_a_finding_of_that_document() -> None:
    assert valid(as_json.render_error(BadSource(samples.COMMAND), "install"))["findings"][0]["id"] == "WL101"
