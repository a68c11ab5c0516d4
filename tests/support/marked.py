"""Values files with the findings that they must get marked in comments.

The first line of a file says chart@version, or ``settings`` and the stack that it is laid over;
``# WL101 decode.containers[0].image`` marks a finding on its line.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.support import settings
from wellit import rules
from wellit.findings import Finding
from wellit.subject import Subject, from_values

MARK = re.compile(r"# (WL\d{3}) (\S+)")

# file name, line, rule, path of the value
Place = tuple[str, int, str, str]


def files_of(case: Path) -> list[Path]:
    """The files of a case that are judged together: those of a folder, or the one."""
    return sorted(case.glob("*.yaml")) if case.is_dir() else [case]


def read(case: Path) -> Subject:
    if case.is_file() and settings.is_settings(case.read_text().splitlines()[0]):
        return settings.of_file(case)
    return from_values((str(file), file.read_text().splitlines()[0].removeprefix("# ")) for file in files_of(case))


def findings(case: Path) -> list[Finding]:
    subject = read(case)
    assert not subject.unreadable
    return [item for item in rules.run(subject) if isinstance(item, Finding)]


def found(case: Path, *ids: str) -> set[Place]:
    """The errors of every rule, and all findings of the rules of these ids."""
    counted = [finding for finding in findings(case) if finding.severity == "error" or finding.id in ids]
    return {(Path(f.at.file).name, f.at.line, f.id, f.path) for f in counted}


def marked(case: Path) -> set[Place]:
    return {
        (file.name, number, *mark)
        for file in files_of(case)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        for mark in MARK.findall(line)
    }
