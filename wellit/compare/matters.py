"""What a difference breaks: said of a line when one side does not fit together there, or the two change a meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wellit import engines
from wellit.compare.description import ENGINES, OWN, Description, Part
from wellit.translate.language import language

if TYPE_CHECKING:
    from wellit.compare.difference import Line

LOOPBACK = ("127.0.0.1", "localhost", "::1")
Place = tuple[str, str]  # role, fact


def marked(a: Description, b: Description, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, each difference with what it matters for."""
    said = [(side, list(_broken(one))) for side, one in (("A", a), ("B", b))]
    for line in lines:
        if line.same:
            yield replace(line, matters=tuple(_meaning(line, a, b)))
            continue
        told = [f"{side}: {text}" for side, broken in said for place, text in broken if place == (line.role, line.what)]
        told += _selected(line, a, b)
        told += _meaning(line, a, b)
        yield replace(line, matters=tuple(dict.fromkeys(told)))


def _meaning(line: Line, a: Description, b: Description) -> Iterator[str]:
    """A setting that does not mean the same on both engines, as their files say."""
    if line.role not in ENGINES or not (line.a and line.b) or line.a.by == line.b.by:
        return
    if OWN in (line.a.value, line.b.value):
        return
    told = []
    for one in (a, b):
        spoken = {part.engine for part in one.of(line.role)} - {""}
        entries = [language(each).entries.get(line.what) for each in engines.engines() if each.name in spoken]
        told += [entry.text("means") for entry in entries if entry]
    if len(set(told)) > 1 and all(told):
        yield f"the numbers do not mean the same: {' | '.join(dict.fromkeys(told))}"


def _selected(line: Line, a: Description, b: Description) -> Iterator[str]:
    """A label that a pool selects by."""
    if line.role not in ENGINES or not line.what.startswith("label "):
        return
    key = line.what.removeprefix("label ")
    pools = {"A": a.of("pool"), "B": b.of("pool")}
    sides = [side for side, listed in pools.items() if any(f"selector {key}" in pool.facts for pool in listed)]
    if sides:
        yield "the pools of both select by it" if len(sides) > 1 else f"the pool of {sides[0]} selects by it"


def _broken(one: Description) -> Iterator[tuple[Place, str]]:
    """Where a side does not fit together in itself."""
    for part in one.engines():
        yield from _ports(one, part)
        yield from _proxy(part)
        if part.says("host") in LOOPBACK:
            text = f"listens on {part.says('host')}, where no probe and nothing outside the pod reaches it"
            yield (part.role, "host"), text
        if part.says("metrics") == "no":
            yield (part.role, "metrics"), "the picker sees none of its queue and cache"
        yield from _read_metrics(one, part)
    yield from _pages(one)
    for pool in one.of("pool"):
        yield from _unselected(pool, one.of("decode"))


def _ports(one: Description, part: Part) -> Iterator[tuple[Place, str]]:
    asked = [port for pool in one.of("pool") for port in pool.says("ports").split(", ") if port]
    port, engine = part.says("port"), part.says("enginePort")
    if part.role == "decode" and asked and port and port not in asked:
        text = f"the pool asks {', '.join(asked)}, the pods take requests at {port}"
        yield (part.role, "port"), text
        yield ("pool", "ports"), text
    if (told := part.says("proxy asks port")) and engine and told != engine:
        text = f"the proxy asks {told}, the engine listens on {engine}"
        yield (part.role, "proxy asks port"), text
        yield (part.role, "enginePort"), text
    for name in ("startup probe", "readiness probe", "liveness probe"):
        probed = part.says(f"{name} port")
        if probed and engine and probed not in (engine, port):
            yield (part.role, f"{name} port"), f"it asks {probed}, where nothing listens; the engine is on {engine}"


def _unselected(pool: Part, pods: list[Part]) -> Iterator[tuple[Place, str]]:
    """The labels that keep a pool from selecting any pod."""
    asked = [
        (what.removeprefix("selector "), fact) for what, fact in pool.facts.items() if what.startswith("selector ")
    ]
    wanted = {key: fact.value for key, fact in asked}
    # A label that only the installed release knows may be the right one.
    have = [
        {key: value if f"label {key}" in part.unsaid else part.says(f"label {key}") for key, value in wanted.items()}
        for part in pods
    ]
    if not have or wanted in have:
        return
    for key, value in wanted.items():
        if all(labels[key] != value for labels in have):
            told = " or ".join(dict.fromkeys(labels[key] or "no such label" for labels in have))
            yield ("pool", f"selector {key}"), f"the pool selects {key}={value}, the pods have {told}"
            yield ("decode", f"label {key}"), f"the pool selects {key}={value}, the pods have {told}"


def _proxy(part: Part) -> Iterator[tuple[Place, str]]:
    connector = part.says("connector")
    engine = next((one for one in engines.engines() if one.name == part.engine), None)
    if engine and connector and connector not in engine.connectors:
        known = ", ".join(engine.connectors) or "none"
        yield (part.role, "connector"), f"{engine.title} does not speak {connector}; it speaks {known}"


def _read_metrics(one: Description, part: Part) -> Iterator[tuple[Place, str]]:
    """Metrics that a picker waits for and the engine never serves."""
    engine = next((each for each in engines.engines() if each.name == part.engine), None)
    for picker in one.of("picker") if engine else ():
        for what in ("queued", "kvUsage"):
            read = [
                fact.value for name, fact in picker.facts.items() if name.startswith("reads ") and name.endswith(what)
            ]
            if engine and read and engine.metrics[what] not in read and part.engine in picker.name.split(" and "):
                yield ("picker", f"reads {what}"), f"{engine.title} serves {engine.metrics[what]}"


def _pages(one: Description) -> Iterator[tuple[Place, str]]:
    """Page sizes that differ between prefill and decode: the KV cache that is handed over does not fit."""
    sizes = {part.role: part.says("pageSize") or OWN for part in one.engines()}
    if len(sizes) > 1 and len(set(sizes.values())) > 1:
        for role in sizes:
            yield (role, "pageSize"), f"decode has {sizes['decode']}, prefill {sizes['prefill']}: they hand pages over"
