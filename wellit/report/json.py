"""The report for programs. What it prints is an interface: schemas/report.schema.json, version 1."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wellit.errors import WellitError
from wellit.findings import Check, Edit, Finding, Location, Report, Verdict
from wellit.report import machine

VERSION = 1


def render(report: Report) -> str:
    """One JSON document, ending in a line break."""
    return _document(report.command, report.verdict, report, {})


def render_error(problem: WellitError, command: str) -> str:
    """The document of a command that could not finish: ``error``, and no finding but the one that `problem` carries."""
    finding = getattr(problem, "finding", None)
    report = Report(command, [finding] if isinstance(finding, Finding) else [])
    told = {"message": problem.message, "where": problem.where, "why": problem.why, "write": problem.write}
    return _document(command, "no" if problem.code == 1 else "unknown", report, {"error": told})


def _document(command: str, verdict: Verdict, report: Report, more: dict[str, Any]) -> str:
    document: dict[str, Any] = {
        "version": VERSION,
        "command": command,
        "verdict": verdict,
        "findings": [_finding(f) for f in report.findings],
        "checks": [_check(c) for c in report.checks],
        **more,
        "summary": {**report.summary, **_counts(report)},
    }
    return machine.dumps(document)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "slug": finding.slug,
        "severity": finding.severity,
        "message": finding.message,
        **_place(finding.at),
        "path": finding.path,
        "write": finding.write,
        "why": finding.why,
        "also": [{"note": note, **_place(at)} for note, at in finding.also],
        "fix": _fix(finding.fix) if finding.fix else None,
    }


def _fix(fix: Edit) -> dict[str, Any]:
    """An edit: put `text` in the place of `length` characters."""
    return {**_place(fix.at), "length": fix.at.length, "text": fix.text}


def _place(at: Location) -> dict[str, Any]:
    """Line and column count from 1; null when only the file is known, or when `file` is what was typed (--set ...)."""
    known = not at.typed
    return {"file": at.file, "line": (known and at.line) or None, "column": (known and at.column) or None}


def _check(check: Check) -> dict[str, Any]:
    names = ("id", "title", "status", "detail", "fix", "evidence")
    return {name: getattr(check, name) for name in names}


def _counts(report: Report) -> dict[str, int]:
    severities = Counter(f.severity for f in report.findings)
    statuses = Counter(c.status for c in report.checks)
    return {
        "errors": severities["error"],
        "warnings": severities["warning"],
        "infos": severities["info"],
        "ignored": len(report.ignored),
        "passed": statuses["pass"],
        "failed": statuses["fail"],
        "warned": statuses["warn"],
        "skipped": statuses["skip"],
        "unknown": statuses["unknown"],
    }
