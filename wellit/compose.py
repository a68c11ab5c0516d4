"""A Stack: one guide in one environment plus what the person overrides, with the place each value came from.

The layers and their order are those of environments/helmfile.yaml.gotmpl, which does the same for plain helmfile;
a test holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from wellit import overrides, paths, schema, source
from wellit.errors import CannotAnswer, unknown
from wellit.findings import Location
from wellit.overrides import Layer
from wellit.source import BadSource, Key, Source

AXES = {
    "engine": "engines",
    "gateway": "gateways",
    "accelerator": "accelerators",
    "versions": "versions",
    "charts": "charts",
}
DEFAULT_GUIDE = "inference-scheduling"
DEFAULT_ENVIRONMENT = "default"
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True)
class Choice:
    """What a person asked for. `components` maps an axis (engine ...) to a name, `sets` are ``a.b=c`` words."""

    guide: str = DEFAULT_GUIDE
    environment: str = DEFAULT_ENVIRONMENT
    namespace: str | None = None
    components: Mapping[str, str] = field(default_factory=dict)
    size: str | None = None
    files: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


@dataclass
class Stack:
    """Everything needed to render one guide in one environment."""

    guide: Source
    environment: str
    namespace: str
    components: dict[str, str]
    size: str
    layers: list[Layer]
    overrides: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.guide.data["name"])

    @property
    def folder(self) -> Path:
        return paths.GUIDES / self.name

    @cached_property
    def values(self) -> dict[str, Any]:
        """The merged settings, later layers over earlier ones."""
        merged: dict[str, Any] = {}
        for layer in self.layers:
            merged = merge(merged, layer.data)
        return merged

    def get(self, path: str) -> Any:
        """The setting at a dotted path. Raises KeyError when there is none."""
        return source.lookup(self.values, path.split("."))

    def layer_of(self, keys: Iterable[Key]) -> int:
        """The number of the layer that last wrote the setting at `keys` itself, counted from 0; -1 when none did."""
        wanted = tuple(keys)
        wrote = (i for i, layer in enumerate(self.layers) if layer.source.has((*layer.under, *wanted)))
        return max(wrote, default=-1)

    def at(self, keys: Iterable[Key], *, key: bool = False) -> Location:
        """Where the setting at `keys` was last written; the nearest parent's place when it is not written itself."""
        wanted = tuple(keys)
        while True:
            for layer in reversed(self.layers):
                if layer.source.has((*layer.under, *wanted)) and (wanted or not layer.under):
                    return layer.source.at((*layer.under, *wanted), key=key)
            if not wanted:
                return Location(self.guide.name)
            wanted, key = wanted[:-1], False


def guide_names() -> list[str]:
    """Every guide of this checkout."""
    return sorted(p.parent.name for p in paths.GUIDES.glob("*/guide.yaml"))


def component_names(axis: str) -> list[str]:
    """Every component of one axis (engine, gateway, accelerator, versions, charts)."""
    return sorted(p.stem for p in (paths.ENVIRONMENTS / AXES[axis]).glob("*.yaml"))


