"""The picker's configuration as its release reads it: plugins by name, profiles, and what the release knows of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit.capabilities import Contract
from wellit.node import Node
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import Subject


@dataclass(frozen=True, eq=False)
class Plugin:
    """One plugin that is configured; `place` counts from the first. `facts` is None for a type that is not there."""

    node: Node
    place: int
    facts: Mapping[str, Any] | None

    @property
    def type(self) -> str:
        return self.node["type"].text()

    @property
    def name(self) -> str:
        """What other parts of the configuration call it."""
        return self.node["name"].text() or self.type

    @property
    def kind(self) -> str:
        return str(self.facts["kind"]) if self.facts else ""

    def parameter(self, path: str) -> Node:
        """The parameter at a dotted path."""
        return self.node["parameters"].at(*path.split("."))

    def fact(self, name: str) -> Any:
        """What the release says of it besides kind and parameters; None when nothing."""
        return self.facts.get(name) if self.facts else None

    @property
    def never_asked(self) -> bool:
        """Of a handler that splits: whether it has no decider, so that it is not meant to."""
        decider = (self.fact("splits") or {}).get("decider")
        if not decider or decider["default"]:
            return False
        return not any(self.parameter(path).text() for path in decider["parameters"])


@dataclass(frozen=True, eq=False)
class Configured:
    """One pool whose values bring a configuration, and the release that reads it."""

    pool: Pool
    picker: Contract

    @property
    def root(self) -> Node:
        return self.pool.config

    @cached_property
    def plugins(self) -> list[Plugin]:
        known = self.picker.group("plugin")
        return [
            Plugin(node, place, known.get(node["type"].text()))
            for place, node in enumerate(self.root["plugins"])
            if isinstance(node.value, Mapping)
        ]

    @cached_property
    def names(self) -> dict[str, Plugin]:
        return {plugin.name: plugin for plugin in self.plugins}

    @property
    def made(self) -> list[str]:
        """The plugins that the picker adds under their type's name where they are not configured."""
        return list(self.picker["adds"])

    @property
    def asked_deciders(self) -> set[str]:
        """The deciders that a handler asks."""
        asked = set()
        for handler in self.of_kind("handler"):
            how = (handler.fact("splits") or {}).get("decider")
            if how:
                named = [handler.parameter(path).text() for path in how["parameters"]]
                asked.add(next((name for name in named if name), how["default"]))
        return asked

    @property
    def profiles(self) -> list[Node]:
        return list(self.root["schedulingProfiles"])

    @property
    def gates(self) -> dict[str, Node]:
        return self.pool.gates

    @property
    def title(self) -> str:
        """The release as messages name it."""
        return f"the picker {self.picker.version}"

    def says(self, what: str, name: str = "") -> str:
        """The picker's own words when it refuses a configuration."""
        return f"the picker exits, again and again: {self.picker['refusals'][what].format(name=name)}"

    def of_kind(self, kind: str) -> list[Plugin]:
        return [plugin for plugin in self.plugins if plugin.kind == kind]

    def known(self, kind: str = "") -> list[str]:
        """The types of plugins that the release has."""
        group = self.picker.group("plugin").items()
        return [name for name, facts in group if facts and kind in ("", facts["kind"])]


def configured(subject: Subject) -> Iterator[Configured]:
    """Every pool with a configuration of its own that is read by a release that is known."""
    return iter(subject.once(_configured))


def _configured(subject: Subject) -> list[Configured]:
    found = []
    for pool in pools(subject):
        if isinstance(pool.contract, Contract) and isinstance(pool.config.value, Mapping) and pool.config.value:
            found.append(Configured(pool, pool.contract))
    return found


__all__ = ["Configured", "Plugin", "configured"]
