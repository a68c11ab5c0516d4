"""This checkout: what there is, its documentation, its tests."""

from __future__ import annotations

import sys
from typing import Any

from invoke import Context

from wellit.cli import known_format, task
from wellit.options import STACK_FLAGS, TEXT_OR_JSON
from wellit.say import announce as say


@task(default=True)
def overview(_: Context) -> None:
    """What there is: guides, environments, what to try next."""
    from wellit import explain

    print(explain.overview())


@task(
    TEXT_OR_JSON, name="explain", positional=["what"],
    what="a finding's id, an engine, a way (kserve), or ways, engines, guides, environments, findings",
)  # fmt: skip
def explain_(_: Context, what: str, **given: Any) -> None:
    """Explain a finding (WL104), an engine or a way, or show what there is of ways, engines, guides, environments."""
    from wellit import explain

    print(explain.said(what, known_format(given["format_"], "text", "json")))


@task(
    {name: STACK_FLAGS[name] for name in ("guide", "env")}, from_="the number of the step to begin with",
)  # fmt: skip
def walk(_: Context, from_: int = 1, **given: Any) -> int:
    """Run a guide's README, step by step, in a sandbox of its own; -e runs it in another environment."""
    from wellit import catalogue
    from wellit import walk as walking

    guide = catalogue.guide_source(given["guide"] or catalogue.DEFAULT_GUIDE)
    return walking.guide(str(guide.data["name"]), say, environment=given["env"], start=from_)


@task(pictures="make the pictures too, from real runs")
def docs(_: Context, pictures: bool = False) -> None:
    """Bring the tables of the documentation up to date."""
    from wellit import docs as made

    for file in made.write() + (made.pictures(say) if pictures else []):
        print(f"changed: {file.name}")


@task()
def test(c: Context) -> int:
    """Set up what is missing and run the whole test suite; words after -- go to pytest."""
    from wellit import testing

    return testing.run(getattr(c, "remainder", ""), say)


@task(keep="keep the result for the README")
def benchmark(_: Context, keep: bool = False) -> int:
    """Measure this project against the tools one would run instead, as ratios."""
    from wellit import docs as made
    from wellit import paths, process

    done = process.run([sys.executable, "-m", "benchmarks"], cwd=paths.ROOT, on_line=say)
    print(done.out, end="")
    if keep and done.ok:
        made.RESULTS.write_text(done.out, encoding="utf-8")
    return done.code
