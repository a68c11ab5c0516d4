"""KV events: engines say what is in their KV cache, and a picker that scores by it listens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from wellit.engines import Engine
from wellit.node import whole
from wellit.picture.model import Edge, Node
from wellit.picture.plain import mapping, maps
from wellit.seen.words import Words

SAYS, HEARS = "KV events at port", "hears KV events at port"  # facts of an engine, and of a picker


def published(spoken: Words, engine: Engine) -> int | None:
    """The port at which an engine publishes; None when it publishes nothing."""
    flag = mapping(engine.data.get("kvEvents")).get("flag")
    given = spoken.given(flag) if flag else None
    try:
        told = json.loads(given.value) if given else {}
    except ValueError:
        return None
    return _port(told.get("endpoint")) if isinstance(told, Mapping) else None


def heard(configuration: Mapping[str, Any]) -> int | None:
    """The port at which a picker listens to each pod, or lets them dial in; None when it does not."""
    for plugin in maps(configuration.get("plugins")):
        events = mapping(mapping(plugin.get("parameters")).get("kvEventsConfig"))
        pods = mapping(events.get("podDiscoveryConfig"))
        if port := pods.get("socketPort") or _port(events.get("zmqEndpoint")):
            return whole(port)
    return None


def arrows(picker: Node, members: Iterable[Node]) -> list[Edge]:
    """From each of a pool's pods to its picker; broken where one speaks and the other does not hear it."""
    hears = picker.facts.get(HEARS)
    made = []
    for member in members if hears else ():
        for port in [said for container in member.containers if (said := container.facts.get(SAYS))]:
            broken = f"{picker.name} listens for KV events at port {hears}; {member.name} has them at {port}"
            labels = ("KV events", f"port {port}")
            made.append(Edge(member.id, picker.id, "tells", labels, broken if hears != port else ""))
    return made


def _port(endpoint: object) -> int | None:
    found = re.search(r":(\d+)$", str(endpoint or ""))
    return int(found[1]) if found else None
