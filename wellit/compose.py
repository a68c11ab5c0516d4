"""A Stack: one guide in one environment plus what the person overrides, with the place each value came from.

The layers and their order are those of environments/helmfile.yaml.gotmpl, which does the same for plain helmfile;
a test holds the two against each other.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wellit import catalogue, overrides, paths, source
from wellit.catalogue import AXES
from wellit.errors import CannotAnswer, unknown
from wellit.findings import Location
from wellit.overrides import Layer
from wellit.source import Key, Keys, Source
from wellit.ways import Way

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True)
class Choice:
    """What a person asked for. `components` maps an axis (engine ...) to a name, `sets` are ``a.b=c`` words.

    No environment is the guide's first. `bundle` is the folder of an unpacked bundle: upstream's charts come from it
    alone, and nothing is fetched.
    """

    guide: str = catalogue.DEFAULT_GUIDE
    environment: str = ""
    namespace: str | None = None
    components: Mapping[str, str] = field(default_factory=dict)
    size: str | None = None
    files: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    bundle: Path | None = None


@dataclass
class Stack:
    """Everything needed to render one guide in one environment."""

    guide: Source
    file: Source
    """The environment's."""
    environment: str
    namespace: str
    components: dict[str, str]
    """By the axis' folder; several engines stand with + between them."""
    size: str
    layers: list[Layer]
    overrides: dict[str, Any]
    bundle: Path | None = None
    """As the Choice has it."""

    @property
    def name(self) -> str:
        return str(self.guide.data["name"])

    @property
    def way(self) -> Way:
        """The way in which it is made."""
        return catalogue.way_of(self.guide)

    @property
    def folder(self) -> Path:
        return paths.GUIDES / self.name

    @functools.cached_property
    def values(self) -> dict[str, Any]:
        """The merged settings, later layers over earlier ones."""
        merged: dict[str, Any] = {}
        for layer in self.layers:
            merged = merge(merged, layer.data)
        return merged

    @property
    def engines(self) -> list[str]:
        """The names of its engines; mostly one."""
        return self.components["engines"].split("+")

    def chosen(self, axis: str) -> Location:
        """Where the component of an axis was chosen: a flag, a setting, or the environment's line."""
        keys = ("components", AXES[axis])
        if self.layer_of(keys) >= 0:
            return self.at(keys)
        listed = self.file.data["components"]
        return self.file.at(("components", next(i for i, c in enumerate(listed) if c.startswith(AXES[axis] + "/"))))

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


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`: maps are merged, everything else is replaced (as helmfile does)."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def compose(choice: Choice, *more: Layer) -> Stack:
    """Find and read all layers of what `choice` names; `more` is laid over what a person said.

    Raises CannotAnswer for an unknown guide, environment, component or size, a namespace that Kubernetes refuses,
    and a word after --set that is no ``a.b=c``; source.BadSource for a file that cannot be read.
    """
    guide = catalogue.guide_source(choice.guide)
    chosen = choice.environment or str(guide.data["environments"][0])
    environment = catalogue.environment_of(chosen, guide)
    given = [overrides.from_file(f) for f in choice.files] + [overrides.from_word(word) for word in choice.sets]
    given += [overrides.from_flag(f"--{a}", ("components", AXES[a]), name) for a, name in choice.components.items()]
    given += more
    sized = {"size": choice.size} if choice.size else {}
    said: dict[str, Any] = functools.reduce(merge, (*(layer.data for layer in given), sized), {})
    components = _components(environment, given, catalogue.way_of(guide))
    size = _size(guide, said)
    above = [Layer(guide, guide.data["sizes"][size] or {}, ("sizes", size))]
    above += [Layer(environment, environment.data.get("settings") or {}, ("settings",)), *given]
    own = (Layer(read, read.data["settings"], ("settings",)) for read in (catalogue.settings_source(), guide))
    others = (_component_layer(folder, name) for folder, name in components.items() if folder != "engines")
    layers = [_guide_layer(guide, size), *own, *others]
    build = _last([*layers, *above], "build")
    for name in components["engines"].split("+"):
        layers += _engine_layers(name, components, layers, build, catalogue.way_of(guide))
    layers += above
    namespace = checked_namespace(choice.namespace or str(guide.data["namespace"]))
    return Stack(guide, environment, chosen, namespace, components, size, layers, said, choice.bundle)


def _components(environment: Source, given: Iterable[Layer], way: Way) -> dict[str, str]:
    """The component of each axis by its folder: as the environment lists them, and as `given` lays over it."""
    axis_of = {folder: axis for axis, folder in AXES.items()}
    listed: dict[str, list[str]] = {}
    places: dict[str, Location] = {}
    for number, entry in enumerate(environment.data["components"]):
        folder, _, name = entry.partition("/")
        listed.setdefault(folder, []).append(name)
        places[f"{folder}/{name}"] = environment.at(("components", number))
    result = {folder: "+".join(names) for folder, names in listed.items()}
    for layer in given:
        for folder, chosen in _map(layer.data, "components").items():
            place = layer.source.at(("components", folder))
            if folder not in axis_of:
                raise unknown("axis of components", str(folder), axis_of, where="" if place.typed else str(place))
            result[folder] = str(chosen)
            places |= {f"{folder}/{name}": place for name in str(chosen).split("+")}
    for folder, chosen in result.items():
        known = catalogue.component_names(axis_of[folder])
        for name in chosen.split("+") if folder == "engines" else [chosen]:
            if name not in known:
                at = places.get(f"{folder}/{name}")
                raise catalogue.unknown_component(axis_of[folder], name, way, "" if at is None or at.typed else str(at))
        if len(set(chosen.split("+"))) < len(chosen.split("+")):
            twice = ", ".join(dict.fromkeys(chosen.split("+")))
            raise CannotAnswer(f"--engine {chosen} names an engine twice", write=f"several engines, once each: {twice}")
    return result


def _map(data: Any, *keys: str) -> Mapping[str, Any]:
    """The map at `keys`, empty when something else stands there: what it should be, the schema says."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


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


def _component_layer(folder: str, name: str) -> Layer:
    read = catalogue.component_source(folder, name)
    return Layer(read, read.data)


def _last(layers: Iterable[Layer], key: str) -> Any:
    """What the last layer that has `key` at its top says."""
    said = [layer.data[key] for layer in layers if key in layer.data]
    return said[-1] if said else None


def _engine_layers(name: str, components: Mapping[str, str], below: list[Layer], build: Any, way: Way) -> list[Layer]:
    """An engine's file, and over it what the train, the accelerator and the build have different.

    With several engines each hangs below ``engines.NAME``, not ``engine``; a way has its own block of an engine's file.
    """
    base = _component_layer("engines", name)
    to: Keys = ("engines", name) if "+" in components["engines"] else ("engine",)
    layers = [_moved(base, ("engine",), to)]
    block: tuple[str, ...] = (way.engine,) if way.engine else ()
    own = _map(base.data["engine"], *block)
    for layer in below:
        if tag := _map(layer.data, "versions", "engineTags").get(name):
            place = ("versions", "engineTags", name)
            marks = {(*to, *block, "tag"): layer.source.marks[place]}
            alias = Source(layer.source.name, layer.source.text, None, marks)
            layers.append(Layer(alias, overrides.below((*to, *block), {"tag": tag})))
    for variants, chosen in (("accelerators", components["accelerators"]), ("builds", build)):
        if isinstance(chosen, str) and _map(own, variants).get(chosen):
            layers.append(_moved(base, ("engine", *block, variants, chosen), (*to, *block)))
    return layers


def _moved(layer: Layer, taken: Keys, to: Keys) -> Layer:
    """What a layer has at the keys `taken`, as a layer that has it at `to`; each value keeps its place in the file."""
    file = layer.source
    marks = {(*to, *keys[len(taken) :]): mark for keys, mark in file.marks.items() if keys[: len(taken)] == taken}
    return Layer(Source(file.name, file.text, None, marks), overrides.below(to, source.lookup(layer.data, taken)))
