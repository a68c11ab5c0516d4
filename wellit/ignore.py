"""Comments that take a finding out of the report: ``# wellit: ignore WL401 reason``, at the line's end or above it.

``# wellit: ignore-file WL401 reason`` is for all of its file. A comment may name several ids with commas. It needs a
reason; one that names nothing, or something that is not found, is a finding itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from inspect import cleandoc

from wellit import rules, schema
from wellit.checks import CHECKS
from wellit.findings import Edit, Finding, Ignore, Location, Report, Severity
from wellit.source.reading import IDS

NO_REASON, UNKNOWN, UNUSED = "WL032", "WL033", "WL034"
KINDS: dict[str, tuple[str, Severity, str]] = {
    NO_REASON: (
        "ignore-without-reason",
        "error",
        """
        A comment ignores a finding and does not say why.

        It is not obeyed. Whoever reads the file next has to know whether the reason still holds.

        Bad:  trustRemoteCode: true # wellit: ignore WL401
        Good: trustRemoteCode: true # wellit: ignore WL401 the code was reviewed on 3 May
        """,
    ),
    UNKNOWN: (
        "ignore-unknown",
        "error",
        """
        A comment ignores something that is no finding, or cannot be ignored.

        A file that cannot be read, a check that asks a cluster and a mistake in such a comment are shown always.

        Bad:  trustRemoteCode: true # wellit: ignore WL410 the code was reviewed
        Good: trustRemoteCode: true # wellit: ignore WL401 the code was reviewed
        """,
    ),
    UNUSED: (
        "ignore-unused",
        "warning",
        """
        A comment ignores a finding that is not there.

        What it was for has been mended, or the comment stands on another line: at the end of the line that the finding
        shows, or alone above it. It is said only where everything was looked at that could have the finding. --fix
        removes it.

        Bad:  trustRemoteCode: false # wellit: ignore WL401 the code was reviewed
        Good: trustRemoteCode: false
        """,
    ),
}
KINDS = {key: (slug, severity, cleandoc(doc)) for key, (slug, severity, doc) in KINDS.items()}
# Findings that no comment takes away: of files that cannot be read, and of the comments themselves.
ALWAYS = (*IDS.values(), NO_REASON, UNKNOWN, UNUSED)

_COMMENT = re.compile(r"(?i)(?:^|(?<=\s))#\s*wellit:\s*(?P<word>[\w-]+)[ \t]*(?P<said>.*)$")
_WORDS = ("ignore", "ignore-file")
_IDS = re.compile(r"[A-Za-z]{1,3}\d+(?:(?:\s*,\s*)[A-Za-z]{1,3}\d+|\s+WL\d+)*", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z]+\d+")


def comments(name: str, text: str) -> list[Ignore]:
    """What the comments of a file ignore, one for each id that they name."""
    if "ellit:" not in text:
        return []
    lines = text.splitlines()
    return [one for number, line in enumerate(lines) if "ellit:" in line for one in _of_line(name, lines, number)]


def _of_line(name: str, lines: list[str], number: int) -> Iterator[Ignore]:
    line = lines[number]
    found = _COMMENT.search(line)
    word = found["word"].lower() if found else ""
    if not found or not difflib.get_close_matches(word, _WORDS, 1):
        return
    named = _IDS.match(found["said"])
    reason = found["said"][named.end() if named else 0 :].strip(" \t-:,.;\u2013\u2014")
    about = 0 if word == "ignore-file" else _about(lines, number)
    whole = Location(name, number + 1, found.start() + 1, len(line.rstrip()) - found.start(), line)
    if not named or word not in _WORDS:
        yield Ignore("", about, reason.partition(" ")[0], whole, whole)
        return
    for id_ in _ID.finditer(named[0]):
        at = replace(whole, column=found.start("said") + id_.start() + 1, length=len(id_[0]))
        yield Ignore(id_[0].upper(), about, reason, at, whole)


def _about(lines: list[str], number: int) -> int:
    """The line that a comment is about: its own, or the next that has more than a comment."""
    while number < len(lines) - 1 and (not lines[number].strip() or lines[number].lstrip().startswith("#")):
        number += 1
    return number + 1


def take(report: Report, texts: Mapping[str, str], asked: Callable[[], Collection[str]]) -> None:
    """Take out of `report` what comments in `texts` ignore, and note which of them did.

    `asked` says the ids of findings that would be there by now if there were any.
    """
    said = [one for name, text in texts.items() for one in comments(name, text)]
    if not said:
        return
    looked_for = set(asked()) - {check.id for check in report.checks if check.status in ("skip", "unknown")}
    takes = {(one.at.file, one.id, one.line) for one in said if one.reason and one.id not in ALWAYS}
    gone = [f for f in report.findings if _places(f) & takes]
    report.findings = [f for f in report.findings if f not in gone]
    report.ignored += [f for f in gone if f not in report.ignored]
    took = {place for f in gone for place in _places(f) & takes}
    for one in said:
        if (one.at.file, one.id, one.line) in took:
            report.ignores[one] = "used"
        elif report.ignores.get(one) != "used":
            found = one.id in looked_for or report.ignores.get(one) == "unused"
            report.ignores[one] = "unused" if found else "open"


def _places(finding: Finding) -> set[tuple[str, str, int]]:
    return {(finding.at.file, finding.id, line) for line in (0, finding.at.line)} if finding.at.in_file else set()


def join(report: Report, other: Report) -> None:
    """Add what comments ignored in another report: one is unused when it is in all reports that have it."""
    report.ignored += [f for f in other.ignored if f not in report.ignored]
    for one, state in other.ignores.items():
        worth = ("unused", "open", "used")
        report.ignores[one] = max(report.ignores.get(one, "unused"), state, key=worth.index)


def close(report: Report, known: Callable[[], Mapping[str, bool]], mine: Collection[str] | None = None) -> Report:
    """Add what is wrong with the comments themselves.

    `known` are the ids that there are, with whether one is in use; `mine` are the files of which an unused comment is
    told (all): a file that other stacks read as well may need it for one of them.
    """
    if report.ignores:
        ids = known()
        for one, state in report.ignores.items():
            found = _wrong(one, ids) or (_unused(one, report) if _stale(one, state, ids) else None)
            if found and found not in report.findings and (found.id != UNUSED or mine is None or one.at.file in mine):
                report.findings.append(found)
    return report


def _stale(one: Ignore, state: str, ids: Mapping[str, bool]) -> bool:
    return state == "unused" or not ids[one.id]


def _wrong(one: Ignore, ids: Mapping[str, bool]) -> Finding | None:
    if one.id not in ids:
        message = f"{one.id} is no finding" if one.id else "the comment names no finding"
        write = near(one.id, ids) or f"wellit: ignore {_called(one.reason) or 'WL401'} and the reason"
        return _told(UNKNOWN, one.at, message, write, "it ignores nothing")
    if _always(one.id):
        why = "whoever runs this has to see it"
        return _told(UNKNOWN, one.at, f"{one.id} cannot be ignored", "remove the comment", why)
    if not one.reason:
        why = "without a reason it is not obeyed"
        return _told(NO_REASON, one.comment, "the comment does not say why", "the reason after it", why)
    return None


def _called(slug: str) -> str:
    """The id of the finding that is called so."""
    slugs = {kind[0]: key for key, kind in {**schema.KINDS, **KINDS}.items()}
    slugs |= {loaded.rule.slug: loaded.rule.id for loaded in rules.rules()} if slug else {}
    return slugs.get(slug.lower(), "")


def near(wrong: str, ids: Collection[str]) -> str:
    """The id that was probably meant: of those that look alike the next by number."""
    alike = difflib.get_close_matches(wrong, [key for key in ids if not _always(key)], n=9, cutoff=0.75)
    number = int("".join(filter(str.isdigit, wrong)) or 0)
    return min(alike, key=lambda key: abs(int(key[2:]) - number), default="")


def _always(key: str) -> bool:
    """Whether no comment takes it away: also what is no finding, but a check."""
    return key in ALWAYS or key in CHECKS


def _unused(one: Ignore, report: Report) -> Finding:
    others = [other for other in report.ignores if other.comment == one.comment]
    unused = [other for other in others if report.ignores[other] == "unused"]
    where = "in this file" if not one.line else f"on line {one.line}"
    why = "what it was for has been mended, or is on another line"
    told = _told(UNUSED, one.at, f"there is no {one.id} {where}", "remove it", why)
    return replace(told, fix=_without(one, [other.at for other in others], whole=len(unused) == len(others)))


def _without(one: Ignore, ids: list[Location], *, whole: bool) -> Edit:
    """What takes an id out of its comment, or the comment out of its line."""
    if whole:
        line = one.comment.text
        start = len(line[: one.comment.column - 1].rstrip())
        return Edit(replace(one.comment, column=start + 1, length=len(line) - start), "")
    number = ids.index(one.at)
    start, end = one.at.column, one.at.column + one.at.length
    if number + 1 < len(ids):
        end = ids[number + 1].column
    else:
        start = ids[number - 1].column + ids[number - 1].length
    return Edit(replace(one.at, column=start, length=end - start), "")


def _told(id_: str, at: Location, message: str, write: str, why: str) -> Finding:
    slug, severity, _ = KINDS[id_]
    return Finding(id_, slug, severity, message, at, write=write, why=why)
