from __future__ import annotations

from tests.smoke import world
from wellit import refusals, remembered
from wellit.checks import CHECKS
from wellit.smoke.ask import Answer
from wellit.smoke.causes import cause


def test_each_has_a_check_that_is_known_and_a_command() -> None:
    for one in remembered.data(refusals.FILE)["gateway"]:
        assert not one["check"] or one["check"] in CHECKS
        for status in one["status"]:
            text = "" if one["says"].startswith("^") else one["says"].partition("|")[0] or "something else"
            found = refusals.of(status, text)
            assert found and found.means == one["means"]
            why = cause(Answer(status, text), world.way(world.pool()), world.WORDS)
            assert (why.why, bool(why.fix)) == (one["means"], True)


def test_a_frontend_of_dynamo_is_another_speaker() -> None:
    for one in remembered.data(refusals.FILE)["frontend"]:
        assert not one["check"] or one["check"] in CHECKS
        text = "" if one["says"].startswith("^") else one["says"].partition("|")[0]
        found = refusals.of(one["status"][0], text, "frontend")
        assert found and found.means == one["means"]
    assert refusals.of(503, "no healthy upstream", "frontend") is None


def test_an_answer_that_nobody_knows() -> None:
    assert refusals.of(500, "CUDA out of memory") is None
    assert refusals.of(418, "") is None
