"""What an install would change, in colour: what goes is red, what comes is green."""

from __future__ import annotations

from collections.abc import Mapping

from wellit.report.style import Style, clean

COLOURS = {
    "removed": "red", "gone": "red", "refused:": "red", "changed": "yellow", "unknown": "yellow", "new": "green",
    "unchanged": "dim", "not asked": "yellow", "means:": "cyan",
}  # fmt: skip


def lines(summary: Mapping[str, object], style: Style) -> list[str]:
    """The lines of the summary's `changes`; nothing when it has none."""
    found = summary.get("changes")
    if not isinstance(found, Mapping):
        return []
    from wellit.changes import words  # only plan has any

    return [_painted(clean(line), style) for line in words.lines(found)]


def _painted(line: str, style: Style) -> str:
    text = line.lstrip()
    first = next((word for word in COLOURS if text.startswith(f"{word} ")), "")
    if first:
        return line.replace(first, style.paint(first, COLOURS[first]), 1)
    sign = {"-": "red", "+": "green"}.get(text[:1])
    return line.replace(text, style.paint(text, sign), 1) if sign else line
