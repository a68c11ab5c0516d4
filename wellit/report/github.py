"""The report as GitHub's workflow commands: each finding an annotation on its line, then the counts.

GitHub shows ten annotations of each kind for a step; its log has them all.
"""

from __future__ import annotations

from collections.abc import Iterable

from wellit.errors import WellitError
from wellit.findings import Check, Finding, Report
from wellit.report import machine, text
from wellit.report.style import clean, one_line

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
CHECK_COMMANDS = {"fail": "error", "warn": "warning", "unknown": "warning", "skip": "notice"}


def render(report: Report) -> str:
    """One command a line, and the counts in the last."""
    lines = [_finding(finding) for finding in report.told]
    lines += [_check(check) for check in report.checks if check.status in CHECK_COMMANDS]
    return "\n".join([*lines, one_line(text.sentence(report))]) + "\n"


def render_error(problem: WellitError, command: str) -> str:
    """The command that says why nothing was answered; of a finding that `problem` carries, that finding."""
    finding = getattr(problem, "finding", None)
    if isinstance(finding, Finding):
        return _finding(finding) + "\n"
    told = [problem.message, problem.where, problem.why, problem.write]
    return _command("error", {"title": f"wellit {command}"}, (line for line in told if line)) + "\n"


def _finding(finding: Finding) -> str:
    at = machine.place(finding)
    about: dict[str, object] = {"file": machine.path(at.file, machine.root())} if at else {}
    if at and at.line:
        about |= {"line": at.line, "endLine": at.line}
        about |= {"col": at.column, "endColumn": at.column + at.length} if at.column else {}
    about["title"] = f"{finding.id} {finding.slug}"
    told = [*machine.lines(finding), f"see: invoke explain {finding.id}"]
    return _command(COMMANDS[finding.severity], about, told)


def _check(check: Check) -> str:
    told = [machine.check_line(check), *([f"fix: {check.fix}"] if check.fix else [])]
    return _command(CHECK_COMMANDS[check.status], {"title": check.id}, told)


def _command(name: str, about: dict[str, object], lines: Iterable[str]) -> str:
    said = ",".join(f"{key}={_property(clean(str(value)))}" for key, value in about.items())
    return f"::{name} {said}::{_data(chr(10).join(clean(line) for each in lines for line in each.splitlines()))}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
