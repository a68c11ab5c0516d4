"""Of findings that have one cause the cause is said, and what only follows from it is left out.

A misspelt flag is not missing as well, what stands in the wrong place does not lack in the right one, and a word that
no program takes is not held against its neighbour. What is milder never hides what is worse. The next look at the
mended file says what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from wellit.findings import SEVERITIES, Finding

# Keys: written in the wrong form, unknown, or where nobody reads them.
KEYS = frozenset(("WL020", "WL040", "WL226"))
FORMS = frozenset(("WL021", "WL023", "WL425"))
# Words of a command line that its program does not take as they stand.
FLAGS = frozenset(("WL110", "WL111", "WL114", "WL115", "WL116"))
# Names that nobody takes, wherever they are repeated.
NAMES = frozenset(("WL114", "WL227", "WL410", "WL413"))
PLUGINS = frozenset(("WL227", "WL232"))
PARAMETERS = frozenset(("WL229", "WL230"))
CAUSES = KEYS | FORMS | FLAGS | NAMES
# What follows: from which findings about the same place or container, and from which about the same file.
HERE = {
    "WL122": {"WL118"},
    "WL123": {"WL118", "WL122"},
    "WL124": {"WL158"},
    "WL125": {"WL102"},
    "WL138": {"WL120"},
    "WL203": {"WL102"},
}
ANYWHERE = {
    "WL104": {"WL224"},
    "WL131": {"WL132"},
    "WL140": {"WL224", "WL226", "WL227", "WL232"},
    "WL156": {"WL151"},
    "WL184": {"WL139", "WL203"},
    "WL203": {"WL139"},
    "WL339": {"WL224", "WL225", "WL226", "WL227", "WL232"},
}
# What says of a whole file that it is not what it was taken for.
WHOLE = frozenset(("WL045",))
# What follows from findings in other files, at a place that it names.
ACROSS = {"WL204": {"WL203"}}
# What is about a role that is not there, and whose absence has a cause of its own.
ABSENT = {"WL132": "prefill", "WL238": "prefill"}
_SAYS_ABSENT = frozenset(("WL131", "WL132"))
# What is of no use only because its name is misspelt where it is used.
UNUSED = {"WL173": {"WL172"}}
_CONTAINER = re.compile(r"[\w.]*?ontainers\[\d+\]")
_FLAG = re.compile(r"--[A-Za-z][\w-]+")
_QUOTED = re.compile(r'"([^"]+)"')
_SHORTEST = 4  # characters of a word that is looked for in others' advice
_MOST = 100  # causes that are looked for in other files than their own


@dataclass(eq=False)
class _Cause:
    """A finding, with what can be told of it once."""

    finding: Finding
    places: set[tuple[str, int, int]] = field(init=False)

    def __post_init__(self) -> None:
        at = self.finding.at
        self.places = {(at.file, at.line, at.column)}

    @cached_property
    def meant(self) -> list[str]:
        """The paths that the value was meant for."""
        finding = self.finding
        if finding.id in FORMS:
            return [finding.path]
        if finding.id not in KEYS:
            return []
        if re.fullmatch(r"[\w.-]+", finding.write):
            return [".".join(filter(None, (finding.path.rpartition(".")[0], finding.write)))]
        moved = finding.write.partition("move it to ")[2]
        return [word for word in re.split(r" or |, ", moved) if word]

    @cached_property
    def flags(self) -> set[str]:
        return set(_FLAG.findall(self.finding.write)) if self.finding.id in FLAGS else set()

    @cached_property
    def words(self) -> list[re.Pattern[str]]:
        """The words that it quotes and nobody takes."""
        quoted = _QUOTED.findall(self.finding.message) if self.finding.id in NAMES else []
        return [_word(text) for text in quoted if len(text) >= _SHORTEST and not text.isdigit()]


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./-]){re.escape(text)}(?![\w/-])")


def only(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that follow from another one."""
    listed = list(_joined(findings))
    by_file: dict[str, list[_Cause]] = {}
    for finding in listed:
        by_file.setdefault(finding.at.file, []).append(_Cause(finding))
    every = [cause for causes in by_file.values() for cause in causes]
    others = set().union(_SAYS_ABSENT, *ACROSS.values())
    wide = [cause for cause in every if cause.words or cause.meant or cause.finding.id in others][:_MOST]
    return [
        finding
        for finding in listed
        if not any(_follows(finding, cause) for cause in by_file[finding.at.file])
        and not any(_advises(finding, cause) for cause in wide)
    ]


