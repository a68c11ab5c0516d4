"""The install that made a stack, from its record: the words that a person types to have the same again."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from wellit.catalogue import AXES
from wellit.compose import Choice
from wellit.record import Record


def words(known: Record) -> str:
    """``-g GUIDE -e ENVIRONMENT -n NAMESPACE``, and what was chosen besides."""
    said = ["-g", known.guide, "-e", known.environment, "-n", known.namespace]
    return shlex.join([*said, *chosen(known)])


@contextmanager
def choice(known: Record) -> Iterator[Choice]:
    """The choice that the record holds; its settings are a file as long as this lasts."""
    with tempfile.TemporaryDirectory(prefix="wellit-") as folder:
        file = Path(folder) / "recorded.yaml"
        file.write_text(yaml.safe_dump(dict(known.overrides)), encoding="utf-8")
        files = (str(file),) if known.overrides else ()
        size = None if known.size == "default" else known.size
        yield Choice(known.guide, known.environment, known.namespace, size=size, files=files)


def typed(known: Record) -> Choice:
    """The choice that the record holds, as if it were typed: a place in it is the words of a flag."""
    given = list(chosen(known))
    flags = [*zip(given[::2], given[1::2], strict=True)]
    axes = {flag.removeprefix("--"): value for flag, value in flags if flag.removeprefix("--") in AXES}
    sets = tuple(value for flag, value in flags if flag == "--set")
    size = None if known.size == "default" else known.size
    return Choice(known.guide, known.environment, known.namespace, axes, size, sets=sets)


def chosen(known: Record) -> Iterator[str]:
    """The size, the components and the settings that are not the environment's own."""
    if known.size != "default":
        yield from ("--size", known.size)
    axes = {folder: axis for axis, folder in AXES.items()}
    for key, value in known.overrides.items():
        if key == "components" and isinstance(value, Mapping):
            for folder, name in value.items():
                yield from (f"--{axes.get(folder, folder)}", str(name))
        elif key != "size":
            for path, leaf in _leaves(value, key):
                yield from ("--set", f"{path}={_typed(leaf)}")


def _leaves(data: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(data, Mapping) and data:
        for key, value in data.items():
            yield from _leaves(value, f"{path}.{key}")
    else:
        yield path, data


def _typed(value: Any) -> str:
    """A value as --set reads it, which is YAML: words as they are, where they are read as the same."""
    if isinstance(value, str):
        try:
            if yaml.safe_load(value) == value:
                return value
        except yaml.YAMLError:
            pass
    return json.dumps(value)
