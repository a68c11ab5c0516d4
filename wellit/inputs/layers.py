"""Which of the values that a helmfile gives a release wrote a value last: a file, the helmfile itself, or its `set`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from wellit import paths, source
from wellit.findings import Finding, Location
from wellit.inputs.outline import Entry, Outline
from wellit.nested import Nested
from wellit.node import Also
from wellit.source import LOADER, BadSource, Key, Keys, Source


class Layers:
    """The layers of one release, in the order in which they are laid over each other."""

    def __init__(
        self, outline: Outline, folder: Path, release: Mapping[str, Any], of_environment: Sequence[Any]
    ) -> None:
        self.outline = outline
        self.folder = folder
        self.release = release
        self.of_environment = of_environment
        self.broken: list[Finding] = []
        self.values = [self._layer(given) for given in release.get("values") or ()]
        self.set = list(_set(release))

    def at(self, keys: Keys) -> Location:
        """Where a person would mend the value at `keys`."""
        return self._places(keys)[0]

    def also(self, keys: Keys) -> Also:
        return tuple(("passed on here", place) for place in self._places(keys)[1:])

    def set_over(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` with what the release sets laid over them, as helm does it."""
        made: dict[str, Any] = deepcopy(dict(values))
        for keys, value, _ in self.set:
            _put(made, keys, value)
        return made

    @property
    def files(self) -> list[Source]:
        """The files among them."""
        return [layer for layer in self.values if isinstance(layer, Source) and layer.text]

    @cached_property
    def _here(self) -> Keys:
        return self.outline.release(str(self.release["name"]), str(self.release.get("chart")))

    def _places(self, keys: Keys) -> list[Location]:
        for set_keys, _, name in reversed(self.set):
            if keys[: len(set_keys)] == set_keys:
                return [self.outline.at(self.outline.containing(self._here, name))]
        for cut in range(len(keys), 0, -1):
            for layer in reversed(self.values):
                if _has(layer, keys[:cut]):
                    return self._in(layer, keys)
        whole = next((entry for entry in self.outline.entries if entry.path == (*self._here, "values")), None)
        return [self.outline.at(whole)]

    def _in(self, layer: Source | Mapping[str, Any], keys: Keys) -> list[Location]:
        if isinstance(layer, Source):
            return [Nested(layer).at(keys)]
        entry = self.outline.written(self._here, keys, _value(layer, keys))
        setting = self._setting(entry, keys) if entry else None
        line = self.outline.at(entry)
        return [setting, line] if setting else [line]

    def _setting(self, entry: Entry, keys: Keys) -> Location | None:
        """The value in a file of the environment, when the helmfile only passes it on."""
        passed = self.outline.setting(entry)
        below = keys[len(entry.path) - len(self._here) - 2 :]
        for given in reversed(self.of_environment) if passed else ():
            file = self._layer(given) if isinstance(given, str) else None
            if isinstance(file, Source) and file.has(passed):
                return file.at((*passed, *below))
        return None

    def _layer(self, given: Any) -> Source | Mapping[str, Any]:
        """A file that is listed, or what stands in the helmfile itself. One that is broken has no places."""
        if not isinstance(given, str):
            return given if isinstance(given, Mapping) else {}
        file = self.folder / given
        name = paths.shown(file)
        try:
            if given.endswith(".gotmpl"):
                return source.parse_template(file.read_text(encoding="utf-8", errors="replace"), name)
            return source.load(file, name)
        except BadSource as bad:
            if not given.endswith(".gotmpl"):
                self.broken.append(bad.finding)
        except OSError:
            pass
        return Source(name, "", None, {(): (source.Mark(0, 0), source.Mark(0, 0), None)})


def _has(layer: Source | Mapping[str, Any], keys: Keys) -> bool:
    if isinstance(layer, Source):
        return layer.has(keys)
    try:
        source.lookup(layer, keys)
    except KeyError:
        return False
    return True


def _value(data: Any, keys: Keys) -> Any:
    try:
        return source.lookup(data, keys)
    except KeyError:
        return None


def _set(release: Mapping[str, Any]) -> list[tuple[Keys, Any, str]]:
    """What a release sets: path, value, and the name as it is written."""
    found = []
    for how, read in (("set", _typed), ("setString", str)):
        for one in release.get(how) or ():
            if isinstance(one, Mapping) and one.get("name") and ("value" in one or "values" in one):
                value = [read(word) for word in one["values"]] if one.get("values") else read(one.get("value"))
                found.append((_path(str(one["name"])), value, str(one["name"])))
    return found


def _path(name: str) -> Keys:
    """``decode.containers[0].image`` as helm reads it; a dot behind a backslash belongs to the name."""
    keys: list[Key] = []
    for part in re.split(r"(?<!\\)\.", name):
        word, *numbers = re.split(r"\[(\d+)\]", part)
        keys += [word.replace("\\.", ".")] if word else []
        keys += [int(number) for number in numbers if number.isdigit()]
    return tuple(keys)


def _typed(word: Any) -> Any:
    """A word as ``--set`` takes it: numbers, yes and no, and null are that."""
    if word in ("true", "false", "null") or re.fullmatch(r"-?\d+", str(word)):
        return yaml.load(str(word), LOADER)
    return word


def _put(data: Any, keys: Keys, value: Any) -> None:
    """Write a value; null takes its key away."""
    for key, following in pairwise(keys):
        if isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        elif isinstance(data, dict):
            if not isinstance(data.get(key), (dict, list)):
                data[key] = [] if isinstance(following, int) else {}
            data = data[key]
        else:
            return
    last = keys[-1]
    if isinstance(data, list) and isinstance(last, int):
        data[last : last + 1] = [value]
    elif isinstance(data, dict) and value is None:
        data.pop(last, None)
    elif isinstance(data, dict):
        data[last] = value
