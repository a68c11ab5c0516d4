"""One flag of a program, as a line of schemas/flags has it.

What differs between versions stands in that line: `since` and `until` are the first and the last listed version that
has it, `without` the ones between that have not, `changes` what is different from a version on (`not` takes a field
away).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?:[.-]?(rc|post)(\d+))?")
_ABOUT_VERSIONS = ("since", "until", "without", "changes")
Ordered = tuple[tuple[int, ...], int, int]


@dataclass(frozen=True, eq=False)
class Flag:
    """One flag as one version has it. `key` names it in all versions: what the newest one calls it."""

    key: str
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What this version calls it."""
        return str(self.data.get("called", self.key))

    @property
    def spellings(self) -> list[str]:
        """Every way to write it, with those that say no to it."""
        return [self.name, *self.data.get("aliases", ()), *self.negations]

    @property
    def negations(self) -> list[str]:
        own = ["--no-" + self.name.removeprefix("--")] if self.data.get("negatable") else []
        return [*own, *self.data.get("negated", ())]

    @property
    def kind(self) -> str:
        """What its value is: none, str, int, float, json, bool, duration, list[str], list[int]."""
        return str(self.data["value"])

    @property
    def variable(self) -> str:
        """The variable of the environment that gives its value where the flag is not given; "" when none does."""
        return str(self.data.get("variable", ""))

    @property
    def choices(self) -> list[str]:
        return [str(choice) for choice in self.data.get("choices", ())]

    @property
    def takes(self) -> tuple[int, int]:
        """How many words follow it, at least and at most."""
        if self.kind == "none":
            return 0, 0
        return {"?": (0, 1), "*": (0, 999), "+": (1, 999)}.get(self.data.get("nargs", ""), (1, 1))


def as_of(record: Mapping[str, Any], versions: list[str], version: str) -> dict[str, Any]:
    """A record with its changes up to a listed version."""
    facts = {name: value for name, value in record.items() if name not in _ABOUT_VERSIONS}
    for since, changed in record.get("changes", {}).items():
        if versions.index(since) <= versions.index(version):
            facts |= changed
            for name in facts.pop("not", ()):
                facts.pop(name, None)
    return facts


def spellings(name: str, record: Mapping[str, Any]) -> Iterator[str]:
    """Every way to write a flag that some version has, and more where they differ between versions."""
    for facts in (record, *record.get("changes", {}).values()):
        for said in (name, record.get("called"), facts.get("called"), *facts.get("aliases", ())):
            if said:
                yield said
                yield "--no-" + said.removeprefix("--")
        yield from facts.get("negated", ())


def version_key(version: str) -> Ordered | None:
    """A key that sorts versions: 1.3.0rc2 before 1.3.0, 0.5.5.post1 after 0.5.5."""
    found = _VERSION.fullmatch(version)
    if not found:
        return None
    numbers, phase, number = found.groups()
    return tuple(map(int, numbers.split("."))), {"rc": -1, "post": 1}.get(phase or "", 0), int(number or 0)
