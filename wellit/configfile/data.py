"""What an engine makes of its config file in one version, as schemas/configfiles has it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wellit import remembered
from wellit.capabilities import Unknown
from wellit.flags.data import order
from wellit.paths import SCHEMAS

FOLDER = SCHEMAS / "configfiles"


@dataclass(frozen=True)
class Writes:
    """How one version of an engine makes words of values: see schemas/configfiles.schema.json."""

    version: str
    yes: str
    no: str
    map: str
    refuses: frozenset[str]


@dataclass(frozen=True)
class Sections:
    """How one version of a worker's program reads the file: its own flags, and whether their like is taken in it."""

    title: str
    own: bool
    file: str
    key: str


@dataclass(frozen=True, eq=False)
class ConfigFile:
    """The config file of one engine."""

    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def flag(self) -> str:
        return str(self.data["flag"])

    @property
    def extensions(self) -> list[str]:
        return list(self.data["extensions"])

    def writes(self, version: str) -> Writes | Unknown:
        """How a version writes values; of one between two that were looked at what both do alike."""
        near = _near(self.data["versions"], version)
        if near is None:
            return Unknown(f"what {self.title} {version} makes of a config file is not known")
        alike = [_since(self.data["writes"], one) for one in near]
        if any(one != alike[0] for one in alike):
            return Unknown(f"{self.title} {' and '.join(near)} differ in what they make of a config file")
        refused = [set(_since(self.data["refuses"], one) or ()) for one in near]
        return Writes(version, **alike[0], refuses=frozenset(set.intersection(*refused)))

    def sections(self, program: str, version: str) -> Sections | Unknown:
        """How a version of a program that starts the engine reads the file."""
        known = self.data["workers"].get(program)
        near = _near(known["versions"], version) if known else None
        if known is None or near is None:
            return Unknown(f"what {program} {version} makes of a config file is not known")
        alike = [_since(known["reads"], one) for one in near]
        if any(one != alike[0] for one in alike):
            return Unknown(f"{known['title']} {' and '.join(near)} differ in how they read a config file")
        return Sections(known["title"], **alike[0])


@functools.cache
def of(engine: str) -> ConfigFile | None:
    """The config file of an engine, by the name of the engine's file; None when nothing is known of one."""
    path = FOLDER / f"{engine}.yaml"
    return ConfigFile(remembered.data(path)) if path.is_file() else None


def _near(versions: Sequence[str], version: str) -> list[str] | None:
    """The version that was looked at, or those on either side; None for one outside, or none at all."""
    wanted = order(version.removeprefix("v"))
    known = {one: key for one in versions if (key := order(one))}
    below = [one for one, key in known.items() if wanted and key <= wanted]
    above = [one for one, key in known.items() if wanted and key >= wanted]
    return list(dict.fromkeys([below[-1], above[0]])) if below and above else None


def _since(facts: Mapping[str, Any], version: str) -> Any:
    """What a table that is written from a version on says of one; None before the first."""
    wanted = order(version)
    said = [value for since, value in facts.items() if (key := order(since)) and wanted and key <= wanted]
    return said[-1] if said else None
