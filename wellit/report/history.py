"""The states of a stack before the one that stands, by the numbers with which a person goes back to them."""

from __future__ import annotations

from collections.abc import Mapping

from wellit.report.style import Style


def lines(summary: Mapping[str, object], style: Style) -> list[str]:
    """The summary's `history`, newest first; nothing when there is none."""
    states = summary.get("history")
    if not isinstance(states, list) or not states:
        return []
    head = style.paint("before (invoke rollback --to N):", "bold")
    return [head, *(f"  {one['number']}  {one['when']}  {one['choices']}" for one in states)]
