"""Cells: a guide with one choice on each axis. Which of them are refused, why, and what is nearest.

All of it follows from data: in which way the guide's stacks are made (guides/ways.yaml), what it needs and refuses
(guide.yaml), where an engine runs and what it lacks (its file), and what the chart versions of the train know
(schemas/capabilities).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wellit import capabilities, catalogue, source, ways
from wellit.errors import nearest
from wellit.findings import Location
from wellit.source import Source
from wellit.ways import Way


@dataclass(frozen=True)
class Cell:
    """One choice on each axis, charts left out: both kinds of charts render the same."""

    engines: tuple[str, ...]
    gateway: str
    accelerator: str
    versions: str

    def __str__(self) -> str:
        return f"{'+'.join(self.engines)}, {self.gateway}, {self.accelerator}, {self.versions}"


@dataclass(frozen=True)
class Refusal:
    """Why a cell is refused. `axis` (or the dotted path of a setting) is what to change, `write` to what."""

    axis: str
    message: str
    why: str
    write: str
    also: tuple[tuple[str, Location], ...] = ()


def refusal(guide: Source, cell: Cell, values: Mapping[str, Any] | None = None) -> Refusal | None:
    """Why a cell is refused, or None. `values` are the stack's; without them, the guide's own settings."""
    settings = values if values is not None else guide.data["settings"]
    return next(_refusals(guide, cell, settings), None)


def cells(guide: Source) -> Iterator[Cell]:
    """Every cell of a guide, refused or not, with trains and gateways of its way alone.

    Several engines are those of its environments.
    """
    way = catalogue.way_of(guide)
    if guide.data["engines"] == "several":
        files = (catalogue.environment_source(name) for name in catalogue.environments_of(guide))
        engines = [tuple(c.partition("/")[2] for c in f.data["components"] if c.startswith("engines/")) for f in files]
    else:
        engines = [(name,) for name in catalogue.component_names("engine")]
    others = (catalogue.gateways(way), catalogue.component_names("accelerator"), catalogue.trains(way))
    for chosen in itertools.product(dict.fromkeys(engines), *others):
        yield Cell(*chosen)


def changed(cell: Cell, axis: str, name: str) -> Cell:
    """The cell with another choice on one axis; several engines stand with + between them."""
    if axis == "engine":
        return replace(cell, engines=tuple(name.split("+")))
    chosen = {"gateway": cell.gateway, "accelerator": cell.accelerator, "versions": cell.versions} | {axis: name}
    return Cell(cell.engines, **chosen)


def _refusals(guide: Source, cell: Cell, values: Mapping[str, Any]) -> Iterator[Refusal]:
    engines = {name: catalogue.component_data("engine", name) for name in cell.engines}
    way, train = catalogue.way_of(guide), catalogue.component_data("versions", cell.versions)
    yield from _of_another_way(guide, way, train)
    yield from _no_gateway(guide, way, cell)
    yield from _number(guide, cell)
    yield from _said(guide, cell, values)
    for name, engine in engines.items():
        yield from _needs(guide, name, engine)
        yield from _images(engine, way, cell, values.get("build"))
    if "modelservice" in train["charts"]:
        yield from _started(engines, train)
        yield from _accelerator(cell, train)
    if "gateway" in train["charts"]:
        yield from _gateway(cell, train)
    yield from _one_pool(engines, values)
    yield from _told_apart(engines, values)


def _of_another_way(guide: Source, way: Way, train: Mapping[str, Any]) -> Iterator[Refusal]:
    if train["way"] != way.name:
        other = ways.way(train["way"])
        message = f"{train['name']} is a release train of {other.title}, and {guide.data['name']} goes with {way.title}"
        why = f"such a stack is {way.summary}"
        yield Refusal("versions", message, why, " or ".join(f"--versions {t}" for t in reversed(catalogue.trains(way))))


def _no_gateway(guide: Source, way: Way, cell: Cell) -> Iterator[Refusal]:
    if cell.gateway not in (known := catalogue.gateways(way)):
        message = f"{guide.data['name']} takes no gateway, and {cell.gateway} is one"
        yield Refusal("gateway", message, way.no_gateway, " or ".join(f"--gateway {name}" for name in known))


def _number(guide: Source, cell: Cell) -> Iterator[Refusal]:
    name, several = guide.data["name"], guide.data["engines"] == "several"
    if several == (len(cell.engines) > 1):
        return
    wants = "two engines or more, side by side" if several else "one engine"
    write = "--engine vllm+sglang" if several else f"--engine {cell.engines[0]}, or -g multi-engine"
    yield Refusal("engine", f"the guide {name} takes {wants}, not {' and '.join(cell.engines)}", "", write)


def _said(guide: Source, cell: Cell, values: Mapping[str, Any]) -> Iterator[Refusal]:
    for number, refused in enumerate(guide.data["refuses"]):
        if not holds(refused["when"], cell, values):
            continue
        axis = next(iter(refused["when"]))
        axis = next(iter(refused["when"]["settings"])) if axis == "settings" else axis
        wanted = refused["when"].get("settings", {})
        settings = [f"{path} {'null' if said is None else said}" for path, said in wanted.items()]
        what = [_of(cell, a) for a in refused["when"] if a != "settings"] + settings
        message = f"{guide.data['name']} is refused with {' and '.join(what)}"
        also = (("refused here", guide.at(("refuses", number))),)
        yield Refusal(axis, message, refused["because"], _flags(refused["nearest"]), also)


def _needs(guide: Source, name: str, engine: Mapping[str, Any]) -> Iterator[Refusal]:
    for number, need in enumerate(guide.data["needs"]):
        if engine.get(need):
            continue
        having = [e for e in catalogue.component_names("engine") if catalogue.component_data("engine", e).get(need)]
        way = catalogue.way_of(guide)
        message = f"{guide.data['name']} needs an engine with {need}, and {engine['title']} has none"
        if need == way.engine:
            message = (
                f"{guide.data['name']} needs an engine that is started by {way.title}, and {engine['title']} is not"
            )
        why = lack(engine, need, f"environments/engines/{name}.yaml")
        write = " or ".join(f"--engine {e}" for e in having) or f"an engine whose file has {need}"
        yield Refusal("engine", message, why, write, (("needed here", guide.at(("needs", number))),))


def _images(engine: Mapping[str, Any], way: Way, cell: Cell, build: Any) -> Iterator[Refusal]:
    title, own = engine["title"], started(engine, way)
    runs = own["accelerators"]
    if cell.accelerator not in runs:
        why = f"its file names an image for {', '.join(runs)}"
        others = [
            e
            for e in catalogue.component_names("engine")
            if (data := started(catalogue.component_data("engine", e), way))
            and cell.accelerator in data["accelerators"]
        ]
        write = " or ".join([f"--accelerator {next(iter(runs))}", *(f"--engine {other}" for other in others)])
        yield Refusal("accelerator", f"there is no image of {title} for {cell.accelerator}", why, write)
    elif build and build not in own["builds"]:
        known = ", ".join(own["builds"]) or "none"
        write = nearest(str(build), own["builds"]) or "null"
        yield Refusal("build", f'{title} has no build "{build}"', f"its file has: {known}", write)
    elif build and runs[cell.accelerator].get("image"):
        why = f"on {cell.accelerator} it needs an image of its own: {runs[cell.accelerator]['image']}"
        yield Refusal("build", f"the build {build} of {title} is none for {cell.accelerator}", why, "null")


def started(engine: Mapping[str, Any], way: Way) -> Mapping[str, Any]:
    """What an engine's file says of how it is started in a way; empty when it is not."""
    said: Mapping[str, Any] = (engine.get(way.engine) or {}) if way.engine else engine
    return said


