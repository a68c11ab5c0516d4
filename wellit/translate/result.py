"""What a translation is: the command in the other engine's words, and what became of every word of the first."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from wellit.engines import Engine

# translated: said in the other engine's words.  added: needed there, not said here.  kept: the same for every engine.
# differs: both have it, but the number does not mean the same.  none: nothing like it.  unknown: not the engine's.
Fate = Literal["translated", "added", "kept", "differs", "none", "unknown"]
# Words that a shell takes as they are, variables among them; everything else is quoted.
SAFE = re.compile(r"(?:[A-Za-z0-9_@%+=:,./-]|\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*\})+")


@dataclass(frozen=True)
class Item:
    """One argument: as it `was`, as it is `now` ("" when nothing is written), and why.

    `checked` is no when what is known of the other engine was read in its documentation only.
    """

    fate: Fate
    was: str
    now: str = ""
    why: str = ""
    checked: bool = True


@dataclass
class Translation:
    """One command. `place` is where it was written; "" for the command line."""

    source: Engine
    target: Engine
    place: str = ""
    variables: list[tuple[str, str]] = field(default_factory=list)
    words: list[list[str]] = field(default_factory=list)
    # Options that the other engine only takes from a file, as (dotted key, value), and the flag that names the file.
    options: list[tuple[str, Any]] = field(default_factory=list)
    file_flag: str = ""
    items: list[Item] = field(default_factory=list)

    def of(self, *fates: Fate) -> list[Item]:
        return [item for item in self.items if item.fate in fates]

    @property
    def complete(self) -> bool:
        """Whether everything that was said could be said."""
        return not self.of("none", "unknown")

    @property
    def command(self) -> list[str]:
        """The words of the command, without its environment."""
        return [*self.target.command, *(word for group in self.words for word in group)]

    @property
    def environment(self) -> list[str]:
        """What stands before the command in a shell."""
        return [assignment(*variable) for variable in self.variables]

    @property
    def lines(self) -> list[str]:
        """The command as a shell takes it, each argument on a line of its own."""
        head = " ".join([*self.environment, joined(self.target.command)])
        shown = [head, *(joined(group) for group in self.words)]
        return [f"{line} \\" if n < len(shown) - 1 else line for n, line in enumerate(shown)]


def joined(words: Iterable[str]) -> str:
    """Words as a shell takes them."""
    return " ".join(word if SAFE.fullmatch(word) else shlex.quote(word) for word in words)


def assignment(name: str, value: str) -> str:
    """``NAME=VALUE`` as a shell takes it."""
    return f"{name}={joined([value])}"


def said(value: str) -> Any:
    """A word as JSON and YAML have it: numbers, true and false are no texts."""
    if value in ("true", "false") or re.fullmatch(r"-?\d+(\.\d+)?", value):
        return json.loads(value) if not re.match(r"-?0\d", value) else value
    return value


def dotted(content: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Maps in maps as dotted keys: the opposite of nested()."""
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            yield from dotted(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def nested(options: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Dotted keys as maps in maps."""
    made: dict[str, Any] = {}
    for key, value in options:
        *above, last = key.split(".")
        here = made
        for name in above:
            here = here.setdefault(name, {})
        here[last] = value
    return made
