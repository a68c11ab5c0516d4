"""What each release train has of an engine, and whether a guide carries it fully, in part, or not at all.

Nothing is written down here: it follows from the engine's file, the guides' and schemas/capabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit import capabilities, catalogue, cells, ways
from wellit.cells import Cell, Refusal
from wellit.source import Source
from wellit.ways import Way

SHARED = {"route": {"by": "pool"}}
NEVER_MISSED = ("host",)  # an engine without the flag listens on every interface
READ_BY = {"queued": "queue-scorer", "kvUsage": "kv-cache-utilization-scorer", "lora": "lora-affinity-scorer"}
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """How a guide carries an engine on one train. `missing` says, each in a clause, what it has not there."""

    guide: str
    train: str
    refused: Refusal | None
    missing: tuple[str, ...]

    @property
    def word(self) -> str:
        if self.refused:
            return "refused"
        return "part" if self.missing else "full"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not `full`."""
        return (self.refused.why or self.refused.message,) if self.refused else self.missing


def data(name: str) -> Data:
    """What an engine's file says."""
    engine: Data = catalogue.component_data("engine", name)
    return engine


def trains(way: Way | None = None) -> list[str]:
    """The release trains of a way of making stacks, else of llm-d; the newest first."""
    return list(reversed(catalogue.trains(way or ways.way("llm-d"))))


def elsewhere(engine: Data, way: Way) -> str:
    """How an engine is started in another way than by llm-d's charts, on its newest train; or why not."""
    if not (own := cells.started(engine, way)):
        return f"no: {cells.lack(engine, way.engine)}"
    train = trains(way)[0]
    by = " ".join(own["command"] or ["by", "a", "preset"])
    return f"{by}, from {image_of(own, way, train)} ({train})"


def image_of(own: Data, way: Way, train: str) -> str:
    """The image by a block of an engine's file: without one its way's preset has it, without a tag the release."""
    if not own["image"]:
        return str(contract_of(way, train)["preset"]["image"])
    return f"{own['image']}:{own['tag'] or _versions(train)['charts'][way.name]['version']}"


def contract_of(way: Way, train: str) -> Data:
    """What the release that a train has of this project's chart for a way takes."""
    chart = _versions(train)["charts"][way.name]
    return capabilities.contract(chart["name"], chart["version"])


def image(engine: Data, train: str = "") -> str:
    """The image it is installed from on `train`."""
    tags = _versions(train)["engineTags"] if train else {}
    return f"{engine['image']}:{tags.get(engine['name'], engine['tag'])}"


def started(engine: Data, train: str) -> str:
    """The chart's word by which it is started on `train`, with its command where the chart has none; or a refusal."""
    how, by_chart = _way(engine, train)
    if not how:
        return f"not: {_chart(train)} takes none of {', '.join(engine['modelCommands'])}"
    return how if by_chart else f"{how}: {' '.join(engine['command'])}"


def proxy(engine: Data, train: str) -> str:
    """The connector by which the train's routing proxy speaks with it, or why there is none."""
    connector, why = _connector(engine, train)
    return connector or f"none: {why}"


def metrics(engine: Data, train: str) -> str:
    """What the picker of `train` is told, so that it finds this engine's figures."""
    names, can = engine["metrics"], _picker(train)
    if can["metricsBy"] == "flags":
        told = [f"--{flag} {names[what]}" for what, flag in can["metricFlags"].items() if names.get(what)]
        told += [f"--{can['metricsPathFlag']} {names['path']}"] if names["path"] != "/metrics" else []
        return "flags " + ", ".join(told)
    if names["engineType"] == can["defaultEngine"]:
        return f"nothing: the picker knows {names['engineType']}'s"
    told = [f"{key} {names[what]}" for what, key in can["dataLayer"]["engineConfig"].items() if names.get(what)]
    path = f", at {names['path']}" if names["path"] != "/metrics" else ""
    return f"engineConfigs {names['engineType']}: {', '.join(told)}{path}"


def pool(engine: Data, train: str) -> str:
    """Whether it can share one pool with others, and with which."""
    guide = next(g for g in _guides() if g.data["engines"] == "several")
    partners, why = [], ""
    for other in catalogue.component_names("engine"):
        if other == engine["name"]:
            continue
        both = cell(guide, engine["name"], other, train=train)
        beside = cells.refusal(guide, both, {})
        no = beside or cells.refusal(guide, both, {**guide.data["settings"], **SHARED})
        partners += [] if no else [data(other)["title"]]
        # A partner that is refused as such tells nothing of this engine, unless all are.
        why = no.why if no and not (beside and why) else why
    if partners:
        return f"its own, or one with {' and '.join(partners)}"
    return f"its own; not one with others{': ' + why if why else ''}"


def split(engine: Data, train: str) -> str:
    """Whether prefill and decode can be apart, and when a request is; or why not."""
    if not (way := engine["disaggregation"]):
        return f"no: {_lack(engine, 'disaggregation')}"
    connector, why = _connector(engine, train)
    if not connector:
        return f"no: {why}"
    known = _picker(train)["disaggregation"]
    return f"yes, {way['when']}, by {connector}" if way["when"] in known else f"no: the picker knows no {way['when']}"


def prefixes(engine: Data, train: str) -> str:
    """Whether the picker can be told what is in its KV cache; or why not."""
    if not (events := engine["kvEvents"]):
        return f"no: {_lack(engine, 'kvEvents')}"
    if not _picker(train)["precisePrefix"]:
        return "no: not known how this train's picker hears them"
    return f"yes, by {events['flag']}"


