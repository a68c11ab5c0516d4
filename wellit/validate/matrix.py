"""Every stack of this checkout, or every cell: judged many at a time, told once, with a table of the results."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from wellit import catalogue, cells, choices, ids, ignore, paths, remembered, render, tools, validate
from wellit.compose import Choice, Stack
from wellit.errors import CannotAnswer
from wellit.findings import Check, Finding, Report
from wellit.say import Say
from wellit.validate import verdicts

MOST_NAMED = 12  # refused stacks that are listed by name
MOST_CELLS = 2  # and cells, whose names are longer


@dataclass
class Judged:
    """One of many stacks. `refused` says why its guide does not take it; `rendered` whether there are manifests."""

    report: Report
    refused: str = ""
    stack: Stack | None = None
    rendered: bool = False


@dataclass(frozen=True)
class Row:
    """A stack of the table: what is asked of it, and the words of its row and its column."""

    choice: Choice
    row: str
    column: str
    refused: str = ""


def everything(choice: Choice, say: Say, *, fetch: bool = False, every_cell: bool = False) -> Report:
    """Judge every guide in every environment and size, or in every cell, with the overrides of `choice`.

    A stack that its guide refuses with those overrides is listed with the reason; it is no mistake in a file. When
    nothing has changed since, the report is the one of the last time.
    """
    name = "a" + remembered.key(choice, fetch, every_cell, _all_files(choice))
    if isinstance(kept := verdicts.recall(name), dict) and remembered.states(map(Path, kept["also"])) == kept["states"]:
        report: Report = kept["report"]
        return report
    rows = list(_cells(choice) if every_cell else _environments(choice))
    wanted = [row.choice for row in rows if not row.refused]
    judged = iter(each(wanted, say, fetch))
    results = [(row, Judged(Report("validate"), row.refused) if row.refused else next(judged)) for row in rows]
    report = together([(_title(row, every_cell), one) for row, one in results])
    report.summary["table"] = [_cell(row, one) for row, one in results]
    if not any(check.status == "unknown" for check in report.checks):
        also = _others([one.stack for _, one in results if one.stack], say)
        verdicts.keep(name, {"also": also, "states": remembered.states(map(Path, also)), "report": report})
    return report


def _environments(choice: Choice) -> Iterator[Row]:
    for name in catalogue.guide_names():
        guide = catalogue.guide_source(name)
        for environment in catalogue.environments_of(guide):
            for size in [choice.size] if choice.size else guide.data["sizes"]:
                one = replace(choice, guide=name, environment=environment, size=size)
                yield Row(one, f"{name} -e {environment}", str(size))


def _cells(choice: Choice) -> Iterator[Row]:
    """Every cell of every guide that has the components of `choice`, in the guide's first environment."""
    for name in catalogue.guide_names():
        guide = catalogue.guide_source(name)
        for cell in cells.cells(guide):
            axes = {"engine": "+".join(cell.engines), "gateway": cell.gateway, "accelerator": cell.accelerator}
            axes |= {"versions": cell.versions}
            if any(axes.get(axis, chosen) != chosen for axis, chosen in choice.components.items()):
                continue
            environment, size = str(guide.data["environments"][0]), choice.size or next(iter(guide.data["sizes"]))
            one = replace(
                choice, guide=name, environment=environment, size=size, components={**choice.components, **axes}
            )
            no = cells.refusal(guide, cell) if not (choice.sets or choice.files) else None
            about = f"{name} --engine {axes['engine']} --versions {cell.versions} --accelerator {cell.accelerator}"
            yield Row(one, about, cell.gateway, f"{no.message}; {no.why}" if no else "")


def _title(row: Row, every_cell: bool) -> str:
    return f"{row.row} --gateway {row.column}" if every_cell else named(row.choice)


def _cell(row: Row, one: Judged) -> dict[str, object]:
    """What the table says of a stack."""
    found = [finding.severity for finding in one.report.findings]
    errors, warnings = found.count("error"), found.count("warning")
    unknown = [check.detail for check in one.report.checks if check.status == "unknown"]
    result = "ok" if one.rendered else "not rendered"
    result = "refused" if one.refused else "errors" if errors else "unknown" if unknown else result
    reason = one.refused or "; ".join(unknown)
    return {"stack": row.row, "column": row.column, "result": result, "errors": errors, "warnings": warnings,
            "reason": reason}  # fmt: skip


