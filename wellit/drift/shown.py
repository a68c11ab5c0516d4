"""Values as a person is shown them: short, and with stars for what looks secret. Pure."""

from __future__ import annotations

import difflib
import json
from typing import Any

from wellit.overrides import STARS, masked, masked_lines

LENGTH = 60


def veiled(value: Any, name: str, *, secret: bool) -> Any:
    """A value with stars for what looks secret, by its name or by itself; of a Secret all of it."""
    if value is None:
        return None
    if secret:
        return STARS
    return masked_lines(masked(value, name))


def short(value: Any) -> str:
    """A value in one line."""
    text = json.dumps(value)
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 3]}..."


def changed(path: str, before: Any, after: Any) -> str:
    """What a change of a value is, in words; of text of several lines, the first of them that differ."""
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        return _changed_lines(path, before, after)
    if _count(before) and _count(after) and path.endswith("replicas"):
        return f"{path} was {before} and is {after}: scaled"
    if before is None:
        return f"{path} is {short(after)}, which was not applied"
    return f"{path} was {short(before)} and is {'gone' if after is None else short(after)}"


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _changed_lines(path: str, before: str, after: str) -> str:
    was, becomes = before.splitlines(), after.splitlines()
    told = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, was, becomes, autojunk=False).get_opcodes():
        if kind != "equal":
            lost, new = " / ".join(was[a:b]).strip(), " / ".join(becomes[c:d]).strip()
            told.append(f"line {a + 1} was {short(lost)}" if lost else f"line {c + 1} is new")
            told[-1] += f" and is {short(new) if new else 'gone'}" if lost else f": {short(new)}"
    more = f", and {len(told) - 1} more places" if len(told) > 1 else ""
    return f"{path} {told[0]}{more}" if told else f"{path} ends otherwise"
