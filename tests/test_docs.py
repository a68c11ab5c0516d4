"""What the documentation says is what is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wellit import docs, paths, sandbox, walk

GUIDES = [file.parent.name for file in sorted(paths.GUIDES.glob("*/README.md"))]
CHINESE = [paths.ROOT / "README.zh.md", *sorted(paths.GUIDES.glob("*/README.zh.md"))]
READMES = [
    paths.ROOT / "README.md",
    *CHINESE,
    paths.ROOT / "docs" / "add-an-engine.md",
    paths.ROOT / "docs" / "validate.md",
    paths.ROOT / "docs" / "ways.md",
    *(paths.GUIDES / guide / "README.md" for guide in GUIDES),
]


@pytest.mark.parametrize("name", docs.DOCUMENTS)
def test_the_tables_are_those_of_the_data(name: str) -> None:
    text = (paths.ROOT / name).read_text()
    assert docs.refreshed(text) == text, "stale: run scripts/invoke docs"


@pytest.mark.parametrize("name", [*docs.PICTURES, *docs.DRAWINGS])
def test_the_pictures_are_there_and_shown(name: str) -> None:
    assert (paths.ROOT / "docs" / name).read_text().startswith("<svg")
    assert f"docs/{name}" in (paths.ROOT / "README.md").read_text()


@pytest.mark.parametrize("file", READMES, ids=lambda file: str(file.relative_to(paths.ROOT)))
def test_every_link_leads_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text()):
        assert (file.parent / target).exists(), target


def test_every_task_that_the_readme_names_is_one() -> None:
    from wellit import tasks

    names = set(tasks.task_names())
    for file in READMES:
        for task in re.findall(r"scripts/invoke ([a-z][\w.]*)", file.read_text()):
            assert task in names, task


@pytest.fixture
def _environments_as_they_were() -> Iterator[None]:
    """README writes an environment and removes it; when it fails on the way, nobody is left with the file."""
    before = set(paths.ENVIRONMENTS.iterdir())
    yield
    for file in set(paths.ENVIRONMENTS.iterdir()) - before:
        file.unlink()


@pytest.mark.usefixtures("_environments_as_they_were", "can_answer")
def test_the_commands_of_the_readme_do_what_it_says(own_cache: Path) -> None:
    """Every `console` step, in order, but those that need a GPU cluster; in a sandbox and a cache of their own."""
    steps = [step for step in walk.steps(paths.ROOT / "README.md") if step.where != "cluster"]
    assert len(steps) > 5
    with walk.Walk(print, env={"WELLIT_CACHE": str(own_cache), "WELLIT_SANDBOX": "default"}) as walking:
        for step in steps:
            walked = walking.take(step)
            assert walked.ok, "\n".join([f"{step.place}: $ {step.command}", *walked.differs])


@pytest.mark.usefixtures("shared_cache", "can_answer")
@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_walked_from_its_readme(name: str) -> None:
    """In one sandbox, which only the last README takes down."""
    said: list[str] = []
    last = name == GUIDES[-1]
    assert walk.guide(name, said.append, stays=not last) == 0, "\n".join(said)
    assert any("not run, it needs a cluster" in line for line in said)
    assert [one.name for one in sandbox.all_sandboxes()] == ([] if last else [walk.SANDBOX])


@pytest.mark.parametrize("file", CHINESE, ids=lambda file: str(file.relative_to(paths.ROOT)))
def test_the_chinese_page_has_the_steps_that_are_walked(file: Path) -> None:
    """What one page proves, the other need not run again."""
    english = walk.steps(file.with_name("README.md"))
    same = [(step.command, step.promised, step.where) for step in walk.steps(file)]
    assert same == [(step.command, step.promised, step.where) for step in english]
