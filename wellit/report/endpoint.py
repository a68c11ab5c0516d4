"""Where an installed stack answers, ready to be pasted."""

from __future__ import annotations

from collections.abc import Mapping

from wellit.report.style import Style


def lines(summary: Mapping[str, object], style: Style) -> list[str]:
    """The commands of the summary's `endpoint`; nothing when it has none. They are never wrapped."""
    endpoint = summary.get("endpoint")
    if not isinstance(endpoint, Mapping) or not (endpoint.get("url") or endpoint.get("note")):
        return []
    note = endpoint.get("note")
    head = style.paint("to ask it:" if endpoint.get("url") else "endpoint:", "bold") + (f" ({note})" if note else "")
    commands = [str(endpoint[name]) for name in ("before", "curl") if endpoint.get(name)]
    return [head, *(f"  {command}" for command in commands)]
