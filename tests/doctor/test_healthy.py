"""A stack that is well: doctor finds nothing wrong with it, and says that a request is answered."""

from __future__ import annotations

import pytest

from tests.doctor.healthy import failed, sight
from wellit import catalogue
from wellit.doctor import report
from wellit.report import render

STACKS = [
    (guide, environment)
    for guide in catalogue.guide_names()
    for environment in catalogue.environments_of(catalogue.guide_source(guide))
]


@pytest.mark.parametrize(("guide", "environment"), STACKS, ids=lambda word: word)
def test_nothing_is_found_wrong(guide: str, environment: str) -> None:
    found = report(sight(guide, environment))
    assert failed(found) == {}
    assert found.exit_code == 0
    assert str(found.summary["result"]).startswith("a request is answered in 0.12 s")
    text = render(found)
    assert "√ gateway class" in text and "√ answer" in text and "×" not in text
