"""Every rule against its fixtures: tests/rules/ID-slug/{good,bad}.

A file, or a folder of files that are judged together, is one case. In a bad case the marked findings come back, and
no other error, whichever rule's it is. A good case has no error of any rule. Warnings and notes of other rules count
where they are marked: a fixture shows one thing, and need not be a whole deployment.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.marked import findings, found, marked
from wellit import rules
from wellit.rules.rule import Loaded

FOLDER = Path(__file__).parent / "rules"


def cases(kind: str) -> list[Path]:
    return sorted(path for rule in FOLDER.iterdir() for path in (rule / kind).iterdir())


def name(case: Path) -> str:
    return "/".join(case.relative_to(FOLDER).parts)


def of_rule(case: Path) -> str:
    """The id of the rule whose case it is."""
    return case.relative_to(FOLDER).parts[0][:5]


@pytest.mark.parametrize("case", cases("bad"), ids=name)
def test_a_bad_case_is_found_where_it_is_marked(case: Path) -> None:
    wanted = marked(case)
    assert found(case, of_rule(case), *(place[2] for place in wanted)) == wanted
    assert of_rule(case) in {place[2] for place in wanted}


@pytest.mark.parametrize("case", cases("good"), ids=name)
def test_a_good_case_has_no_finding(case: Path) -> None:
    assert found(case, of_rule(case)) == set()


@pytest.mark.parametrize("case", cases("bad"), ids=name)
def test_a_finding_says_what_to_write_and_why_and_shows_the_line(case: Path) -> None:
    for finding in findings(case):
        assert finding.message and finding.write and finding.why
        assert finding.at.text == Path(finding.at.file).read_text().splitlines()[finding.at.line - 1]
        assert finding.at.column + finding.at.length <= len(finding.at.text) + 1


@pytest.mark.parametrize("loaded", rules.rules(), ids=lambda loaded: str(loaded.rule.id))
def test_every_rule_has_both(loaded: Loaded) -> None:
    folder = FOLDER / f"{loaded.rule.id}-{loaded.rule.slug}"
    assert list((folder / "bad").iterdir()) and list((folder / "good").iterdir())


def test_every_folder_is_a_rule_s() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{r.rule.id}-{r.rule.slug}" for r in rules.rules()}
