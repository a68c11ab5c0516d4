"""How a stand-in behaves: how fast it is, how much it takes at a time, and what it is to do wrong.

Told by variables when it starts (WELLIT_STANDIN_TOKENS_PER_SECOND=20), and by PUT /standin while it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from wellit.errors import did_you_mean

VARIABLE = "WELLIT_STANDIN_"


class Wrong(ValueError):
    """A name or a value that says nothing; the message is a sentence."""


@dataclass(frozen=True)
class Behaviour:
    """The defaults are those of a quick engine with little room, so that a person can fill its queue."""

    startup_seconds: float = 0.0  # until it listens, and for an engine that warms up until it is healthy
    tokens_per_second: float = 100.0  # of each request; 0 is without end
    prefill_tokens_per_second: float = 20_000.0  # of the prompt's tokens that are not cached; 0 is without end
    capacity: int | None = None  # requests that run at once; None is what the engine's own flag says, else CAPACITY
    kv_tokens: int = 65_536  # what fits into its KV cache
    fail_fraction: float = 0.0  # of the requests, spread evenly
    fail_next: int = 0  # so many requests that come next
    fail_status: int = 500
    hang: bool = False  # requests are taken and not answered until this is false again
    crash: int | None = None  # ends with this code
    crash_after: int = 0  # once it has answered so many requests
    # Figures to be served in place of the true ones.
    queued: float | None = None
    running: float | None = None
    kv_usage: float | None = None

    def changed(self, told: Mapping[str, Any]) -> Behaviour:
        """This behaviour with what is told. Raises Wrong."""
        return replace(self, **{name: _read(name, value) for name, value in told.items()})

    def plain(self) -> dict[str, Any]:
        return asdict(self)


CAPACITY = 16
_KINDS = {field.name: str(field.type) for field in fields(Behaviour)}


def from_environment(environment: Mapping[str, str]) -> Behaviour:
    """What the variables say. Raises Wrong."""
    named = {name.removeprefix(VARIABLE).lower(): value for name, value in environment.items() if name[:15] == VARIABLE}
    return Behaviour().changed(named)


def _read(name: str, value: Any) -> Any:
    if name not in _KINDS:
        hint = did_you_mean(name, _KINDS)
        raise Wrong(f"{name} is nothing that a stand-in knows; " + (hint or f"it knows {', '.join(_KINDS)}"))
    kind = _KINDS[name]
    if kind == "bool":
        return _yes_or_no(name, value)
    if value is None or value == "null":
        if "None" in kind:
            return None
        raise Wrong(f"{name} must be {_wanted(kind)}, not null")
    try:
        read = float(value) if "float" in kind else int(value)
    except (TypeError, ValueError):
        raise Wrong(f"{name} must be {_wanted(kind)}, not {value!r}") from None
    if isinstance(value, bool) or read < 0:
        raise Wrong(f"{name} must be {_wanted(kind)}, not {value!r}")
    return read


def _yes_or_no(name: str, value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if (text := str(value).lower()) not in known:
        raise Wrong(f"{name} must be true or false, not {value!r}")
    return known[text]


def _wanted(kind: str) -> str:
    return (
        "true or false" if kind == "bool" else "a number, 0 or more" if "float" in kind else "a whole number, 0 or more"
    )
