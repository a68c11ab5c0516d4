"""Whether what came back is what was promised, and where it first differs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

ANY = "..."


def matches(promised: str, output: str) -> bool:
    """Whether `output` is what was promised; trailing blanks do not count."""
    wanted, given = _lines(promised), _lines(output)
    return not any(wanted) or _fits(wanted, given)


def begins(promised: str, output: str) -> bool:
    """Whether all that was promised has come: more may follow."""
    return matches(f"{promised}\n{ANY}", output)


def difference(promised: str, output: str) -> list[str]:
    """Both, with the first line that was promised and did not come marked, and the line that stands in its place.

    Nothing when `output` is what was promised.
    """
    wanted, given = _lines(promised), _lines(output)
    if matches(promised, output):
        return []
    kept = next(number for number in range(len(wanted), -1, -1) if _fits([*wanted[:number], ANY], given))
    # The fewest lines of the output that the kept promises need; what follows has no promise that fits.
    came = next(number for number in range(len(given) + 1) if _fits(wanted[:kept], given[:number]))
    lost = wanted[kept : kept + 1]
    where = "in its place" if lost else "one line too many"
    if lost and kept and wanted[kept - 1] == ANY:
        like = difflib.get_close_matches(lost[0], given[came:], 1)
        came = given.index(like[0], came) if like else came
        where = "the most like it" if like else "nor in any line after it"
    return [
        "promised:",
        *_marked(wanted, kept, "   <- does not come"),
        "came back:",
        *_marked(given, came, f"   <- {where}"),
        *([] if came < len(given) else ["  > (nothing more came back)"]),
    ]


def _marked(lines: Sequence[str], at: int, note: str) -> list[str]:
    return [f"  > {line}{note}" if number == at else f"  | {line}" for number, line in enumerate(lines)]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def _fits(wanted: Sequence[str], given: Sequence[str]) -> bool:
    pattern = "".join(_line_pattern(line) for line in wanted)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in given)) is not None


def _line_pattern(line: str) -> str:
    if line == ANY:
        return r"(?:.*\n)*?"
    pattern = ".*?".join(re.escape(part) for part in line.split(ANY))
    # Nothing is anything, too: the blank before it is then gone with all trailing blanks.
    return re.sub(r"\\ \.\*\?$", "(?: .*)?", pattern) + "\n"
