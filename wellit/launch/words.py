"""Words of a command line, with one flag said otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from wellit.seen import neutral
from wellit.seen.graph import Component

_VARIABLE = re.compile(r"\$(?:\$|\(([A-Za-z_][A-Za-z0-9_]*)\))")


def flags(component: Component, setting: str) -> list[str]:
    """The spellings of its engine's flag for a neutral setting; none when it has none."""
    if component.engine is None:
        return []
    how = neutral.spec(component.engine, setting)
    return [flag for flag in (how.get("flag"), *how.get("aliases", ())) if flag]


def without(words: Sequence[str], spellings: Iterable[str]) -> list[str]:
    """The words without these flags and their values."""
    wanted, kept, dropping = set(spellings), [], False
    for word in words:
        name, equals, _ = word.partition("=")
        if name in wanted:
            dropping = not equals
        elif dropping and not word.startswith("-"):
            dropping = False
        else:
            dropping = False
            kept.append(word)
    return kept


def value(words: Sequence[str], spellings: Iterable[str]) -> str | None:
    """What the last mention of a flag, in any of its spellings, says; None when none is there."""
    wanted, found = set(spellings), None
    for at, word in enumerate(words):
        name, equals, said = word.partition("=")
        if name in wanted:
            found = said if equals else words[at + 1] if at + 1 < len(words) else ""
    return found


def replaced(words: Sequence[str], spellings: Iterable[str], said: str) -> list[str]:
    """The words with another value for a flag that they have, in its place; as they are when they do not have it."""
    wanted, made, taking = set(spellings), [], False
    for word in words:
        name, equals, _ = word.partition("=")
        if taking and not word.startswith("-"):
            made.append(said)
            taking = False
        elif name in wanted:
            made.append(f"{name}={said}" if equals else name)
            taking = not equals
        else:
            made.append(word)
            taking = False
    return made


def with_member(text: str, key: str, said: str) -> str | None:
    """A flag's JSON with another value of one member; None when it is no JSON object."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return json.dumps({**data, key: said}, separators=(",", ":")) if isinstance(data, dict) else None


def filled(text: str, variables: Mapping[str, str]) -> str:
    """``$(NAME)`` as Kubernetes fills it in: one that is not there stays as it is, ``$$`` is a dollar sign."""
    return _VARIABLE.sub(lambda found: variables.get(found[1], found[0]) if found[1] else "$", text)
