"""Every recorded stack of a cluster as a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wellit.report.style import Style, cells, clean

HEAD = ("NAMESPACE", "GUIDE", "ENVIRONMENT", "ENGINE", "NAME", "STATE", "READY", "SINCE", "BY")


def lines(summary: Mapping[str, object], style: Style) -> list[str]:
    """The lines of the summary's `recorded`; nothing when it has none."""
    found = summary.get("recorded")
    if not isinstance(found, Sequence) or not found:
        return []
    rows = [HEAD, *(_row(one) for one in found)]
    widths = [max(cells(row[number]) for row in rows) for number in range(len(HEAD))]
    told = ["  ".join(text + " " * (w - cells(text)) for text, w in zip(row, widths, strict=True)) for row in rows]
    return [style.paint(told[0].rstrip(), "dim"), *(line.rstrip() for line in told[1:])]


def _row(one: Mapping[str, object]) -> tuple[str, ...]:
    state = f"{one['state']}: {one['busy']}" if one["busy"] else str(one["state"])
    told = (one["namespace"], one["guide"], one["environment"], one["engine"], one["postfix"], state,
            f"{one['ready']}/{one['of']}", one["since"], one["by"])  # fmt: skip
    return tuple(clean(str(text)) for text in told)
