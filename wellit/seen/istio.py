"""What istiod's values say of pools and pickers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.capabilities import Contract
from wellit.node import Node, spoken
from wellit.subject import ISTIOD, Release, Subject


@dataclass(frozen=True, eq=False)
class Istiod:
    """One release of Istio's chart istiod."""

    release: Release

    @property
    def facts(self) -> Contract:
        return self.release.facts

    def at(self, place: str) -> Node:
        return self.release.root.at(*place.split("."))

    @property
    def variables(self) -> dict[str, Node]:
        """The variables that istiod gets from the values."""
        return {name: node for place in self.facts["switchPlaces"] for name, node in self.at(place).items()}

    @property
    def switch(self) -> Node | None:
        """The variable that lets routes lead to pools, when it is written."""
        return self.variables.get(self.facts["switch"])

    @property
    def switched_on(self) -> bool:
        return self.switch is not None and spoken(self.switch.value).lower() in ("true", "1", "t")


def istiods(subject: Subject) -> Iterator[Istiod]:
    return (Istiod(release) for release in subject.of(ISTIOD))


__all__ = ["Istiod", "istiods"]
