"""The way of a request on the screen: a line for each hop."""

from __future__ import annotations

from typing import Any

from wellit.findings import Check, Report
from wellit.report import render
from wellit.report.hops import WIDEST, lines
from wellit.report.style import Style


def hop(name: str, status: str, words: str = "", pool: str = "", of: str = "") -> dict[str, Any]:
    return {"pool": pool, "hop": name, "of": of, "status": status, "words": words}


def test_each_hop_has_its_mark_and_one_column() -> None:
    hops = [
        hop("gateway", "pass", of="g"),
        hop("routing proxy", "fail", "it ends with 0", of="v1"),
        hop("pool", "unknown"),
    ]
    assert lines({"hops": hops}, Style()) == [
        "√ gateway        g",
        "× routing proxy  v1: it ends with 0",
        "? pool",
    ]
    assert lines({"hops": hops[:1]}, Style(ascii=True)) == ["ok gateway  g"]


def test_several_pools_stand_apart() -> None:
    hops = [hop("pool", "pass", pool="a"), hop("answer", "warn", pool="a"), hop("pool", "skip", pool="b")]
    assert lines({"hops": hops}, Style()) == ["a:", "√ pool", "‼ answer", "", "b:", "- pool"]


def test_a_long_reason_is_cut_and_stands_below_whole() -> None:
    (line,) = lines({"hops": [hop("engine", "fail", "word " * 60)]}, Style())
    assert len(line) < WIDEST + 15 and line.endswith("word …")


def test_the_hops_stand_before_the_checks() -> None:
    made = Report(
        "doctor", checks=[Check("WL742", "the picker stays up", "fail", "no")], summary={"hops": [hop("pool", "pass")]}
    )
    assert render(made).index("√ pool") < render(made).index("× the picker")


def test_without_hops_there_is_nothing() -> None:
    assert lines({}, Style()) == []
