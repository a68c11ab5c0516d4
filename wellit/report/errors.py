"""An expected failure, in the look of a finding."""

from __future__ import annotations

from wellit.errors import WellitError
from wellit.findings import Finding
from wellit.report import text
from wellit.report.snippet import advice
from wellit.report.style import Style, one_line


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
