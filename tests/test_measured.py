"""The table of the public mistakes is counted from what is said of them today."""

from __future__ import annotations

from wellit.validate import measured


def test_every_public_mistake_is_found_and_no_right_value_accused() -> None:
    judged = measured.answers()
    wrong = [one for one in judged if not one.right]
    assert (len(wrong), sum(one.helm_refuses for one in wrong), len(judged) - len(wrong)) == (113, 39, 6)
    assert [one for one in wrong if not one.caught] == []
    assert [one for one in judged if one.right and one.found] == []


def test_a_row_counts_each_case_once() -> None:
    judged = measured.answers()
    for row in measured.table(judged):
        name, wrong, _, found, schema, rule, otherwise, missed, right, accused = row
        assert wrong == int(str(found)) + int(str(otherwise)) + int(str(missed))
        assert found == int(str(schema)) + int(str(rule))
        assert int(str(accused)) <= int(str(right)), name
