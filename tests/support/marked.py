"""Values files with the findings that they must get marked in comments.

The first line of a file says chart@version (with ``release NAME`` behind it, where the name is to be known),
``manifests`` (beside values), ``objects`` (alone, read back into values), or ``settings`` and the stack that it is
laid over;
``# WL101 decode.containers[0].image`` marks a finding on its line.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.support import settings
from wellit import rules, source
from wellit.findings import Finding
from wellit.inputs import manifests
from wellit.subject import Manifest, Release, Subject, chart_version, from_source

MANIFESTS = "manifests"
MARK = re.compile(r"# (WL\d{3}) (\S+)")

# file name, line, rule, path of the value
Place = tuple[str, int, str, str]


def files_of(case: Path) -> list[Path]:
    """The files of a case that are judged together: those of a folder, or the one."""
    return sorted(case.glob("*.yaml")) if case.is_dir() else [case]


def read(case: Path) -> Subject:
    if case.is_file() and settings.is_settings(case.read_text().splitlines()[0]):
        return settings.of_file(case)
    if files_of(case)[0].read_text().startswith("# objects"):
        return manifests.read([str(file) for file in files_of(case)])
    releases: list[Release] = []
    objects: list[Manifest] = []
    for file in files_of(case):
        head = file.read_text().splitlines()[0].removeprefix("# ")
        if head == MANIFESTS:
            objects += manifests.objects(source.parse_all(file.read_text(), str(file)), MANIFESTS)
        else:
            word, _, name = head.partition(" release ")
            releases.append(from_source(source.load(file, str(file)), *chart_version(word), name))
    return Subject(tuple(releases), tuple(objects) or None, rendered=bool(objects))


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
