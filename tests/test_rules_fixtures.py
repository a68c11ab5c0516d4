"""Every rule against its fixtures: tests/rules/ID-slug/{good,bad}.

A file, or a folder of files that are judged together, is one case. The first line of a file says chart@version. In a
bad case the comment ``# WL101 decode.containers[0].image`` marks the line and the path of each finding, whichever
rule's it is: exactly those come back. A good case has no finding of any rule.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellit import rules
from wellit.findings import Finding
from wellit.rules.rule import Loaded
from wellit.subject import Subject, from_values

FOLDER = Path(__file__).parent / "rules"
MARK = re.compile(r"# (WL\d{3}) (\S+)")


def cases(kind: str) -> list[Path]:
    return sorted(path for rule in FOLDER.iterdir() for path in (rule / kind).iterdir())


def files_of(case: Path) -> list[Path]:
    return sorted(case.glob("*.yaml")) if case.is_dir() else [case]


def read(case: Path) -> Subject:
    return from_values((str(file), file.read_text().splitlines()[0].removeprefix("# ")) for file in files_of(case))


def found(case: Path) -> set[tuple[str, int, str, str]]:
    subject = read(case)
    assert not subject.unreadable
    findings = [item for item in rules.run(subject) if isinstance(item, Finding)]
    return {(Path(f.at.file).name, f.at.line, f.id, f.path) for f in findings}


def marked(case: Path) -> set[tuple[str, int, str, str]]:
    return {
        (file.name, number, *mark)
        for file in files_of(case)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        for mark in MARK.findall(line)
    }


def name(case: Path) -> str:
    return "/".join(case.relative_to(FOLDER).parts)


@pytest.mark.parametrize("case", cases("bad"), ids=name)
def test_a_bad_case_is_found_where_it_is_marked(case: Path) -> None:
    assert found(case) == marked(case)
    assert case.relative_to(FOLDER).parts[0][:5] in {mark[2] for mark in marked(case)}


@pytest.mark.parametrize("case", cases("good"), ids=name)
def test_a_good_case_has_no_finding(case: Path) -> None:
    assert found(case) == set()


@pytest.mark.parametrize("loaded", rules.rules(), ids=lambda loaded: loaded.rule.id)
def test_every_rule_has_both(loaded: Loaded) -> None:
    folder = FOLDER / f"{loaded.rule.id}-{loaded.rule.slug}"
    assert list((folder / "bad").iterdir()) and list((folder / "good").iterdir())


def test_every_folder_is_a_rule_s() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{r.rule.id}-{r.rule.slug}" for r in rules.rules()}


@pytest.mark.parametrize("case", cases("bad"), ids=name)
def test_a_finding_says_what_to_write_and_why(case: Path) -> None:
    for item in rules.run(read(case)):
        if isinstance(item, Finding):
            assert item.message and item.write and item.why
            assert item.at.text == Path(item.at.file).read_text().splitlines()[item.at.line - 1]
