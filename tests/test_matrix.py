"""Many stacks at a time: a table, nothing judged twice, and everything again that could be different."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import catalogue, cells, validate
from wellit.compose import Choice
from wellit.findings import Check, Edit, Finding, Ignore, Location, Report
from wellit.report import table
from wellit.report.style import Style
from wellit.validate import matrix, verdicts


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


@pytest.fixture
def _one_guide(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_cache
    monkeypatch.setattr(catalogue, "guide_names", lambda: ["simulated-accelerators"])


def offline(**more: object) -> Choice:
    return Choice(components={"charts": "offline"}, **more)  # type: ignore[arg-type]


@pytest.mark.usefixtures("_one_guide")
def test_what_has_not_changed_is_not_judged_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("decode: {replicas: 2}\n")
    choice = offline(files=(str(mine),))
    first = matrix.everything(choice, say)
    assert [(one["column"], one["result"]) for one in first.summary["table"]] == [("default", "ok"), ("small", "ok")]  # type: ignore[attr-defined]
    with monkeypatch.context() as patched:
        patched.setattr(matrix, "each", lambda *_: pytest.fail("judged again"))
        assert matrix.everything(choice, say) == first
    with monkeypatch.context() as patched:
        patched.setattr(matrix, "_all_files", lambda _: "another tree")
        patched.setattr(validate, "judge", lambda _: pytest.fail("judged again"))
        assert matrix.everything(choice, say) == first
    mine.write_text("decode: {replica: 2}\n")
    assert {finding.id for finding in matrix.everything(choice, say).findings} == {"WL010"}


@pytest.mark.usefixtures("_one_guide")
def test_what_could_not_be_answered_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = Check("WL500", "x", "unknown", "no program")
    monkeypatch.setattr(
        matrix, "each", lambda wanted, *_: [matrix.Judged(Report("validate", checks=[unknown])) for _ in wanted]
    )
    assert matrix.everything(offline(), say).exit_code == 2
    monkeypatch.setattr(matrix, "each", lambda wanted, *_: [matrix.Judged(Report("validate")) for _ in wanted])
    assert matrix.everything(offline(), say).exit_code == 0


def test_every_cell_is_a_row_of_the_table_and_flags_leave_fewer() -> None:
    rows = list(matrix._cells(Choice()))
    every = [cell for name in catalogue.guide_names() for cell in cells.cells(catalogue.guide_source(name))]
    assert len(rows) == len(every)
    assert 0 < sum(not row.refused for row in rows) < len(rows)
    few = list(matrix._cells(Choice(components={"gateway": "istio", "engine": "sglang"})))
    assert {(row.column, "--engine sglang" in row.row) for row in few} == {("istio", True)}


def test_a_verdict_is_recalled_as_it_was_kept(own_cache: Path) -> None:
    assert own_cache
    at = Location("f", 1, 2, 3, "text")
    finding = Finding("WL104", "slug", "error", "m", at, also=(("here", at),), fix=Edit(at, "x"))
    ignores = {Ignore("WL401", 1, "why", at, at): "used"}
    report = Report("validate", [finding], [Check("WL601", "t", "pass")], {"a": [1, {"b": None}]}, ignores=ignores)  # type: ignore[arg-type]
    verdicts.keep("name", {"report": report})
    assert verdicts.recall("name") == {"report": report}
    assert verdicts.recall("another") is None


def entry(stack: str, column: str, result: str = "ok", errors: int = 0, warnings: int = 0) -> dict[str, object]:
    return {"stack": stack, "column": column, "result": result, "errors": errors, "warnings": warnings, "reason": ""}


def test_rows_with_the_same_results_are_one() -> None:
    rows = [
        entry("guide --accelerator amd", "istio"),
        entry("guide --accelerator amd", "none", "refused"),
        entry("guide --accelerator nvidia", "istio"),
        entry("guide --accelerator nvidia", "none", "refused"),
        entry("guide --accelerator cpu", "istio", "errors", 2),
        entry("other -e sglang", "istio", warnings=1),
    ]
    assert table.lines({"table": rows}, Style()) == [
        "                                istio          none",
        "guide --accelerator amd,nvidia  ok             refused",
        "guide --accelerator cpu         2 errors",
        "other -e sglang                 ok, 1 warning",
    ]


def test_many_refused_cells_are_told_by_what_they_have_in_common() -> None:
    cells_ = [f"guide --engine e --versions v --gateway {name}" for name in ("a", "b", "c")]
    assert matrix._listed(cells_[:2]) == ", ".join(cells_[:2])
    assert matrix._listed(cells_) == "3 stacks of guide --engine e --versions v"
    assert matrix._listed([*cells_, "other --engine e --versions w --gateway a"]) == "4 stacks --engine e"
    assert matrix._listed(["guide -e a", "other -e b"]) == "guide -e a, other -e b"
