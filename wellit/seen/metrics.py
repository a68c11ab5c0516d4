"""Which metrics a pool's picker reads from the pods: from its release, its flags and its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit.capabilities import Contract
from wellit.node import Node
from wellit.seen.inferencepool import Pool

# The two that scorers weigh: how many requests wait, and how full the cache is.
WEIGHED = ("queued", "kvUsage")


@dataclass(frozen=True, eq=False)
class Reading:
    """One metric that the picker reads: its name, the setting that decides it, and how to say another one there."""

    what: str
    name: str
    node: Node
    by: str

    def write(self, metrics: Mapping[str, Any]) -> str:
        """What to write at `node` so that an engine with these `metrics` is read."""
        return self.by.format(name=metrics[self.what], engine=metrics["engineType"])


def flags_added(pool: Pool) -> bool:
    """Whether the chart adds metric flags of its own for this modelServerType."""
    return pool.server_type in pool.facts["modelServerFlags"]


def readings(pool: Pool, picker: Contract, label: str) -> Iterator[Reading]:
    """What the picker reads from pods with the engine-type label `label` ("" for none)."""
    if picker["metricFlagsTaken"]:
        yield from _by_flags(pool, picker)
    else:
        yield from _by_engine(pool, picker, label)


def _by_flags(pool: Pool, picker: Contract) -> Iterator[Reading]:
    """The values' flags come last on the command line, the chart's own before them; else the picker's defaults hold."""
    added = pool.facts["modelServerMetrics"].get(pool.server_type, {}) if flags_added(pool) else {}
    for what in WEIGHED:
        flag = picker["metricFlags"][what]
        default, form = pool.facts["modelServerTypes"][0], _flag_form(pool, flag)
        if given := pool.flags.get(flag):
            yield Reading(what, str(given.value), given, f'{flag}: "{{name}}"')
        elif what in added:
            by = f"modelServerType: {default}, and in inferenceExtension flags: {form}"
            yield Reading(what, added[what], pool.pool["modelServerType"], by)
        elif not flags_added(pool):
            yield Reading(what, picker["defaultMetrics"][what], pool.picker["flags"], f"flags: {form}")


def _flag_form(pool: Pool, flag: str) -> str:
    if pool.facts["flags"] == "list":
        return f'[{{{{name: {flag}, value: "{{name}}"}}}}]'
    return f'{{{{{flag}: "{{name}}"}}}}'


def _by_engine(pool: Pool, picker: Contract, label: str) -> Iterator[Reading]:
    layer = picker["dataLayer"]
    extractor = pool.plugins.get(layer["extractor"])
    on = not layer["gate"] or (layer["gate"] in pool.gates and layer["extractor"] in _extractors(pool))
    told = extractor and extractor["parameters"][layer["engineParameter"]]
    engine = str(picker["defaultEngine"])
    node, by = pool.config, f"{_section(layer)} with {layer['engineParameter']}: {{engine}}"
    if on and told and told.text():
        engine, node, by = told.text(), told, f"{layer['engineParameter']}: {{engine}}"
    elif on and extractor:
        node, by = extractor, f"parameters: {{{{{layer['engineParameter']}: {{engine}}}}}}"
    if on and label:
        engine = label
    for what in WEIGHED:
        yield Reading(what, _named(extractor, picker, engine, what), node, by)


def _extractors(pool: Pool) -> set[str]:
    """The extractors that the configuration's data section uses."""
    sources = pool.config.at("data", "sources")
    return {extractor["pluginRef"].text() for source in sources for extractor in source["extractors"]}


def _section(layer: Mapping[str, Any]) -> str:
    """What a configuration needs before an engine can be named in it."""
    gate = f"featureGates: [{layer['gate']}], " if layer["gate"] else ""
    data = "data.sources, " if layer["needsData"] else ""
    return f"{gate}{data}and the plugins {layer['source']} and {layer['extractor']}"


def _named(extractor: Node | None, picker: Contract, engine: str, what: str) -> str:
    """The metric's name for an engine: of the configuration's own engineConfigs, or built in."""
    spec = picker["dataLayer"]["engineConfig"][what]
    for entry in extractor["parameters"]["engineConfigs"] if extractor else ():
        if entry["name"].text() == engine and entry[spec].text():
            return entry[spec].text()
    return str(picker["engineMetrics"].get(engine, {}).get(what, ""))
