"""What a rule is made of, for the modules of this package.

A rule is a module: its docstring is what a person reads (the first line is the title, then what and why, then a
``Bad::`` and a ``Good::`` snippet), `RULE` its id, and `check` yields a Hit for every mistake and a NotChecked for
every question that it could not answer. It names places in the values; run() finds file, line and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from wellit.findings import Severity
from wellit.node import Node
from wellit.subject import Manifest, Subject

Evidence = Literal["asked", "read"]


@dataclass(frozen=True)
class Rule:
    """`charts` are the charts whose values it reads; SETTINGS are those of a stack.

    `evidence` says how the fact behind it is known.

    `reads` are the settings it looks at, two keys deep, apart by spaces (``role``: decode and prefill; ``*``: all).
    A test holds them against what it really read.
    """

    id: str
    slug: str
    severity: Severity
    charts: tuple[str, ...]
    evidence: Evidence
    reads: str


@dataclass(frozen=True)
class Fix:
    """The one right answer, safe to write: `text` for the value at `node`, or for its key."""

    node: Node
    text: str
    key: bool = False


@dataclass(frozen=True)
class Hit:
    """One mistake: where, what is wrong, what to write. `also` are further places with a note each.

    `key` says that the key there is what is wrong, not its value.
    """

    at: Node
    message: str
    write: str
    why: str = ""
    also: tuple[tuple[str, Node], ...] = ()
    fix: Fix | None = None
    key: bool = False


@dataclass(frozen=True)
class NotChecked:
    """A question that could not be answered, and why."""

    reason: str


Items = Iterator[Hit | NotChecked]


@dataclass(frozen=True)
class Loaded:
    """A rule with its check and its documentation."""

    rule: Rule
    check: Callable[[Subject], Items]
    doc: str

    @classmethod
    def of(cls, module: ModuleType) -> Loaded:
        return cls(module.RULE, module.check, module.__doc__ or "")

    @property
    def title(self) -> str:
        return self.doc.strip().splitlines()[0].rstrip(".")

    @property
    def text(self) -> str:
        """What and why: the documentation between title and snippets."""
        return self.doc.strip().partition("\n")[2].partition("\nBad::")[0].strip()

    def snippet(self, name: Literal["Bad", "Good"]) -> str:
        """The YAML below ``Bad::`` or ``Good::``, as it stands in the documentation but for its indent."""
        lines = self.doc.partition(f"\n{name}::\n")[2].splitlines()
        taken: list[str] = []
        for line in lines:
            if line.strip() and not line.startswith("    "):
                break
            taken.append(line[4:])
        return "\n".join(taken).strip("\n") + "\n"


__all__ = ["Evidence", "Fix", "Hit", "Items", "Loaded", "Manifest", "NotChecked", "Rule", "Subject"]
