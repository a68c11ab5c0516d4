"""The report as JUnit's XML: a test case for each finding and each check, and one for each file that has none.

What makes the answer a no is a failure; milder findings are passed cases with the words as their output. What could
not be looked at is an error, what was not asked is skipped: both with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from wellit.errors import WellitError
from wellit.findings import Check, Finding, Report
from wellit.report import machine
from wellit.report.style import clean


def render(report: Report) -> str:
    """One XML document, ending in a line break."""
    return _document(report.command, list(_cases(report)))


def render_error(problem: WellitError, command: str) -> str:
    """The document of a command that could not finish: one case with the error, and the finding it carries."""
    finding = getattr(problem, "finding", None)
    told = [problem.message, problem.where, problem.why, problem.write]
    case = _case("wellit", command)
    _say(case, "error", problem.message, (line for line in told if line))
    cases = list(_cases(Report(command, [finding]))) if isinstance(finding, Finding) else []
    return _document(command, [*cases, case])


def _document(command: str, cases: list[Element]) -> str:
    counts = {"tests": len(cases)}
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[name] = sum(case.find(tag) is not None for case in cases)
    numbers = {name: str(count) for name, count in counts.items()}
    whole = Element("testsuites", {"name": "wellit", **{k: n for k, n in numbers.items() if k != "skipped"}})
    suite = SubElement(whole, "testsuite", {"name": f"wellit {command}", **numbers})
    suite.extend(cases)
    ElementTree.indent(whole)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(whole, encoding="unicode")}\n'


def _cases(report: Report) -> Iterator[Element]:
    root = machine.root()
    for finding in report.told:
        at = machine.place(finding)
        where = machine.path(at.file, root) if at else str(finding.at)
        line = f":{at.line}:{at.column}" if at and at.line else ""
        case = _case(where, f"{finding.id} {finding.slug}{f' at {line[1:]}' if line else ''}")
        told = [f"{where}{line}", *machine.lines(finding), f"see: invoke explain {finding.id}"]
        if report.fails(finding):
            _say(case, "failure", finding.message, told, finding.severity)
        else:
            _output(case, [f"{finding.severity}: {told[0]}", *told[1:]])
        yield case
    yield from (_clean_case(name) for name in _looked_at(report))
    yield from (_check(check, report) for check in report.checks)


def _looked_at(report: Report) -> Iterator[str]:
    """The files and stacks that have no finding that is shown."""
    wrong = {finding.at.file for finding in report.told}
    for listed in (report.summary.get("files"), report.summary.get("stacks")):
        yield from (str(one) for one in (listed if isinstance(listed, list) else []) if one not in wrong)
    if "guide" in report.summary and "environment" in report.summary and not report.told:
        yield f"{report.summary['guide']} -e {report.summary['environment']}"


def _clean_case(name: str) -> Element:
    return _case(name, "no mistake found")


def _check(check: Check, report: Report) -> Element:
    case = _case("wellit", f"{check.id} {check.title}")
    told = [machine.check_line(check), *check.evidence.splitlines(), *([f"fix: {check.fix}"] if check.fix else [])]
    if check.status == "fail" or (check.status == "warn" and report.fail_on != "error"):
        _say(case, "failure", check.detail or check.title, told, "check")
    elif check.status == "unknown":
        _say(case, "error", machine.check_line(check), told, "unknown")
    elif check.status == "skip":
        SubElement(case, "skipped", {"message": _attribute(machine.check_line(check))})
    elif check.status == "warn":
        _output(case, told)
    return case


def _case(classname: str, name: str) -> Element:
    return Element("testcase", {"classname": _attribute(classname), "name": _attribute(name)})


def _say(case: Element, tag: str, message: str, told: Iterable[str], kind: str = "error") -> None:
    said = SubElement(case, tag, {"message": _attribute(message), "type": kind})
    said.text = _text(told)


def _output(case: Element, told: Iterable[str]) -> None:
    SubElement(case, "system-out").text = _text(told)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(_letters(line) for line in lines)


def _attribute(text: str) -> str:
    return _letters(" ".join(text.split("\n")))


def _letters(text: str) -> str:
    """What XML can hold: no control character, no half of a pair."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff" else c for c in clean(text))
