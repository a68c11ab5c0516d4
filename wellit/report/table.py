"""The table of many stacks: a row for each, a column for each size or gateway; rows with the same results are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wellit.report.style import Style, cells, clean, counted

_COLOUR = {"ok": "green", "errors": "red", "unknown": "yellow", "not rendered": "yellow", "refused": "dim"}


def lines(summary: Mapping[str, object], style: Style) -> list[str]:
    """The lines of the summary's `table`; nothing when it has none."""
    table = summary.get("table")
    if not isinstance(table, Sequence) or not table:
        return []
    columns = list(dict.fromkeys(str(entry["column"]) for entry in table))
    rows: dict[str, dict[str, Mapping[str, object]]] = {}
    for entry in table:
        rows.setdefault(str(entry["stack"]), {})[str(entry["column"])] = entry
    head = ["", *map(clean, columns)]
    body = [[clean(name), *(_said(row.get(column)) for column in columns)] for name, row in _alike(rows).items()]
    widths = [max(cells(line[number]) for line in [head, *body]) for number in range(len(head))]
    return [_line(line, widths, style) for line in [head, *body]]


def _alike(rows: Mapping[str, dict[str, Mapping[str, object]]]) -> dict[str, dict[str, Mapping[str, object]]]:
    """Rows that differ in their last word alone and have the same results become one, with those words joined."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, row in rows.items():
        start, _, last = name.rpartition(" ")
        told = repr([(column, _said(entry)) for column, entry in row.items()])
        found.setdefault((start if "--" in name else name, told), []).append(last)
    firsts = {key: next(n for n in rows if n == f"{key[0]} {lasts[0]}" or n == key[0]) for key, lasts in found.items()}
    return {
        f"{key[0]} {','.join(lasts)}" if "--" in firsts[key] else key[0]: rows[firsts[key]]
        for key, lasts in found.items()
    }


def _said(entry: Mapping[str, object] | None) -> str:
    if entry is None:
        return ""
    result, errors, warnings = str(entry["result"]), int(str(entry["errors"])), int(str(entry["warnings"]))
    if result == "errors":
        return counted(errors, "error")
    return f"{result}, {counted(warnings, 'warning')}" if warnings and result == "ok" else result


def _line(line: Sequence[str], widths: Sequence[int], style: Style) -> str:
    padded = [text + " " * (width - cells(text)) for text, width in zip(line, widths, strict=True)]
    said = [padded[0], *(style.paint(text, *_tone(text)) for text in padded[1:])]
    return "  ".join(said).rstrip()


def _tone(text: str) -> list[str]:
    word = text.strip().partition(",")[0]
    colour = _COLOUR.get(word, "red" if word.endswith(("error", "errors")) else "")
    return [colour] if colour else []
