"""What was not checked, told shortly: for one reason once, whatever number of questions it leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wellit.findings import Check
from wellit.report.style import one_line

MOST = 4
LONGEST = 48


def folded(checks: Iterable[Check]) -> list[Check]:
    """The checks, those that were not asked for the same reason as one with all their titles."""
    groups: dict[object, list[Check]] = {}
    for check in checks:
        alone = check.status != "skip" or check.fix or check.evidence
        groups.setdefault(id(check) if alone else _split(check)[1], []).append(check)
    return [_one(group) for group in groups.values()]


def names(titles: Sequence[str]) -> str:
    """The first few of many titles, for the end of a sentence; none where they are sentences themselves."""
    if any(len(title) > LONGEST for title in titles):
        return ""
    return f": {_few(titles)}" if titles else ""


def _split(check: Check) -> tuple[str, str]:
    """What was asked, and why it was not: ``whether pool and pods agree on the port: no values were given``."""
    asked, colon, reason = check.detail.partition(": ")
    return (asked, reason) if colon else ("", check.detail)


def _one(group: Sequence[Check]) -> Check:
    if len(group) == 1:
        return group[0]
    titles = list(dict.fromkeys(one_line(check.title) for check in group))
    asked, reason = list(dict.fromkeys(_split(check)[0] for check in group)), _split(group[0])[1]
    what = f"{_few(asked, 2)}: " if len(titles) == 1 and any(asked) else ""
    return replace(group[0], title=_few(titles), detail=what + reason)


def _few(words: Sequence[str], most: int = MOST) -> str:
    kept = [word for word in words if word]
    more = f" and {len(kept) - most} more" if len(kept) > most else ""
    return ", ".join(kept[:most]) + more