def lack(engine: Mapping[str, Any], what: str, file: str = "its file") -> str:
    """Why an engine has not what a guide may need, as its file says it."""
    said = f"{file} says {what}: null" if what in engine else f"{file} says nothing of {what}"
    return str((engine.get("lacks") or {}).get(what, said))


def _started(engines: Mapping[str, Mapping[str, Any]], train: Mapping[str, Any]) -> Iterator[Refusal]:
    chart = train["charts"]["modelservice"]
    takes = capabilities.contract(chart["name"], chart["version"])["modelCommands"]
    for engine in engines.values():
        if not set(engine["modelCommands"]) & set(takes):
            message = f"{chart['name']} {chart['version']} takes none of {engine['title']}'s modelCommands"
            yield Refusal("engine", message, f"it takes {', '.join(takes)}", "modelCommands: [custom], with a command")


def _gateway(cell: Cell, train: Mapping[str, Any]) -> Iterator[Refusal]:
    gateway = catalogue.component_data("gateway", cell.gateway)
    chart = train["charts"]["gateway"]
    can = capabilities.contract(chart["name"], chart["version"])
    if not gateway["create"] or _made(gateway, can) in can["classes"]:
        return
    newest = capabilities.contract(chart["name"], capabilities.versions(chart["name"])[-1])
    files = {name: catalogue.component_data("gateway", name) for name in catalogue.component_names("gateway")}
    known = [name for name, other in files.items() if other["create"] and _made(other, can) in can["classes"]]
    near = [name for name in known if newest["classAliases"].get(files[name]["className"]) == cell.gateway] or known
    message = f"the train {cell.versions} does not know the gateway {cell.gateway}"
    why = f"{chart['name']} {chart['version']} makes gateways of the classes {', '.join(can['classes'])}"
    yield Refusal("gateway", message, why, " or ".join(f"--gateway {name}" for name in near))


