"""What a stack is, by meaning: facts under neutral names, by role, whatever they were read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wellit.compose import Stack

# In the order in which a request meets them; the last two are of the stack as a whole.
ROLES = ("gateway", "route", "pool", "picker", "frontend", "decode", "prefill", "charts", "monitoring")
ENGINES = ("decode", "prefill")  # the roles that run an engine
OWN = "the engine's default"  # a setting that nobody wrote, and whose value only the engine knows


@dataclass(frozen=True)
class Fact:
    """What one side says of one thing. `value` is compared.

    `by` is the flag that says it in the engine's own words, `note` where the value comes from when nobody wrote it.
    `words` are those of the engine's command line that say it. A value that is not `plain` is told in words of ours.
    """

    value: str
    by: str = ""
    note: str = field(default="", compare=False)
    words: tuple[str, ...] = field(default=(), compare=False)
    plain: bool = field(default=True, compare=False)

    @property
    def shown(self) -> str:
        return f"{self.value} ({self.note})" if self.note else self.value


@dataclass(frozen=True)
class Part:
    """One role of a stack, or one of several that play it: `name` tells them apart (an engine's name).

    A fact named ``startup probe port`` belongs to ``startup probe``: where that is missing, it is not told by itself.
    `unsaid` are the facts that cannot be known, each with why; "*" is every fact that is not among `facts`,
    "--" every flag of the engine that is not.
    """

    role: str
    name: str
    facts: Mapping[str, Fact]
    unsaid: Mapping[str, str] = field(default_factory=dict)
    under: Mapping[str, str] = field(default_factory=dict)  # fact -> the fact that it belongs to
    engine: str = ""  # the engine's name, where one runs

    def says(self, what: str) -> str:
        """The value of a fact; "" when it is not there."""
        fact = self.facts.get(what)
        return fact.value if fact else ""


@dataclass(frozen=True)
class Description:
    """One side of a comparison. `unsaid` are the roles of which it says nothing, each with why.

    `stack` is the wellit stack that it was read from, so that settings can be named that would change it.
    """

    word: str
    kind: str  # environment, values, live
    about: str
    parts: tuple[Part, ...]
    unsaid: Mapping[str, str] = field(default_factory=dict)
    stack: Stack | None = field(default=None, compare=False)

    def of(self, role: str) -> list[Part]:
        return [part for part in self.parts if part.role == role]

    def engines(self) -> Iterator[Part]:
        """The parts that run an engine."""
        return (part for part in self.parts if part.role in ENGINES)
