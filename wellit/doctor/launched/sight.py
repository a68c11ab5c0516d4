"""All that doctor looks at of a launch on this machine, gathered once. Pure data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from wellit.doctor import signatures
from wellit.doctor.signatures import Said
from wellit.launch.state import Launched, Process
from wellit.seen.graph import FRONTEND
from wellit.smoke.frontend.parts import Figures, Pages, Target


@dataclass(frozen=True)
class Card:
    """What a worker has published of itself. `bootstrap` is the address of its server for decode."""

    name: str
    namespace: str
    role: str
    number: int
    page: int | None = None
    bootstrap: tuple[str, int] | None = None


@dataclass(frozen=True)
class Sight:
    """One look. `alive` and `logs` are by process; `cards` is None where they could not be read.

    `listening` says of addresses that were published whether anybody takes a connection there; `stopped` are processes
    that are there and were told to stop (SIGSTOP).
    """

    launched: Launched
    target: Target
    alive: Mapping[str, bool] = field(default_factory=dict)
    logs: Mapping[str, str] = field(default_factory=dict)
    figures: Figures | None = None
    cards: tuple[Card, ...] | None = None
    listening: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()

    @property
    def workers(self) -> list[Process]:
        return [one for one in self.launched.processes if one.role != FRONTEND]

    @property
    def lives(self) -> bool:
        """Whether anything of it runs."""
        return any(self.alive.values())

    @cached_property
    def said(self) -> Mapping[str, Sequence[Said]]:
        """What is known of each process's log: what ends a program first."""
        return {name: signatures.of_graph(text) for name, text in self.logs.items()}

    def pages(self, name: str) -> Pages:
        return self.figures.workers.get(name, Pages()) if self.figures else Pages()

    def of_role(self, role: str) -> list[Card]:
        """The cards of the workers of this role."""
        return [card for card in self.cards or () if card.role == role]
