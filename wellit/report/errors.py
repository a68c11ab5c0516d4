"""An expected failure, in the look of a finding."""

from __future__ import annotations

import sys
from typing import TextIO

from wellit import report
from wellit.errors import WellitError
from wellit.findings import Finding
from wellit.report import text
from wellit.report.snippet import advice
from wellit.report.style import Style, one_line


def show(
    problem: WellitError,
    command: str = "",
    name: str = report.DEFAULT,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Print a failure to `err` (stderr), for programs also as a document to `out` (stdout). Returns its exit code.

    `name` is the format that was asked for; one that is not known prints no document.
    """
    err = err or sys.stderr
    report.write(render(problem, Style.of(err)), err)
    if name in report.FORMATS and (document := report.FORMATS[name].error):
        report.write(document(problem, command), out or sys.stdout)
    return problem.code


def render(problem: WellitError, style: Style) -> str:
    """The error for the screen, ending in a line break; one about a line of a file is shown as that finding."""
    finding = getattr(problem, "finding", None)
    if isinstance(finding, Finding):
        return "\n".join(text.finding_lines([finding], style)) + "\n"
    first, *rest = style.wrap(one_line(problem.message), "error: ", "  ")
    lines = [style.paint("error", "red", "bold") + style.paint(first[len("error") :], "bold")]
    lines += [style.paint(line, "bold") for line in rest]
    if problem.where:
        lines.append(style.paint("  -->", "blue") + f" {one_line(problem.where)}")
    if problem.why:
        lines += text.remark("why", problem.why, 1, style)
    if problem.write:
        lines += text.hint(advice(problem.write), 1, style)
    return "\n".join(lines) + "\n"
