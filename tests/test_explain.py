"""invoke explain: every id that can be on a screen has a text."""

from __future__ import annotations

import re

import pytest

from wellit import compose, explain
from wellit.checks import CHECKS
from wellit.errors import CannotAnswer
from wellit.paths import ROOT


def test_every_id_that_the_code_can_say_is_explained() -> None:
    said = {found for file in (ROOT / "wellit").rglob("*.py") for found in re.findall(r'"(WL\d{3})"', file.read_text())}
    assert said == set(explain.ids())


@pytest.mark.parametrize("name", sorted(explain.ids()))
def test_an_id_is_explained_in_either_case(name: str) -> None:
    assert explain.explain(name.lower()).startswith(f"{name} ")


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_says_the_good_state(name: str) -> None:
    title, text = CHECKS[name]
    assert title[0].isupper() and not title.endswith(".") and text.endswith(".")


def test_the_tables_name_what_there_is() -> None:
    assert all(f"--engine {name}" in explain.explain("engines") for name in compose.component_names("engine"))
    assert all(name in explain.explain("guides") for name in compose.guide_names())
    assert "-e default | sglang" in explain.overview()


def test_an_id_that_nobody_has_names_the_nearest() -> None:
    with pytest.raises(CannotAnswer) as caught:
        explain.explain("WL150")
    assert caught.value.write == "invoke explain WL108"