def _joined(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What is said of one place for several others is said once, with all of them."""
    same: dict[Finding, list[Finding]] = {}
    for finding in findings:
        same.setdefault(replace(finding, also=()), []).append(finding)
    for group in same.values():
        also = dict.fromkeys(place for finding in group for place in finding.also)
        yield replace(group[0], also=tuple(also))


def _counts(of: Finding, finding: Finding) -> bool:
    """Whether a finding may hide another one at all."""
    return of.id != finding.id and SEVERITIES.index(finding.severity) <= SEVERITIES.index(of.severity)


def _follows(of: Finding, cause: _Cause) -> bool:
    """Whether it follows from a cause in its own file."""
    finding = cause.finding
    if not _counts(of, finding):
        return False
    if finding.id in WHOLE or finding.id in ANYWHERE.get(of.id, ()):
        return True
    if finding.id in HERE.get(of.id, ()):
        return _touches(of, cause) or _container(of) == _container(finding) != ""
    if finding.id in UNUSED.get(of.id, ()):
        return any(_word(text).search(finding.write) for text in _QUOTED.findall(of.message))
    return finding.id in CAUSES | PLUGINS and of.id not in CAUSES - {"WL425"} and _below(of, cause)


def _advises(of: Finding, cause: _Cause) -> bool:
    """Whether what it says to write is a word that nobody takes, or for the place that the cause's value is for."""
    if not _counts(of, cause.finding) or of.id in CAUSES - {"WL425"}:
        return False
    if cause.finding.id in ACROSS.get(of.id, ()):
        return _touches(of, cause)
    if absent := ABSENT.get(of.id):
        roots = {path.partition(".")[0] for path in cause.meant}
        return absent in roots or (of.id not in _SAYS_ABSENT and cause.finding.id in _SAYS_ABSENT)
    return any(word.search(of.write) for word in cause.words) or any(
        re.search(rf"(?<![\w.]){re.escape(meant)}(?=[.\[:]|$)", of.write) for meant in cause.meant
    )


def _below(of: Finding, cause: _Cause) -> bool:
    """Whether it is about what the cause, once mended, puts there or takes away."""
    finding = cause.finding
    if finding.id in PLUGINS:
        return of.id in PARAMETERS and of.path.startswith(finding.path.removesuffix("type") + "parameters")
    if cause.flags and _container(of) == _container(finding):
        return bool(cause.flags & set(_FLAG.findall(f"{of.message} {of.write}"))) or _touches(of, cause)
    return (finding.id in FLAGS and _touches(of, cause)) or any(_about(of, path, finding) for path in cause.meant)


def _about(of: Finding, meant: str, finding: Finding) -> bool:
    if of.path.startswith((f"{meant}.", f"{meant}[")) or (of.path == meant and finding.id not in FORMS):
        return True
    above, _, key = meant.rpartition(".")
    return finding.id == "WL226" and of.path.startswith(above) and of.write.startswith(f"{key}:")


def _touches(of: Finding, cause: _Cause) -> bool:
    """Whether both are about one place, or it names the cause's as a further one."""
    named: Sequence[tuple[str, int, int]] = [(at.file, at.line, at.column) for _, at in of.also if at.line]
    return of.path == cause.finding.path or bool(cause.places & set(named))


def _container(finding: Finding) -> str:
    found = _CONTAINER.match(finding.path)
    return found[0] if found else ""
