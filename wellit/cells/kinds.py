"""A cell, and why one is refused."""

from __future__ import annotations

from dataclasses import dataclass

from wellit.findings import Location


@dataclass(frozen=True)
class Cell:
    """One choice on each axis, charts left out: both kinds of charts render the same.

    `environment` is the one that a stack was asked for by, "" where cells are gone through.
    """

    engines: tuple[str, ...]
    gateway: str
    accelerator: str
    versions: str
    environment: str = ""

    def __str__(self) -> str:
        return f"{'+'.join(self.engines)}, {self.gateway}, {self.accelerator}, {self.versions}"


@dataclass(frozen=True)
class Refusal:
    """Why a cell is refused. `axis` (or the dotted path of a setting) is what to change, `write` to what."""

    axis: str
    message: str
    why: str
    write: str
    also: tuple[tuple[str, Location], ...] = ()
