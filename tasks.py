"""Invoke's entry: adapters only. What they do is in wellit/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from invoke import Collection, Context  # noqa: E402

from wellit.cli import FETCH, FORMAT, STACK_FLAGS, choice, known_format, say, show, task  # noqa: E402


@task(default=True)
def overview(_: Context) -> None:
    """What there is: guides, environments, what to try next."""
    from wellit import explain

    print(explain.overview())


@task(
    STACK_FLAGS, FETCH, FORMAT,
    all="every environment of every guide", values="a values file of anybody's; with --chart", chart="NAME@VERSION of the chart of each --values",
)  # fmt: skip
def validate(_: Context, all: bool = False, values: list[str] = [], chart: list[str] = [], **given: Any) -> int:  # noqa: A002, B006
    """Find mistakes in files: nothing is started on a cluster."""
    from wellit import validate as validation

    fmt = known_format(given["format_"])
    if values or chart:
        return show(validation.values_files(values, chart), fmt)
    if all:
        return show(validation.everything(choice(given), say, fetch=given["fetch"]), fmt)
    return show(validation.stack(choice(given), say, fetch=given["fetch"]).report, fmt)


@task(STACK_FLAGS, FETCH)
def render(_: Context, **given: Any) -> int:
    """Print the manifests that would be installed."""
    from wellit import validate as validation

    result = validation.stack(choice(given), say, fetch=given["fetch"])
    if result.report.exit_code or result.rendered is None or result.rendered.unrendered:
        return show(result.report) or 2
    print(result.rendered.text(), end="")
    return 0


@task(name="explain", positional=["what"], what="a finding's id, or engines, guides, environments")
def explain_(_: Context, what: str) -> None:
    """Explain a finding (WL104), or show what there is of engines, guides, environments."""
    from wellit import explain

    print(explain.explain(what))


@task(clean="remove everything that was built and downloaded")
def tools(_: Context, clean: bool = False) -> None:
    """Show the programs in use: from where, which version, how much room."""
    from wellit import tools as programs
    from wellit.tools import table

    print(programs.clean() if clean else table.text())


namespace = Collection(overview, validate, render, explain_, tools)