def environment_source(name: str) -> Source:
    """The file of one environment. Raises BadSource when it is not of an environment's form."""
    return _checked(paths.ENVIRONMENTS / f"{name}.yaml", "environment")


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`: maps are merged, everything else is replaced (as helmfile does)."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def compose(choice: Choice) -> Stack:
    """Find and read all layers of what `choice` names.

    Raises CannotAnswer for an unknown guide, environment, component or size, a namespace that Kubernetes refuses,
    and a word after --set that is no ``a.b=c``; source.BadSource for a file that cannot be read.
    """
    guide = guide_source(choice.guide)
    environment = _environment(choice.environment, guide)
    given = [overrides.from_file(f) for f in choice.files] + [overrides.from_word(word) for word in choice.sets]
    said: dict[str, Any] = {}
    for layer in given:
        said = merge(said, layer.data)
    picked = {"components": {AXES[axis]: name for axis, name in choice.components.items()}} if choice.components else {}
    said = merge(said, picked | ({"size": choice.size} if choice.size else {}))
    components = _components(environment, said)
    size = _size(guide, said)
    layers = [_guide_layer(guide, size), Layer(guide, guide.data["settings"], ("settings",))]
    layers += [_component_layer(axis, name) for axis, name in components.items()]
    layers += _train_tag(components, layers)
    layers.append(Layer(guide, guide.data["sizes"][size] or {}, ("sizes", size)))
    layers += given
    namespace = checked_namespace(choice.namespace or str(guide.data["namespace"]))
    return Stack(guide, choice.environment, namespace, components, size, layers, said)


def guide_source(name: str) -> Source:
    """guide.yaml of one guide. Raises CannotAnswer for an unknown name, BadSource for a file of another form."""
    if name not in guide_names():
        raise unknown("guide", name, guide_names())
    return _checked(paths.GUIDES / name / "guide.yaml", "guide")


def _checked(file: Path, kind: str) -> Source:
    read = source.load(file)
    for finding in schema.check(read, kind):
        raise BadSource(finding)
    return read


def _environment(name: str, guide: Source) -> Source:
    has = guide.data["environments"]
    if name not in has:
        problem = unknown("environment", name, has)
        axes = [axis for axis in AXES if name in component_names(axis)]
        if axes:
            problem.write = f"{problem.write}; {name} is a component: --{axes[0]} {name}"
        else:
            engines = ", ".join(component_names("engine"))
            problem.why = f"it is neither an environment of this guide nor a component; engines here: {engines}"
            problem.write += f"; a new engine is one file, environments/engines/{name}.yaml"
        raise problem
    return environment_source(name)


def _components(environment: Source, said: Mapping[str, Any]) -> dict[str, str]:
    chosen = said.get("components") or {}
    axis_of = {folder: axis for axis, folder in AXES.items()}
    for folder in chosen:
        if folder not in axis_of:
            raise unknown("axis of components", str(folder), axis_of)
    result: dict[str, str] = {}
    for entry in environment.data["components"]:
        folder, _, name = entry.partition("/")
        result[folder] = str(chosen.get(folder, name))
    for folder, name in result.items():
        known = component_names(axis_of[folder])
        if name not in known:
            raise _unknown_component(axis_of[folder], name, known)
    return result


def _unknown_component(axis: str, name: str, known: list[str]) -> CannotAnswer:
    folder = AXES[axis]
    why = f"each {axis} is one file; to add one, write environments/{folder}/{name}.yaml"
    return unknown(axis, name, known, why=why)


def _size(guide: Source, said: Mapping[str, Any]) -> str:
    size = str(said.get("size", "default"))
    if size not in guide.data["sizes"]:
        raise unknown("size", size, guide.data["sizes"])
    return size


def checked_namespace(chosen: str) -> str:
    """`chosen`, when Kubernetes takes it for a namespace. Raises CannotAnswer."""
    if len(chosen) > 63 or not _NAMESPACE.fullmatch(chosen):
        mended = re.sub(r"[^a-z0-9-]+", "-", chosen.lower()).strip("-")[:63].strip("-")
        raise CannotAnswer(
            f'Kubernetes refuses the namespace "{chosen}"',
            why="a namespace is at most 63 lower-case letters, digits and dashes, with no dash first or last",
            write=f"-n {mended}" if mended else "-n my-namespace",
        )
    return chosen


def _guide_layer(guide: Source, size: str) -> Layer:
    about = {"guide": {"name": guide.data["name"], "namespace": guide.data["namespace"]}, "size": size}
    return Layer(source.parse("", guide.name), about)


def component_data(axis: str, name: str) -> Mapping[str, Any]:
    """What one component's file says."""
    data: Mapping[str, Any] = _component_layer(AXES[axis], name).data
    return data


def _component_layer(folder: str, name: str) -> Layer:
    read = _checked(paths.ENVIRONMENTS / folder / f"{name}.yaml", "component")
    return Layer(read, read.data)


def _train_tag(components: Mapping[str, str], layers: list[Layer]) -> list[Layer]:
    """The tag that the version train gives the engine instead of the engine's own."""
    for layer in layers:
        tags = (layer.data.get("versions") or {}).get("engineTags") or {}
        if tag := tags.get(components.get("engines")):
            train = layer.source
            mark = train.marks[("versions", "engineTags", components["engines"])]
            alias = Source(train.name, train.text, None, {("engine", "tag"): mark})
            return [Layer(alias, {"engine": {"tag": tag}})]
    return []
