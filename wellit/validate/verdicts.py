"""Verdicts in the cache: findings, checks and reports as JSON, under a hash of all that they were made from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from wellit import paths, remembered
from wellit.findings import Check, Edit, Finding, Ignore, Location, Report

KIND = "verdicts"  # the folder of the cache
_TYPES: dict[str, Any] = {kind.__name__: kind for kind in (Check, Edit, Finding, Ignore, Location, Report)}


def of(name: str, make: Callable[[], list[Finding | Check]]) -> list[Finding | Check]:
    """What was said under this name before; else what `make` says. What could not be answered is asked again."""
    kept = recall(name)
    if isinstance(kept, list):
        return kept
    said = make()
    if not any(isinstance(item, Check) and item.status == "unknown" for item in said):
        keep(name, said)
    return said


def recall(name: str) -> Any:
    """What was kept, or None."""
    kept = remembered.recall(KIND, name)
    try:
        return None if kept is None else _built(kept)
    except (KeyError, TypeError):
        return None


def keep(name: str, said: Any) -> None:
    remembered.keep(KIND, name, _plain(said))


@functools.cache
def code() -> str:
    """A name for this program, its data, and the folder in which one is: names of files begin there."""
    files = remembered.below(paths.ROOT / "wellit", paths.SCHEMAS, paths.CHARTS)
    return remembered.key(str(Path.cwd()), remembered.states(files))


def components() -> list[tuple[str, str]]:
    """What is in the components, which rules read whatever a stack is made of."""
    return remembered.contents(remembered.below(*(f for f in sorted(paths.ENVIRONMENTS.iterdir()) if f.is_dir())))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return [type(value).__name__, {each.name: _plain(getattr(value, each.name)) for each in fields(value)}]
    if isinstance(value, list | tuple):
        return ["list" if isinstance(value, list) else "tuple", [_plain(item) for item in value]]
    if isinstance(value, dict):
        return ["dict", [[_plain(key), _plain(item)] for key, item in value.items()]]
    return value


def _built(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, inner = value
    if kind == "dict":
        return {_built(key): _built(item) for key, item in inner}
    if kind in ("list", "tuple"):
        items = [_built(item) for item in inner]
        return items if kind == "list" else tuple(items)
    return _TYPES[kind](**{name: _built(item) for name, item in inner.items()})
