"""The release names that guides give: what stands behind infra-, gaie-, ms- and route-."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wellit import catalogue, paths, source
from wellit.node import Node
from wellit.source import LOADER, BadSource, Keys
from wellit.subject import Settings

_POSTFIX = re.compile(r"""\bpostfix['"]?:\s*['"]?([a-z0-9-]+)""")


@dataclass(frozen=True, eq=False)
class Tail:
    """One postfix of a guide, and where it is written. `ends` are the ends of the release names that it makes."""

    guide: str
    file: Path
    keys: Keys
    postfix: str
    ends: frozenset[str]

    @property
    def node(self) -> Node:
        """The place, as rules name one."""
        read = source.load(self.file)
        return Settings(read.data, read.at, lambda _: 0, lambda _: True).root.at(*self.keys)


def ends(postfix: str, engines: Mapping[str, Any] | list[str]) -> frozenset[str]:
    """The ends of the names of a stack's releases; of several engines each has releases of its own."""
    return frozenset([postfix, *(f"{postfix}-{name}" for name in engines)])


def perhaps(own: str, names: frozenset[str]) -> bool:
    """Whether a postfix that makes one of `names` stands anywhere else: a look at the text, fifty times as fast."""
    every = catalogue.component_names("engine")
    for file in (*paths.GUIDES.glob("*/guide.yaml"), *paths.ENVIRONMENTS.glob("*.yaml")):
        if file.parent.name != own:
            text = file.read_text(encoding="utf-8", errors="replace")
            if any(names & ends(word, every) for word in _POSTFIX.findall(text)):
                return True
    return False


def others(own: str) -> Iterator[Tail]:
    """Every postfix that the other guides of this checkout have: in their settings, sizes and environments."""
    read = {file: _data(file) for file in sorted(paths.GUIDES.glob("*/guide.yaml"))}
    environments = {file: _data(file) for file in sorted(paths.ENVIRONMENTS.glob("*.yaml"))}
    every = catalogue.component_names("engine")
    for file, guide in read.items():
        name = file.parent.name
        if name == own:
            continue
        engines = every if guide.get("engines") == "several" else []
        written: list[tuple[Path, Keys]] = [(file, ("settings",))]
        written += [(file, ("sizes", size)) for size in guide.get("sizes") or {}]
        for place, environment in environments.items():
            if place.stem in (guide.get("environments") or ()) or name in (environment.get("guides") or ()):
                written.append((place, ("settings",)))
        for place, keys in written:
            if postfix := _postfix(read.get(place) or environments.get(place), keys):
                yield Tail(name, place, (*keys, "postfix"), postfix, ends(postfix, engines))


def _postfix(data: Any, keys: Keys) -> str:
    try:
        return str((source.lookup(data, keys) or {}).get("postfix") or "")
    except (KeyError, AttributeError):
        return ""


def _data(file: Path) -> dict[str, Any]:
    """What a file says; nothing for one that cannot be read: validating that guide tells why."""
    try:
        read = yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, BadSource):
        return {}
    return read if isinstance(read, dict) else {}
