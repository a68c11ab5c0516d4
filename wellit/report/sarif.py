"""The report as SARIF 2.1.0, for code scanning and editors.

A finding is a result. A check is a notification of the run, and so is a finding that has no place in a file, such as
one of a manifest: GitHub takes no upload with a result that has none.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wellit import __version__, ids
from wellit.errors import WellitError
from wellit.findings import Check, Edit, Finding, Location, Report
from wellit.ids import Known
from wellit.report import machine

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
CHECK_LEVELS = {"pass": "none", "fail": "error", "warn": "warning", "skip": "note", "unknown": "warning"}
Json = dict[str, Any]


def render(report: Report) -> str:
    """One SARIF document, ending in a line break."""
    return _document(report, {"executionSuccessful": True, "exitCode": report.exit_code})


def render_error(problem: WellitError, command: str) -> str:
    """The document of a command that could not finish: a notification says why."""
    finding = getattr(problem, "finding", None)
    report = Report(command, [finding] if isinstance(finding, Finding) else [])
    told = [problem.message, problem.where, problem.why, problem.write]
    failed = {"level": "error", "message": {"text": "\n".join(line for line in told if line)}}
    end = {"executionSuccessful": False, "exitCode": problem.code, "toolExecutionNotifications": [failed]}
    return _document(report, end)


def _document(report: Report, end: Json) -> str:
    return machine.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(report).document(end)]})


class _Run:
    """One run of a command."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.root = machine.root()
        found = sorted(set(report.findings), key=lambda f: (f.at.file, f.at.line, f.at.column, f.id, f.message))
        self.placed = [finding for finding in found if machine.place(finding)]
        self.others = [finding for finding in found if not machine.place(finding)]
        known = ids.known()
        self.rules = [known[key] for key in sorted({f.id for f in self.placed}) if key in known]
        told = {f.id for f in self.others} | {c.id for c in report.checks}
        self.notices = [known[key] for key in sorted(told) if key in known]

    def document(self, end: Json) -> Json:
        driver = {
            "name": "wellit",
            "semanticVersion": __version__,
            "rules": [_rule(one) for one in self.rules],
            "notifications": [_descriptor(one) for one in self.notices],
        }
        told = [*end.get("toolExecutionNotifications", []), *self._notifications()]
        return {
            "tool": {"driver": driver},
            "automationDetails": {"id": f"wellit/{self.report.command}/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
            "invocations": [{**end, "toolExecutionNotifications": told}],
            "results": list(self._results()),
        }

    def _results(self) -> Iterator[Json]:
        seen: Counter[str] = Counter()
        for finding in self.placed:
            print_ = _fingerprint(finding, self._path(finding))
            seen[print_] += 1
            yield self._result(finding, f"{print_}:{seen[print_]}")

    def _path(self, finding: Finding) -> str:
        at = machine.place(finding)
        return machine.path(at.file, self.root) if at else ""

    def _result(self, finding: Finding, fingerprint: str) -> Json:
        at = machine.place(finding) or finding.at
        result: Json = {"ruleId": finding.id}
        if finding.id in (known := [one.id for one in self.rules]):
            result["ruleIndex"] = known.index(finding.id)
        result |= {
            "level": LEVELS[finding.severity],
            "message": {"text": "\n".join(machine.lines(finding))},
            "locations": [_location(at, self.root, finding.path)],
            "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        }
        also = [(note, place) for note, place in finding.also if place.in_file and place is not at]
        if also:
            result["relatedLocations"] = [
                {"id": number, **_location(place, self.root), "message": {"text": note}}
                for number, (note, place) in enumerate(also, 1)
            ]
        if finding.fix and finding.fix.at.in_file:
            result["fixes"] = [_fix(finding.fix, self.root)]
        return result

    def _notifications(self) -> Iterator[Json]:
        numbers = {one.id: number for number, one in enumerate(self.notices)}
        for finding in self.others:
            yield _notice(finding.id, LEVELS[finding.severity], "\n".join(machine.lines(finding)), numbers)
        for check in self.report.checks:
            yield _notice(check.id, CHECK_LEVELS[check.status], _check_text(check), numbers)


def _notice(id_: str, level: str, text: str, numbers: dict[str, int]) -> Json:
    index = {"index": numbers[id_]} if id_ in numbers else {}
    return {"descriptor": {"id": id_, **index}, "level": level, "message": {"text": text}}


def _check_text(check: Check) -> str:
    return "\n".join([machine.check_line(check), *([f"fix: {check.fix}"] if check.fix else [])])


def _descriptor(known: Known) -> Json:
    named = {"name": known.slug} if known.slug else {}
    return {
        "id": known.id,
        **named,
        "shortDescription": {"text": f"{known.title}."},
        "fullDescription": {"text": known.text or f"{known.title}."},
        "help": {"text": known.doc, "markdown": known.markdown},
    }


def _rule(known: Known) -> Json:
    level = LEVELS[known.severity or "info"]
    facts = {"evidence": known.evidence} if known.evidence else {}
    return {**_descriptor(known), "defaultConfiguration": {"level": level}, "properties": {"tags": ["llm-d"], **facts}}


def _artifact(file: str, root: Path) -> Json:
    path = machine.path(file, root)
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _region(at: Location) -> Json:
    region = {"startLine": at.line, "startColumn": at.column, "endColumn": at.column + at.length}
    return {name: value for name, value in region.items() if value and (name == "startLine" or at.column)}


def _location(at: Location, root: Path, path: str = "") -> Json:
    physical: Json = {"artifactLocation": _artifact(at.file, root)}
    if at.line:
        physical["region"] = _region(at)
    logical = [{"fullyQualifiedName": path, "kind": "member"}] if path else []
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}


def _fix(fix: Edit, root: Path) -> Json:
    replacement: Json = {"deletedRegion": _region(fix.at), "insertedContent": {"text": fix.text}}
    change = {"artifactLocation": _artifact(fix.at.file, root), "replacements": [replacement]}
    return {"description": {"text": f"write {fix.text}" if fix.text else "remove it"}, "artifactChanges": [change]}


def _fingerprint(finding: Finding, path: str) -> str:
    """Of what does not change when lines move: rule, file, the value's path and its line's words."""
    parts: Iterable[str] = (finding.id, path, finding.path, finding.at.text.strip())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
