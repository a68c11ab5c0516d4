"""What there is in this checkout: guides, environments, and the components of each axis; names that are not there."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wellit import paths, schema, source, stranger, ways
from wellit.errors import CannotAnswer, nearest, unknown
from wellit.findings import Location
from wellit.source import BadSource, Source
from wellit.ways import Way

AXES = {
    "engine": "engines",
    "gateway": "gateways",
    "accelerator": "accelerators",
    "versions": "versions",
    "charts": "charts",
}
DEFAULT_GUIDE = "inference-scheduling"


def guide_names() -> list[str]:
    """Every guide of this checkout."""
    return sorted(p.parent.name for p in paths.GUIDES.glob("*/guide.yaml"))


def component_names(axis: str) -> list[str]:
    """Every component of one axis (engine, gateway, accelerator, versions, charts)."""
    return sorted(p.stem for p in (paths.ENVIRONMENTS / AXES[axis]).glob("*.yaml"))


def trains(way: Way) -> list[str]:
    """Every release train of one way."""
    return [name for name in component_names("versions") if component_data("versions", name)["way"] == way.name]


def gateways(way: Way) -> list[str]:
    """Every gateway that a stack of one way can have."""
    names = component_names("gateway")
    return [name for name in names if not (way.no_gateway and component_data("gateway", name)["create"])]


def names_of(axis: str, way: Way) -> list[str]:
    """The components of one axis, without trains and gateways that do not go with a way."""
    cut = {"versions": trains, "gateway": gateways}.get(axis)
    return cut(way) if cut else component_names(axis)


def way_of(guide: Source) -> Way:
    """The way in which a guide's stacks are made."""
    return ways.way(guide.data["way"])


def environment_names() -> list[str]:
    """Every environment of this checkout, a person's own among them."""
    return sorted(p.stem for p in paths.ENVIRONMENTS.glob("*.yaml"))


def environment_source(name: str) -> Source:
    """The file of one environment. Raises BadSource when it is not of an environment's form."""
    return _checked(paths.ENVIRONMENTS / f"{name}.yaml", "environment")


def environments_of(guide: Source) -> list[str]:
    """The environments of a guide: those that its guide.yaml names, and those that name the guide."""
    name = guide.data["name"]
    own = [each for each in environment_names() if name in (environment_source(each).data.get("guides") or ())]
    return list(dict.fromkeys([*guide.data["environments"], *own]))


def is_own(environment: Source) -> bool:
    """Whether it is a person's own environment: it names its guides itself. The project's stand in guide.yaml."""
    return "guides" in environment.data


def guide_source(name: str) -> Source:
    """guide.yaml of one guide. Raises CannotAnswer for an unknown name, BadSource for a file of another form."""
    if name not in guide_names():
        raise unknown("guide", name, guide_names())
    return _checked(paths.GUIDES / name / "guide.yaml", "guide")


def settings_source() -> Source:
    """The settings that every guide has. Raises BadSource for a file of another form."""
    return _checked(paths.GUIDES / "settings.yaml", "settings")


def _checked(file: Path, kind: str) -> Source:
    """A file of this checkout, read once as long as it does not change."""
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read(file, kind, changed)


@functools.cache
def _read(file: Path, kind: str, _changed: int) -> Source:
    folder = paths.GUIDES if kind in ("guide", "settings") else paths.ENVIRONMENTS
    read = source.load(source.inside(file, folder, Location(paths.shown(file))))
    for finding in schema.check(read, form(read) if kind == "environment" else kind):
        raise BadSource(finding)
    return read


def form(environment: Source) -> str:
    """The schema of an environment: that of its train's way, as far as it names a train that there is."""
    listed = environment.data.get("components") if isinstance(environment.data, dict) else None
    for entry in listed if isinstance(listed, list) else []:
        folder, _, name = str(entry).partition("/")
        if folder == AXES["versions"] and name in component_names("versions"):
            return ways.way(component_data("versions", name)["way"]).environment
    return "environment"


def environment_of(name: str, guide: Source) -> Source:
    """The file of one environment of a guide. Raises CannotAnswer, in words, for a name that the guide has not."""
    has = environments_of(guide)
    if name in has:
        return environment_source(name)
    problem = unknown("environment", name, has)
    meant = {axis: name if name in component_names(axis) else stranger.alias(name, called(axis)) for axis in AXES}
    axes = [axis for axis, component in meant.items() if component]
    if axes:
        problem.write = f"{problem.write}; {name} is a component: --{axes[0]} {meant[axes[0]]}"
    elif name in environment_names():
        guides = [each for each in guide_names() if name in environments_of(guide_source(each))]
        problem.why = f"it is an environment of other guides: {', '.join(guides)}"
        if is_own(own := environment_source(name)):
            problem.where = str(own.at(("guides",)))
            problem.write = f"add {guide.data['name']} to its guides, or one of these: {', '.join(has)}"
    elif not nearest(name, has):
        why = ("it is neither an environment of this guide nor a component", stranger.of_llm_d(name, called("engine")))
        problem.why = "; ".join(filter(None, why))
        problem.write = f"{problem.write}; {stranger.instead(name, called('engine'))}"
    raise problem


def called(axis: str, way: Way | None = None) -> dict[str, list[str]]:
    """Every component of one axis, or those that go with a way, with what people call it: first its title."""
    names = names_of(axis, way) if way else component_names(axis)
    data = {name: component_data(axis, name) for name in names}
    return {name: [str(each.get("title", name)), *each.get("aliases", ())] for name, each in data.items()}


def titled(axis: str, word: str) -> str:
    """The component of this name, or of this title, in any case; "" when there is none."""
    known = called(axis)
    return next((name for name in known if word.lower() in (name, known[name][0].lower())), "")


def unknown_component(axis: str, name: str, way: Way, where: str = "") -> CannotAnswer:
    """The answer to a component that no file has: what there is for the way, what is nearest, how to add one."""
    if axis == "engine":
        return stranger.engine(name, called(axis), where=where)
    return stranger.component(axis, AXES[axis], name, called(axis, way), where=where)


def component_source(folder: str, name: str) -> Source:
    """The file of one component. Raises BadSource when it is not of a component's form."""
    return _checked(paths.ENVIRONMENTS / folder / f"{name}.yaml", "component")


def component_data(axis: str, name: str) -> Mapping[str, Any]:
    """What one component's file says below its axis."""
    data: Mapping[str, Any] = component_source(AXES[axis], name).data[axis]
    return data
