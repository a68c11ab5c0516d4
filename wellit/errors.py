"""What a person can mend: every expected failure is a WellitError, and only the entry point prints it.

WellitError
├── Refused      the answer is no (exit 1): a rule, a check or the person said so
├── CannotAnswer the question could not be answered (exit 2): bad input, a tool or a cluster is missing
└── Interrupted  Ctrl-C or TERM (exit 130)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WellitError(Exception):
    """An expected failure, told in full.

    ``message`` says what is wrong, ``where`` is ``file:line:column`` when a file is to blame,
    ``why`` says why it matters, ``write`` is what to write or run instead.
    """

    code = 2

    def __init__(self, message: str, *, where: str = "", why: str = "", write: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.why = why
        self.write = write
        for more in (why, write):
            if more:
                self.add_note(more)  # a test that does not expect it shows all that it says


class Refused(WellitError):
    """The answer is no."""

    code = 1


class CannotAnswer(WellitError):
    """The question could not be answered."""

    code = 2


class Interrupted(WellitError):
    """A person stopped it; the same command may be run again."""

    code = 130


def nearest(wrong: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The one of `known` that was probably meant, or an empty string when nothing is near (0 to 1: `likeness`)."""
    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), names, n=1, cutoff=likeness)
    if not near:
        near = [low for low in names if _begins(low, wrong.lower()) or _begins(wrong.lower(), low)][:1]
    return names[near[0]] if near else ""


def _begins(word: str, start: str) -> bool:
    return len(start) > 2 and word.startswith(start)


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """``did you mean "x"?`` for the nearest of `known`, or an empty string when nothing is near.

    A short name for a long one counts too, misspelt: the first letters of what is known are looked at as well.
    """
    names = list(known)
    heads = {name[: len(wrong) + 1]: name for name in names if len(wrong) > 3}
    near = nearest(wrong, names) or heads.get(nearest(wrong, heads, 0.8), "")
    return f'did you mean "{near}"?' if near else ""


def unknown(kind: str, wrong: str, known: Iterable[str], *, where: str = "", why: str = "") -> CannotAnswer:
    """The error for a name nobody knows: what was written, what exists, what was probably meant."""
    names = sorted(known)
    listed = ", ".join(names) or "none"
    hint = did_you_mean(wrong, names)
    return CannotAnswer(
        f'unknown {kind} "{wrong}"',
        where=where,
        why=why,
        write=f"{hint} known: {listed}" if hint else f"known: {listed}",
    )
