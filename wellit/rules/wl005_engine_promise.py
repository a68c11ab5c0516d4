"""An engine's file promises what its other fields cannot keep.

Guides and rules believe an engine's file. Prefill and decode apart need a connector of the routing proxy; KV events
need the flag that sets the page size, because the picker hashes prompts in blocks of that size; a chart starts it only
by a modelCommand that it has; and a picker that does not know its `engineType` needs the names of its metrics.

Bad::

    # settings -e default
    engine:
      flags: {pageSize: null}

Good::

    # settings -e default
    engine:
      kvEvents: null
      flags: {pageSize: null}
      lacks: {kvEvents: it has no flag for the page size, pageSize: it has no flag for it}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit import capabilities
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import EngineSettings, engine_settings
from wellit.subject import MODELSERVICE, SETTINGS, Subject

RULE = Rule(
    "WL005", "engine-promise", "error", (SETTINGS,), "read",
    reads="engine engine.connectors engine.disaggregation engine.flags engine.kvEvents engine.metrics "
    "engine.modelCommands engine.name engine.title engines versions.charts versions.picker",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        yield from _apart(one)
        yield from _events(one)
        yield from _started(one)
        yield from _measured(one)


def _apart(one: EngineSettings) -> Iterator[Hit]:
    apart, connectors = one.engine["disaggregation"], one.engine["connectors"]
    if apart and not connectors:
        yield Hit(
            connectors,
            f"{one.title} promises disaggregation, and names no connector",
            write="connectors: [nixlv2], one of the routing proxy's, or disaggregation: null with the reason in lacks",
            why="the routing proxy hands a request from prefill to decode by a connector",
            also=(("promised here", apart),),
        )


def _events(one: EngineSettings) -> Iterator[Hit]:
    events, flag = one.engine["kvEvents"], one.engine["flags"]["pageSize"]
    if events and not flag:
        yield Hit(
            flag,
            f"{one.title} promises KV events, and has no flag for the page size",
            write="pageSize: --block-size, or what its flag is, or kvEvents: null with the reason in lacks",
            why="the picker hashes prompts in blocks of the engine's page size; with another one nothing matches",
            also=(("promised here", events),),
        )


def _started(one: EngineSettings) -> Iterator[Hit]:
    ways = one.engine["modelCommands"]
    names = [way.text() for way in ways]
    version = one.settings.root.at("versions", "charts", "modelservice", "version").text()
    if not version:
        return  # a train that has no such chart
    taken = capabilities.contract(MODELSERVICE, version)["modelCommands"]
    if names and not set(names) & set(taken):
        having = [v for v in capabilities.versions(MODELSERVICE) if set(names) & set(_takes(v))]
        yield Hit(
            ways,
            f"{MODELSERVICE} {version} has none of {one.title}'s modelCommands: {', '.join(names)}",
            write=f"modelCommands: [{', '.join([*names, 'custom'])}]",
            why=f"it takes {', '.join(taken)}; published versions that have one: {', '.join(having) or 'none'}",
        )


def _takes(version: str) -> list[str]:
    return list(capabilities.contract(MODELSERVICE, version)["modelCommands"])


def _measured(one: EngineSettings) -> Iterator[Hit]:
    metrics, picker = one.engine["metrics"], one.settings.root["versions"]["picker"]
    name = metrics["engineType"].text()
    reads = capabilities.picker(f"{picker['hub'].text()}/{picker['name'].text()}:{picker['tag'].text()}")
    if not reads or name in reads["knownEngines"]:
        return
    missing = [what for what in ("queued", "kvUsage") if not metrics[what].text()]
    if missing:
        yield Hit(
            metrics["engineType"],
            f"the picker {picker['tag'].text()} does not know the engine {name}, and its file names no metrics for it:"
            f" {', '.join(missing)}",
            write=f'{missing[0]}: the metric\'s name, as in "vllm:num_requests_waiting"',
            why=f"what it cannot read counts as 0, so load is never moved; it knows {', '.join(reads['knownEngines'])}",
        )
