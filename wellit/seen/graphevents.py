"""What a worker of a graph publishes of its cache."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellit.seen.graph import Component
from wellit.seen.neutral import Json, json_of


@dataclass(frozen=True, eq=False)
class Events:
    """The flag that a worker is told by, and what it says. `given` is None where the flag is not given."""

    flag: str
    given: Json | None
    facts: Mapping[str, Any]
    sends: Mapping[str, Any]

    @property
    def on(self) -> bool:
        """Whether it publishes, as far as the words tell."""
        if self.given is None:
            return False
        silent = str(self.facts.get("defaults", {}).get("publisher", "null"))
        return self.given.data is None or (self.given.member("publisher") or silent) != "null"

    @property
    def endpoint(self) -> str:
        said = self.given.member("endpoint") if self.given else None
        return said or self._default

    @property
    def _default(self) -> str:
        return str(self.facts.get("defaults", {}).get("endpoint", ""))

    @property
    def example(self) -> str:
        """What to write."""
        return json.dumps({**self.sends, "endpoint": self._default}, separators=(",", ":"))


def events(one: Component) -> Events | None:
    """What a worker says of its cache; None for an engine that is not told by a flag."""
    engine = one.engine
    flag = str(engine.dynamo.get("flags", {}).get("kvEvents", "")) if engine and engine.dynamo else ""
    if engine is None or not flag:
        return None
    return Events(flag, json_of(one, flag), engine.data.get("kvEvents") or {}, engine.dynamo.get("kvEvents") or {})