def _all_files(choice: Choice) -> object:
    """All that a report of many stacks is made from, but what the stacks themselves name."""
    tree = remembered.below(paths.GUIDES, paths.ENVIRONMENTS, paths.TOOL_MODULES)
    kept = sorted((paths.cache() / "charts").glob("*.tgz"))
    return verdicts.code(), remembered.states([*tree, *kept, *map(Path, choice.files)])


def _others(stacks: Sequence[Stack], say: Say) -> list[str]:
    """The programs that were used, and charts that a person named."""
    files = list(tools.ensure(["helm", "helmfile"], say).values())
    named: Mapping[Path, None] = dict.fromkeys(
        stack.folder / str(chart)
        for stack in stacks
        for chart in stack.values["charts"].values()
        if isinstance(chart, str) and (stack.folder / chart).exists()
    )
    for chart in named:
        files += remembered.below(chart) if chart.is_dir() else [chart]
    return sorted({str(file) for file in files})


def several(wanted: Sequence[Choice], say: Say, *, fetch: bool = False) -> Report:
    """Judge several stacks at a time, as one report that says each thing once.

    Raises CannotAnswer when every one of them is refused.
    """
    return together([(named(one), judged) for one, judged in zip(wanted, each(wanted, say, fetch), strict=True)])


def each(wanted: Sequence[Choice], say: Say, fetch: bool = False) -> list[Judged]:
    """Judge several stacks at a time, each on its own; they are rendered in few calls."""

    begun = [_one_of_all(one, lambda one=one: validate.begun(one)) for one in wanted]  # type: ignore[misc]
    render.prepare([one.stack for one, _ in begun if one.stack and validate.goes_on(one)], say, fetch=fetch)

    def finish(choice: Choice, one: validate.Validated, reason: str) -> Judged:
        if validate.goes_on(one):
            one, reason = _one_of_all(choice, lambda: validate.finished(one, say, fetch))
        return Judged(one.report, reason, one.stack, rendered=one.rendered is not None and not one.rendered.unrendered)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda pair: finish(pair[0], *pair[1]), zip(wanted, begun, strict=True)))


def together(judged: Sequence[tuple[str, Judged]]) -> Report:
    """One report of many stacks, each with its name. Raises CannotAnswer when every one of them is refused."""
    report = Report("validate")
    refused: dict[str, list[str]] = {}
    findings: dict[Finding, None] = {}
    checks: dict[Check, None] = {}
    for name, one in judged:
        findings |= dict.fromkeys(one.report.findings)
        checks |= dict.fromkeys(one.report.checks)
        ignore.join(report, one.report)
        if one.refused:
            refused.setdefault(one.refused, []).append(name.partition(" --size")[0])
    report.add([*findings, *checks])
    report.add(
        validate.skipped(_listed(list(dict.fromkeys(names))), f"refused: {why}") for why, names in refused.items()
    )
    report.summary["stacks"] = [name for name, one in judged if not one.refused]
    if refused and not report.summary["stacks"]:
        raise CannotAnswer("no stack is left to judge: all are refused with these choices", why="; ".join(refused))
    return ignore.close(report, ids.in_use)


def _listed(names: list[str]) -> str:
    """A few stacks by name; of many, or of cells, how many they are and what all of them have in common."""
    if len(names) <= (MOST_CELLS if " --" in names[0] else MOST_NAMED):
        return ", ".join(names)
    first, *others = (name.split(" -") for name in names)
    shared = [word for i, word in enumerate(first) if all(word == other[i] for other in others)]
    about = " -".join(shared) if first[0] in shared else " -".join(["", *shared]).strip()
    return f"{len(names)} stacks{' of' if first[0] in shared else ''} {about}".rstrip()


def _one_of_all(choice: Choice, judge: Callable[[], validate.Validated]) -> tuple[validate.Validated, str]:
    """One of many stacks, and why it is refused; that is no mistake in a file."""
    try:
        result = judge()
    except CannotAnswer as problem:
        about = f"{problem.message}; {problem.why}" if problem.why else problem.message
        return validate.Validated(
            Report("validate", checks=[Check("WL500", named(choice), "unknown", about, problem.write)])
        ), ""
    report = result.report
    refused = [finding for finding in report.findings if finding.id == choices.ID]
    if not refused:
        return result, ""
    others = [finding for finding in report.findings if finding not in refused]
    left = Report("validate", others, ignored=report.ignored, ignores=report.ignores)
    return validate.Validated(left), "; ".join(filter(None, (refused[0].message, refused[0].why)))


def named(choice: Choice) -> str:
    """A stack as a person types it."""
    return f"{choice.guide} -e {choice.environment} --size {choice.size}"
