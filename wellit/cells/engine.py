"""What one engine is not for: a need of the guide, an accelerator, a build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import catalogue
from wellit.cells.kinds import Cell, Refusal
from wellit.errors import nearest
from wellit.source import Source
from wellit.ways import Way


def needs(guide: Source, name: str, engine: Mapping[str, Any]) -> Iterator[Refusal]:
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


def images(engine: Mapping[str, Any], way: Way, cell: Cell, build: Any) -> Iterator[Refusal]:
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


def apart(engine: Mapping[str, Any], way: Way, values: Mapping[str, Any]) -> Iterator[Refusal]:
    """Prefill servers of an engine whose block for the way does not say how they share the work."""
    own, prefill = started(engine, way), values.get("prefill") or {}
    if way.engine and own and prefill.get("replicas") and not own.get("disaggregation"):
        message = f"{engine['title']} has no prefill and decode apart by {way.title}"
        why = f"its file says {way.engine}.disaggregation: null"
        yield Refusal("prefill.replicas", message, why, "0")


def started(engine: Mapping[str, Any], way: Way) -> Mapping[str, Any]:
    """What an engine's file says of how it is started in a way; empty when it is not."""
    said: Mapping[str, Any] = (engine.get(way.engine) or {}) if way.engine else engine
    return said


def lack(engine: Mapping[str, Any], what: str, file: str = "its file") -> str:
    """Why an engine has not what a guide may need, as its file says it."""
    said = f"{file} says {what}: null" if what in engine else f"{file} says nothing of {what}"
    return str((engine.get("lacks") or {}).get(what, said))
