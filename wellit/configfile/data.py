"""What an engine makes of its config file in one version, as schemas/configfiles has it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wellit import remembered
from wellit.capabilities import Unknown
from wellit.flags.record import version_key
from wellit.paths import SCHEMAS

FOLDER = SCHEMAS / "configfiles"


@dataclass(frozen=True)
class Writes:
    """How one version of an engine makes words of values: see schemas/configfiles.schema.json."""

    version: str
    on_true: str
    on_false: str
    map: str
    refuses: frozenset[str]


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
        said = alike[0]
        return Writes(version, said["onTrue"], said["onFalse"], said["map"], frozenset(set.intersection(*refused)))


@functools.cache
def of(engine: str) -> ConfigFile | None:
    """The config file of an engine, by the name of the engine's file; None when nothing is known of one."""
    path = FOLDER / f"{engine}.yaml"
    return ConfigFile(remembered.data(path)) if path.is_file() else None


def _near(versions: Sequence[str], version: str) -> list[str] | None:
    """The version that was looked at, or those on either side; None for one outside, or none at all."""
    wanted = version_key(version.removeprefix("v"))
    known = {one: key for one in versions if (key := version_key(one))}
    below = [one for one, key in known.items() if wanted and key <= wanted]
    above = [one for one, key in known.items() if wanted and key >= wanted]
    return list(dict.fromkeys([below[-1], above[0]])) if below and above else None


def _since(facts: Mapping[str, Any], version: str) -> Any:
    """What a table that is written from a version on says of one; None before the first."""
    wanted = version_key(version)
    said = [value for since, value in facts.items() if (key := version_key(since)) and wanted and key <= wanted]
    return said[-1] if said else None