def without(engine: Data) -> Iterator[tuple[str, str]]:
    """The neutral settings that it has no flag for, each with why, where its file says so."""
    for setting, flag in engine["flags"].items():
        if flag is None and setting not in NEVER_MISSED:
            yield setting, _lack(engine, setting)


def facts(engine: Data, train: str) -> dict[str, str]:
    """What a train has of an engine, by what it is about; the same for the screen and the README."""
    return {
        "image": image(engine, train),
        "started": started(engine, train),
        "routing proxy": proxy(engine, train),
        "pool": pool(engine, train),
        "picker is told": metrics(engine, train),
        "P/D": split(engine, train),
        "prefix routing": prefixes(engine, train),
        **{f"on {way.name}": elsewhere(engine, way) for way in ways.ways().values() if way.engine},
    }


def standings(name: str) -> list[Standing]:
    """Every guide on every train of its way, the newest train first."""
    return [standing(guide, name, train) for guide in _guides() for train in trains(catalogue.way_of(guide))]


def standing(guide: Source, name: str, train: str) -> Standing:
    """How `guide` carries an engine on `train`, with the guide's own gateway and an accelerator that fits."""
    refused = cells.refusal(guide, cell(guide, name, train=train))
    if refused:
        return Standing(guide.data["name"], train, refused, ())
    way, engine = catalogue.way_of(guide), data(name)
    missing = _missing_of(engine, way, train) if way.engine else _missing(guide.data["settings"], engine, train)
    return Standing(guide.data["name"], train, None, tuple(missing))


def _missing_of(engine: Data, way: Way, train: str) -> Iterator[str]:
    """What an engine has not in a way that has a block of its own in its file."""
    own = cells.started(engine, way)
    if (runtime := own.get("runtime")) and runtime not in contract_of(way, train)["runtimes"]:
        release = _versions(train)["charts"][way.name]
        yield f"a container of its own, {release['name']} {release['version']} has no runtime {runtime}"
    for setting, why in own.get("refuses", {}).items():
        yield f"no {setting}: {why}"


def _missing(settings: Data, engine: Data, train: str) -> Iterator[str]:
    how, by_chart = _way(engine, train)
    if not by_chart:
        better = [word for word in engine["modelCommands"] if word != how]
        known = f"has no {' and no '.join(better)}" if better else "does not know it"
        yield f"started by a command of its own, {_chart(train)} {known}"
    connector, why = _connector(engine, train)
    if settings["proxy"]["enabled"] is not False and not connector:
        yield f"no routing proxy: {why}"
    used = {entry["plugin"] for entries in settings["picker"]["profiles"].values() for entry in entries}
    for what, scorer in READ_BY.items():
        if scorer in used and not engine["metrics"][what]:
            yield f"no metric for the {scorer}"
    asked = {**settings["model"], **settings["decode"]}
    for setting, why in without(engine):
        if asked.get(setting) not in (None, False, 1):
            yield f"no {setting}: {why}"


def _way(engine: Data, train: str) -> tuple[str, bool]:
    """The first of its modelCommands that the train's chart has, and whether the chart brings the command."""
    takes = _modelservice(train)["modelCommands"]
    how = next((word for word in engine["modelCommands"] if word in takes), "")
    return how, bool(how and takes[how]["injects"])


def _connector(engine: Data, train: str) -> tuple[str, str]:
    """The connector that is rendered for it, when the train's proxy has it; else why there is none."""
    proxy = _versions(train)["proxy"]
    release = capabilities.routing_proxy(f"{proxy['image']}:{proxy['tag']}")
    if not engine["connectors"]:
        return "", _lack(engine, "connectors")
    first = str(engine["connectors"][0])
    known = tuple(release["connectors"]) if isinstance(release, capabilities.Release) else ()
    return (first, "") if first in known else ("", f"the routing proxy {proxy['tag']} has {', '.join(known)}")


def _lack(engine: Data, what: str) -> str:
    return cells.lack(engine, what)


def cell(guide: Source, *names: str, train: str = "") -> Cell:
    """The cell of a guide's first environment with these engines; with another where it wants several."""
    listed = catalogue.environment_source(catalogue.environments_of(guide)[0]).data["components"]
    chosen = [entry.partition("/") for entry in listed]
    own = [name for folder, _, name in chosen if folder == "engines"]
    if guide.data["engines"] == "several" and len(names) == 1:
        names = (*names, next(name for name in own if name not in names))
    others = {folder: name for folder, _, name in chosen}
    runs = cells.started(data(names[0]), catalogue.way_of(guide)).get("accelerators") or others["accelerators"].split()
    accelerator = others["accelerators"] if others["accelerators"] in runs else next(iter(runs))
    return Cell(names, others["gateways"], accelerator, train or others["versions"])


def _guides() -> list[Source]:
    return [catalogue.guide_source(name) for name in catalogue.guide_names()]


def _versions(train: str) -> Data:
    versions: Data = catalogue.component_data("versions", train)
    return versions


def _chart(train: str) -> str:
    chart = _versions(train)["charts"]["modelservice"]
    return f"{chart['name']} {chart['version']}"


def _modelservice(train: str) -> capabilities.Contract:
    chart = _versions(train)["charts"]["modelservice"]
    return capabilities.contract(chart["name"], chart["version"])


def _picker(train: str) -> capabilities.Contract:
    picker = _versions(train)["picker"]
    found = capabilities.picker(f"{picker['hub']}/{picker['name']}:{picker['tag']}")
    assert isinstance(found, capabilities.Release), found
    return found
