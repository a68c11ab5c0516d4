"""A flag whose value is JSON of the engine's own: read as the engine reads it, refused where the engine ends.

`keys` of the engine's file has what each key takes: str, int, number, bool, map, or the words that it may be. Where
`others` says refused, a key that stands not there ends the engine; `needs` has what a key wants beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellit.engines import Engine
from wellit.standin.handshake.base import EndsAtStart, Told

_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "number": (int, float),
    "bool": bool,
    "map": dict,
}


@dataclass(frozen=True)
class JsonFlag:
    """One such flag, as the engine's file knows it: {flag, keys, others, needs}."""

    engine: Engine
    known: Mapping[str, Any]

    @property
    def flag(self) -> str:
        return str(self.known["flag"])

    def read(self, told: Told) -> dict[str, Any]:
        """What the flag says; empty when it is not given. Raises EndsAtStart with the engine's last words."""
        text = told(self.flag)
        if not text:
            return {}
        try:
            value = json.loads(text)
        except ValueError as error:
            raise EndsAtStart(f"{self.engine.title} cannot read {self.flag} {text}: {error}") from None
        if not isinstance(value, dict):
            raise EndsAtStart(f"{self.engine.title} wants a JSON object after {self.flag}, not {text}")
        for key, said in value.items():
            self._check(key, said)
        for key, beside in self.known.get("needs", {}).items():
            if value.get(key) is not None and value.get(beside) is None:
                raise EndsAtStart(f"{self.engine.title} refuses {self.flag}: {key} is set, and {beside} is not")
        return value

    def _check(self, key: str, said: Any) -> None:
        wanted = self.known["keys"].get(key)
        where = f"{self.engine.title} refuses {self.flag}: {key}"
        if wanted is None:
            if self.known["others"] == "refused":
                raise EndsAtStart(f"{where} is no key that it has ({', '.join(self.known['keys'])})")
        elif isinstance(wanted, list):
            if said is not None and said not in wanted:
                raise EndsAtStart(f"{where} is {said!r}, and must be one of {', '.join(wanted)}")
        elif said is not None and not _is(said, wanted):
            raise EndsAtStart(f"{where} is {said!r}, and must be of the kind {wanted}")


def _is(said: Any, kind: str) -> bool:
    return isinstance(said, _KINDS[kind]) and (kind == "bool" or not isinstance(said, bool))
