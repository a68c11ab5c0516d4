"""The states before, as status shows them: the number, since when, and the words that made it."""

from __future__ import annotations

from typing import Any

from wellit.findings import Report
from wellit.report import render
from wellit.report.history import lines
from wellit.report.style import Style

STATE: dict[str, Any] = {"number": 1, "when": "2026-11-28T18:10:26+00:00", "choices": "-g g -e e", "releases": ["ms-x"]}


def test_each_state_has_a_line_with_its_number() -> None:
    assert lines({"history": [STATE]}, Style()) == [
        "before (invoke rollback --to N):",
        "  1  2026-11-28T18:10:26+00:00  -g g -e e",
    ]
    assert lines({"history": []}, Style()) == lines({}, Style()) == []
    assert "invoke rollback --to N" in render(Report("status", summary={"history": [STATE], "result": "x"}))
