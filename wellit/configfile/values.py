"""What happens to the values of a config file on their way to the engine's parser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wellit.configfile.data import Writes
from wellit.errors import nearest
from wellit.flags import Answer, Problem
from wellit.source import Keys

_ODD_NUMBER = re.compile(r"[-+]?(0[0-7_]+|[0-9][0-9_]*(:[0-5]?[0-9])+)")
WANTED = {"int": "a whole number", "float": "a number", "json": "JSON, in quotes", "bool": "true or false"}
SHOWN = 12  # words of a list
Told = tuple[Keys, str, str, str]


def lost(key: Any, value: Any, switch: bool, writes: Writes, title: str) -> Iterator[Told]:
    """What does not arrive as it is written: where below the key, what happens, what to write, and why it matters."""
    if value is None:
        why = "null is no value there, and leaves nothing at its default"
        yield (), f'{title} makes the word "None" of an empty value', "a value, or no such key", why
    elif value is False and (switch or writes.on_false == "nothing"):
        message = f"{title} drops {key}: false without a word"
        why = "a file cannot switch off what the command line switches on; unless told, it is off"
        yield (), message, "no such key; take it off the command line, where it stands there", why
    elif value == [] and isinstance(value, list):
        yield (), f"{title} drops an empty list without a word", "no such key", "it clears nothing"
    elif isinstance(value, dict) and writes.map == "python":
        why = "it writes a map as Python does, with single quotes, which is no JSON"
        yield (), f"{title} takes no map here", f"'{json.dumps(value, default=str)}'", why
    elif isinstance(value, list):
        for number, member in enumerate(value):
            if member is None or isinstance(member, bool | dict | list):
                written = json.dumps(member, default=str)
                why = f"it writes a member of a list as Python does: {member}"
                yield (number,), f"{title} takes words in a list, not {written}", f"'{written}'", why


def members(value: Any) -> Iterator[tuple[Keys, Any]]:
    """A value, or the members of a list."""
    if isinstance(value, list):
        yield from (((number,), member) for number, member in enumerate(value))
    else:
        yield (), value


def misread(value: Any, written: str) -> str:
    """Why a number is another than what is written; "" when it is not."""
    if not isinstance(value, int) or isinstance(value, bool) or not _ODD_NUMBER.fullmatch(written):
        return ""
    if written == str(value):
        return ""
    return "a number with : is one to the base 60, with a 0 before it one to the base 8"


def told(answer: Answer, problem: Problem, flag: str, switch: bool) -> tuple[str, str]:
    """What the parser holds against a value, and what to write."""
    known = problem.flag
    if problem.kind in ("surplus", "not-a-switch"):
        if switch:
            return f'{flag} takes no value, not "{problem.about}"', "true"
        return f'{flag} takes one value: nothing is done with "{problem.about}"', "one value"
    if problem.kind == "no-value" or known is None:
        wanted = WANTED.get(known.kind, "a value") if known else "a value"
        return f"{flag} gets no value", wanted
    if problem.kind == "choice":
        near, choices = nearest(problem.about, known.choices), known.choices
        shown = ", ".join(choices[:SHOWN]) + (" ..." if len(choices) > SHOWN else "")
        write = f"{near}; it takes {shown}" if near else f"one of {shown}"
        return f'{flag} of {answer.title} does not take "{problem.about}"', write
    wanted = WANTED.get(known.kind, "a value")
    return f'{flag} takes {wanted}, not "{problem.about}"', wanted
