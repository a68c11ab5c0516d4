"""What the programs of a graph are told of Dynamo itself: by a flag, or by the variable that stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import flags
from wellit.capabilities import Unknown
from wellit.flags import Answer, Flag, Given
from wellit.seen import words
from wellit.seen.graph import Component
from wellit.seen.neutral import Told
from wellit.subject import Manifest

ROUTER, EVENTS = "--router-mode", "--router-kv-events"  # of the frontend, by what the newest release calls them
ROUTER_VARIABLE = "DYN_ROUTER_MODE"
DISCOVERY, STORE = "--discovery-backend", "--store-kv"  # before 1.0 it was the latter
REQUESTS, EVENT_PLANE = "--request-plane", "--event-plane"
KV = "kv"  # the mode of a router that looks at what workers have in their caches


def answer(one: Component) -> Answer | None:
    """What Dynamo's own parser makes of a component's words; None for a program whose flags are not known."""
    known = flags.program(one.program) if one.program else None
    if known is None:
        return None
    said = [word.text for word in one.arguments]
    asked = one.version if isinstance(one.version, Unknown) else flags.ask(known.name, one.version, said)
    return flags.ask_all(known, said) if isinstance(asked, Unknown) else asked


def told(one: Component, key: str) -> Told | None:
    """What a component is told by a flag, named as its newest release does, or by the flag's variable."""
    found = answer(one)
    if found is None:
        return None
    if given := found.last(key):
        at = given.values[-1][0] if given.values else given.at
        return Told(_value(given), one.arguments[at].node, given.spelled)
    flag = found.program.flag(key, found.line.version) if key in found.program.records else None
    entry = one.environment.get(flag.variable) if flag and flag.variable else None
    if flag is None or entry is None or not entry["value"].written:
        return None
    return Told(str(entry["value"].value), entry["value"], flag.variable)


def _value(given: Given) -> str:
    return given.value if given.flag.takes[1] else str(not given.no).lower()


def standing_for(program: flags.Program, name: str) -> Iterator[tuple[str, Flag]]:
    """The flags that a variable stands for, with the version of each, the oldest first."""
    for version in program.versions:
        for flag in program.exactly(version).all():
            if flag.variable == name:
                yield version, flag


def routes_by_cache(one: Component) -> Told | None:
    """What tells a frontend to send each request to the worker that has the most of it in its cache."""
    said = told(one, ROUTER)
    return said if said and said.value == KV else None


def router(container: Mapping[str, Any]) -> str:
    """How a frontend in a container chooses a worker: its word counts before its variable; "" when neither says."""
    root = Manifest("", container).root
    if given := words.read(root["command"], root["args"]).given(ROUTER):
        return given.value
    said = {entry["name"].text(): entry["value"].text() for entry in root["env"]}
    return said.get(ROUTER_VARIABLE, "")


def hears_events(one: Component) -> bool:
    """Whether a frontend that routes by caches is told of them by the workers, and does not reckon itself."""
    said = told(one, EVENTS)
    return said is None or said.value.lower() not in ("false", "0", "no", "off")
