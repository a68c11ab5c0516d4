"""The way of a request, a line for each hop: what it is, and whether a request gets past it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wellit.report.style import Style, cells, one_line

WIDEST = 100  # characters of what a hop is and how it was found
# Of each status of a check: with and without Unicode.
GLYPHS = {"pass": ("√", "ok"), "fail": ("×", "x"), "warn": ("‼", "!"), "unknown": ("?", "?"), "skip": ("-", "-")}
COLOURS = {"pass": "green", "fail": "red", "warn": "yellow", "unknown": "yellow", "skip": "dim"}


def lines(summary: Mapping[str, object], style: Style) -> list[str]:
    """The lines of the summary's `hops`; nothing when it has none."""
    hops = summary.get("hops")
    if not isinstance(hops, Sequence) or not hops:
        return []
    width = max(cells(str(one["hop"])) for one in hops)
    made: list[str] = []
    pool = ""
    for one in hops:
        if one["pool"] and one["pool"] != pool:
            pool = str(one["pool"])
            made += [""] * bool(made) + [style.paint(f"{pool}:", "bold")]
        made.append(_line(one, width, style))
    return made


def _line(one: Mapping[str, object], width: int, style: Style) -> str:
    status, hop = str(one["status"]), str(one["hop"])
    glyph = GLYPHS[status][style.ascii]
    mark = style.paint(f"{glyph:<{3 if style.ascii else 2}}", COLOURS[status])
    told = [one_line(str(one[key])) for key in ("of", "words") if one[key]]
    return f"{mark}{hop}{' ' * (width - cells(hop))}  {_cut(': '.join(told), style)}".rstrip()


def _cut(text: str, style: Style) -> str:
    """As much as a line has room for: the rest stands below, with what mends it."""
    more = "..." if style.ascii else "…"
    return text if len(text) <= WIDEST else text[:WIDEST].rpartition(" ")[0] + f" {more}"
