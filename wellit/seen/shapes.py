"""Whether a value has the shape that a program decodes: which keys there are, and of which type each is.

A shape is written in capability data: a word (str, int, float, bool, duration, quantity, map, any), ``[shape]`` for a
list, or a map of keys to shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit.flags.values import is_duration
from wellit.node import Node, whole
from wellit.quantities import readable

SPOKEN = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "map": "a map",
    "duration": "a time with its unit, as text: 200ms", "quantity": "a quantity: 16Gi",
}  # fmt: skip


@dataclass(frozen=True)
class Misfit:
    """A value that does not fit: `known` are the keys that may stand where an unknown one does, `wanted` the type."""

    node: Node
    known: tuple[str, ...] = ()
    wanted: str = ""


def misfits(node: Node, shape: Any, *, exact: bool) -> Iterator[Misfit]:
    """What does not fit below `node`; keys count with their letters' case when `exact`. A null always fits."""
    if node.value is None or shape == "any":
        return
    if isinstance(shape, Mapping):
        yield from _map(node, shape, exact)
    elif isinstance(shape, (tuple, list)):
        if not isinstance(node.value, list):
            yield Misfit(node, wanted="a list")
        for member in node:
            yield from misfits(member, shape[0], exact=exact)
    elif not _fits(node.value, shape):
        yield Misfit(node, wanted=SPOKEN[shape])


def _map(node: Node, shape: Mapping[str, Any], exact: bool) -> Iterator[Misfit]:
    if not isinstance(node.value, Mapping):
        yield Misfit(node, wanted=SPOKEN["map"])
        return
    by_name = {key if exact else key.lower(): inner for key, inner in shape.items()}
    for key, member in node.items():
        name = key if exact else key.lower()
        if name not in by_name:
            yield Misfit(member, known=tuple(shape))
        else:
            yield from misfits(member, by_name[name], exact=exact)


def _fits(value: Any, word: str) -> bool:
    if word == "map":
        return isinstance(value, Mapping)
    if word == "bool":
        return isinstance(value, bool)
    if isinstance(value, str) and "{{" in value:
        return True  # a template: nobody knows what it becomes
    if word in ("int", "float"):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and (word == "float" or float(value).is_integer())
    if word == "duration":
        return isinstance(value, str) and is_duration(value)
    if word == "quantity":
        return not isinstance(value, bool) and readable(str(value))
    return isinstance(value, str)


def meant(misfit: Misfit) -> str:
    """The same value in the type that is wanted, where there is one for sure; else ""."""
    value, number = misfit.node.value, whole(misfit.node.value)
    if misfit.wanted in (SPOKEN["int"], SPOKEN["float"]) and isinstance(value, str) and number is not None:
        return str(number)
    if misfit.wanted == SPOKEN["bool"] and str(value).lower() in ("true", "false"):
        return str(value).lower()
    return ""
