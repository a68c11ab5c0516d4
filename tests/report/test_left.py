"""What was not checked: one line for one reason."""

from __future__ import annotations

from wellit.findings import Check
from wellit.report import left

NO_POOL = "no values of the inferencepool chart were given"


def skip(title: str, detail: str) -> Check:
    return Check("WL100", title, "skip", detail)


def lines(*checks: Check) -> list[str]:
    return [f"{check.title}: {check.detail}" for check in left.folded(checks)]


def test_several_questions_that_lack_the_same_are_one_line() -> None:
    found = lines(skip("pool-port", f"whether they agree: {NO_POOL}"), skip("pool-selector", f"whether: {NO_POOL}"))
    assert found == [f"pool-port, pool-selector: {NO_POOL}"]


def test_of_one_question_in_many_places_a_few_are_named() -> None:
    found = lines(*(skip("probe", f"whether {i} is in time: it takes a second") for i in range(4)))
    assert found == ["probe: whether 0 is in time, whether 1 is in time and 2 more: it takes a second"]


def test_another_reason_is_another_line() -> None:
    found = lines(skip("a", "whether: one"), skip("b", "whether: other"), skip("c", "whether: one"))
    assert found == ["a, c: one", "b: whether: other"]


def test_what_can_be_mended_stands_alone() -> None:
    one, other = (Check("WL500", name, "unknown", "forbidden", "ask for the right") for name in "ab")
    assert left.folded([one, other]) == [one, other]


def test_many_names_are_counted() -> None:
    assert left.names(["a", "b"]) == ": a, b"
    assert left.names(list("abcdef")) == ": a, b, c, d and 2 more"
    assert left.names(["a", "a sentence " * 9]) == ""
