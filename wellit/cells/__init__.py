"""Cells: a guide with one choice on each axis. Which of them are refused, why, and what is nearest.

All of it follows from data: in which way the guide's stacks are made (guides/ways.yaml), what it needs and refuses
(guide.yaml), where an engine runs and what it lacks (its file), and what the chart versions of the train know
(schemas/capabilities).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wellit import catalogue, source, ways
from wellit.cells import beside, charts
from wellit.cells import engine as of_engine
from wellit.cells.beside import model_of as model_of
from wellit.cells.engine import lack as lack
from wellit.cells.engine import started as started
from wellit.cells.kinds import Cell as Cell
from wellit.cells.kinds import Refusal as Refusal
from wellit.source import Source
from wellit.ways import Way


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
    others = (catalogue.names_of(axis, way) for axis in ("gateway", "accelerator", "versions"))
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
        yield from of_engine.needs(guide, name, engine)
        yield from of_engine.images(engine, way, cell, values.get("build"))
        yield from of_engine.apart(engine, way, values)
    yield from charts.runtime(train, values)
    if "modelservice" in train["charts"]:
        yield from charts.by_chart(engines, train)
        yield from charts.accelerator(cell, train)
    if "gateway" in train["charts"]:
        yield from charts.gateway(cell, train)
    yield from beside.one_pool(engines, values)
    yield from beside.told_apart(engines, values)


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
        settings = [f"{path} {_shown(said)}" for path, said in wanted.items()]
        what = [_of(cell, a) for a in refused["when"] if a != "settings"] + settings
        message = f"{guide.data['name']} is refused with {' and '.join(what)}"
        also = (("refused here", guide.at(("refuses", number))),)
        yield Refusal(axis, message, refused["because"], _flags(refused["nearest"]), also)


def holds(when: Mapping[str, Any], cell: Cell, values: Mapping[str, Any]) -> bool:
    return all(
        _settings_hold(names, values) if axis == "settings" else _is(cell, axis, names) for axis, names in when.items()
    )


def _is(cell: Cell, axis: str, names: str | Sequence[str]) -> bool:
    wanted = {names} if isinstance(names, str) else set(names)
    return bool(wanted & (set(cell.engines) if axis == "engine" else {getattr(cell, axis)}))


def _settings_hold(wanted: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    try:
        return all(_fits(source.lookup(values, path.split(".")), value) for path, value in wanted.items())
    except KeyError:
        return False


def _fits(value: Any, wanted: Any) -> bool:
    return bool(value != wanted["not"] if isinstance(wanted, Mapping) else value == wanted)


def _shown(wanted: Any) -> str:
    if isinstance(wanted, Mapping):
        return f"that is not {wanted['not']}"
    return "null" if wanted is None else str(wanted)


def _of(cell: Cell, axis: str) -> str:
    return "+".join(cell.engines) if axis == "engine" else str(getattr(cell, axis))


def _flags(instead: Mapping[str, Any]) -> str:
    said = [f"--set {path}={_shown(value)}" for path, value in instead.get("settings", {}).items()]
    short = {"guide": "-g", "environment": "-e"}
    names = [f"{short.get(axis, f'--{axis}')} {name}" for axis, name in instead.items() if axis != "settings"]
    return " ".join([*names, *said])
