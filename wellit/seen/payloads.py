"""What a worker of Dynamo asks itself to know that it is well: by engine, release and kind of worker. Pure.

The payloads are in environments/engines (`dynamo.health`). A worker sends one only where DYN_HEALTH_CHECK_ENABLED is
true; measured of 1.4.2: a payload that is refused, or not answered in 3 seconds, makes its health 503 "notready".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellit.engines import Engine
from wellit.flags import is_open
from wellit.node import Node
from wellit.seen.graph import Component
from wellit.semver import Order, order
from wellit.subject import DECODE, PREFILL

BOTH = "both"
GIVEN, ENABLED = "DYN_HEALTH_CHECK_PAYLOAD", "DYN_HEALTH_CHECK_ENABLED"
ENV_READS = "components component.type component.replicas component.env env env.name env.value"
READS = f"{ENV_READS} component.args component.command component.image component.role component.more"
Payload = Mapping[str, Any]
TRUE = ("1", "true", "on", "yes")
INNER = "request"  # what a prefill worker of an older release has its request in; every release still takes it


@dataclass(frozen=True)
class Asks:
    """What one kind of worker asks itself in one release, and what any payload for it must have."""

    kind: str
    payload: Mapping[str, Any]
    text: Mapping[str, str]
    needs: tuple[str, ...]

    def lacks(self, payload: Mapping[str, Any]) -> list[str]:
        """What such a worker misses in a payload."""
        inner = payload.get(INNER)
        asked = inner if isinstance(inner, Mapping) else payload
        return [name for name in self.needs if not asked.get(name)]

    def filled(self, *, bos: int = 1, port: int = 0, model: str = "", text: bool = False) -> dict[str, Any]:
        """The payload as it is sent: with the model's first token, the bootstrap port and the model's path.

        With `text` it has words instead of tokens, where the release has such a payload.
        """
        values: dict[str, Any] = {"{bos}": bos, "{port}": port, "{model}": model}
        made = {key: _filled(value, values) for key, value in self.payload.items()}
        if text and self.text:
            made.pop("token_ids", None)
            made |= self.text
        return made


def asks(engine: Engine, version: str, kind: str) -> Asks | None:
    """What a kind of worker asks itself in a release; None where it is not known to ask anything."""
    wanted = order(version)
    if wanted is None:
        return None
    known = [one for one in engine.dynamo.get("health") or () if one["kind"] == kind and _order(one) <= wanted]
    if not known:
        return None
    last = max(known, key=_order)
    return Asks(kind, last["payload"], last["text"], tuple(last["needs"]))


def kind_of(component: Component) -> str:
    """Which kind of worker a component is."""
    words = {word.text.partition("=")[0] for word in component.arguments}
    told = (component.engine.dynamo.get("health") or ()) if component.engine else ()
    other = next((str(one["kind"]) for one in told if one.get("by") in words), "")
    return other or (component.role if component.role in (PREFILL, DECODE) else BOTH)


def of(component: Component) -> Asks | None:
    """What a component asks itself; None where its engine or its release is not known."""
    if component.engine is None or not isinstance(component.version, str):
        return None
    return asks(component.engine, component.version, kind_of(component))


def unknown(text: str) -> bool:
    """Whether a payload is only known when the worker starts: a file, or a variable."""
    return text.startswith("@") or is_open(text)


def hidden(component: Component) -> bool:
    """Whether it is only known when it starts whether it sends its payload."""
    entry = component.environment.get(ENABLED)
    return entry is not None and (not entry["value"].written or is_open(entry["value"].text()))


def enabled(component: Component) -> bool:
    """Whether it sends its payload: not by default, and not where the operator starts it without being told."""
    entry = component.environment.get(ENABLED)
    return entry is not None and entry["value"].text().lower() in TRUE


def given(component: Component) -> Node | None:
    """The payload that it is told to send instead of the release's own."""
    entry = component.environment.get(GIVEN)
    return entry["value"] if entry is not None and entry["value"].written else None


def read(text: str) -> Mapping[str, Any] | str:
    """A payload as the worker reads it, or why it takes its own instead."""
    try:
        data = json.loads(text)
    except ValueError as problem:
        return f"it is no JSON ({problem})"
    return data if isinstance(data, Mapping) else f"it is no JSON object, but {type(data).__name__}"


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(one, values) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(one, values) for one in value]
    return values.get(value, value) if isinstance(value, str) else value


def _order(one: Mapping[str, Any]) -> Order:
    found = order(str(one["since"]))
    assert found is not None  # by the schema
    return found
