"""What a program makes of words: flags that are given, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from wellit.flags.data import Line
from wellit.flags.record import Flag

Kind = Literal[
    "unknown",  # no flag of this version
    "ambiguous",  # the beginning of several flags
    "no-value",  # a flag that wants a value, and has none
    "not-a-switch",  # --x=y for a flag that takes no value
    "type",
    "choice",
    "surplus",  # a word that belongs to no flag
    "joined",  # several words in one
    "refused",  # a flag that is read, and ends the program
    "stopped",  # the word at which the parser stops reading
]


@dataclass(frozen=True)
class Given:
    """A flag that is given: the number of its word, how it is spelled, and its values with the numbers of theirs.

    `rest` is what follows a dot (--kv-transfer-config.kv_role), `no` says that it is a spelling that says no.
    """

    flag: Flag
    at: int
    spelled: str
    values: tuple[tuple[int, str], ...] = ()
    rest: str = ""
    no: bool = False

    @property
    def value(self) -> str:
        return " ".join(text for _, text in self.values)


@dataclass(frozen=True)
class Problem:
    """What is wrong with the word of this number. `flag` is the one that it belongs to, `about` what was written."""

    kind: Kind
    at: int
    about: str
    flag: Flag | None = None
    # Of an ambiguous beginning the flags that begin with it; of a joined word its two words.
    several: tuple[str, ...] = ()


@dataclass
class Reading:
    """What one version of a program makes of words. `bare` are the numbers of those that belong to no flag."""

    line: Line
    given: list[Given] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)

    def last(self, key: str) -> Given | None:
        """The last mention of a flag, by its key, which is the one that counts."""
        return next((given for given in reversed(self.given) if given.flag.key == key), None)