def _made(gateway: Mapping[str, Any], can: Mapping[str, Any]) -> str:
    """The class that a version of the gateway's chart makes of a gateway's."""
    name = gateway["className"]
    return str(can["classAliases"].get(name, name))


def _accelerator(cell: Cell, train: Mapping[str, Any]) -> Iterator[Refusal]:
    chart = train["charts"]["modelservice"]
    known = capabilities.contract(chart["name"], chart["version"])["accelerators"]
    kind = catalogue.component_data("accelerator", cell.accelerator)["type"]
    if kind not in known:
        message = f"the train {cell.versions} does not know the accelerator {kind}"
        why = f"{chart['name']} {chart['version']} would ask for nvidia.com/gpu; it knows {', '.join(known)}"
        yield Refusal("accelerator", message, why, "--accelerator nvidia")


def _one_pool(engines: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[Refusal]:
    """Servers of one pool are asked alike: for one model, and for their metrics at one path."""
    if (values.get("route") or {}).get("by") != "pool":
        return
    models = {name: model_of(values, name) for name in engines}
    if len(set(models.values())) > 1:
        served = ", ".join(f"{name} {model}" for name, model in models.items())
        why = f"the picker sends any request to any server of its pool, and here they serve {served}"
        yield Refusal("route.by", "one pool cannot hold servers of different models", why, "path")
    asked = {name: engine["metrics"]["path"] for name, engine in engines.items()}
    if len(set(asked.values())) > 1:
        why = "the picker asks all servers of a pool at one path: " + ", ".join(f"{n} {p}" for n, p in asked.items())
        yield Refusal("route.by", f"{' and '.join(engines)} cannot share a pool", why, "path")


def _told_apart(engines: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[Refusal]:
    """By the body, the model's name is all that tells whose request it is."""
    if (values.get("route") or {}).get("by") != "body":
        return
    models = {name: model_of(values, name) for name in engines}
    if len(set(models.values())) < len(models):
        message = f"{' and '.join(engines)} serve the same model name, which is what tells their requests apart"
        why = ", ".join(f"{name} serves {model}" for name, model in models.items())
        name, model = next(reversed(models.items()))
        yield Refusal("route.by", message, why, f"perEngine: {{{name}: {{model: {{servedName: {model}-{name}}}}}}}")


def model_of(values: Mapping[str, Any], engine: str) -> str:
    """The model name that an engine of a stack answers to."""
    own = ((values.get("perEngine") or {}).get(engine) or {}).get("model") or {}
    model = {**values["model"], **own}
    return str(model.get("servedName") or model["name"])


def holds(when: Mapping[str, Any], cell: Cell, values: Mapping[str, Any]) -> bool:
    return all(
        _settings_hold(names, values) if axis == "settings" else _is(cell, axis, names) for axis, names in when.items()
    )


def _is(cell: Cell, axis: str, names: str | Sequence[str]) -> bool:
    wanted = {names} if isinstance(names, str) else set(names)
    return bool(wanted & (set(cell.engines) if axis == "engine" else {getattr(cell, axis)}))


def _settings_hold(wanted: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    try:
        return all(source.lookup(values, path.split(".")) == value for path, value in wanted.items())
    except KeyError:
        return False


def _of(cell: Cell, axis: str) -> str:
    return "+".join(cell.engines) if axis == "engine" else str(getattr(cell, axis))


def _flags(instead: Mapping[str, Any]) -> str:
    said = [f"--set {path}={value}" for path, value in instead.get("settings", {}).items()]
    names = [
        f"-g {name}" if axis == "guide" else f"--{axis} {name}" for axis, name in instead.items() if axis != "settings"
    ]
    return " ".join([*names, *said])
