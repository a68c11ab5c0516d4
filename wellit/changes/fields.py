"""Where two states of an object differ, field by field, with what looks secret masked. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wellit.overrides import STARS, masked, masked_lines

# What the API server writes by itself into every object.
OWN = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "deletionTimestamp",
       "deletionGracePeriodSeconds")  # fmt: skip
# By what the items of a list are told apart, the first that all have and that no two share.
KEYS = ("name", "mountPath", "port", "containerPort", "key", "type", "ip")
SECRET = ("data", "stringData")


@dataclass(frozen=True)
class Field:
    """One difference: `before` and `after` are masked; None where there is nothing.

    `path` is written as in ``spec.template.spec.containers[vllm].args[3]``.
    """

    path: str
    before: Any = None
    after: Any = None

    def within(self, prefix: str) -> bool:
        """Whether the field is the one that `prefix` names, or below it."""
        return below(self.path, prefix)


def below(path: str, prefix: str) -> bool:
    """Whether a path is `prefix`, or leads on from it."""
    return path == prefix or path.startswith((f"{prefix}.", f"{prefix}["))


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """An object without its status and what the API server writes by itself."""
    about = {key: value for key, value in (item.get("metadata") or {}).items() if key not in OWN}
    return {key: value for key, value in item.items() if key not in ("status", "metadata")} | {"metadata": about}


def veiled(item: Mapping[str, Any]) -> dict[str, Any]:
    """An object with stars for what looks secret; of a Secret all that it holds."""
    shown: dict[str, Any] = masked_lines(masked(item))
    if item.get("kind") == "Secret":
        shown |= {part: dict.fromkeys(item[part], STARS) for part in SECRET if isinstance(item.get(part), Mapping)}
    return shown


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Field, ...]:
    """Every field in which two states of an object differ. The version of the API does not count."""
    was, becomes = plain(before), plain(after)
    for one in (was, becomes):
        one.pop("apiVersion", None)
    return tuple(_mapping(Pair(was, veiled(was)), Pair(becomes, veiled(becomes)), ""))


@dataclass(frozen=True)
class Pair:
    """A value, and how it is shown."""

    value: Any
    shown: Any

    def __getitem__(self, key: Any) -> Pair:
        # a mask keeps the shape of what it hides, but for text
        shown = self.shown[key] if isinstance(self.shown, type(self.value)) else self.shown
        return Pair(self.value[key], shown)


NOTHING = Pair(None, None)


def _mapping(before: Pair, after: Pair, path: str) -> Iterator[Field]:
    for key in [*before.value, *(key for key in after.value if key not in before.value)]:
        name = f"{path}.{key}" if path else str(key)
        if "." in str(key) or "/" in str(key):
            name = f"{path}[{key}]"
        was = before[key] if key in before.value else NOTHING
        becomes = after[key] if key in after.value else NOTHING
        yield from _value(was, becomes, name)


def _value(before: Pair, after: Pair, path: str) -> Iterator[Field]:
    if before.value == after.value:
        return
    if isinstance(before.value, Mapping) and isinstance(after.value, Mapping):
        yield from _mapping(before, after, path)
    elif isinstance(before.value, list) and isinstance(after.value, list):
        yield from _list(before, after, path)
    else:
        yield Field(path, before.shown, after.shown)


def _list(before: Pair, after: Pair, path: str) -> Iterator[Field]:
    key = _key(before.value, after.value)
    if key is None:
        yield from _rows(before, after, path)
        return
    was, becomes = ({item[key]: number for number, item in enumerate(one.value)} for one in (before, after))
    left, right = [name for name in was if name not in becomes], [name for name in becomes if name not in was]
    if len(left) == len(right) == 1 and all(
        _container(pair) for pair in (before[was[left[0]]], after[becomes[right[0]]])
    ):
        yield from _value(before[was.pop(left[0])], after[becomes.pop(right[0])], f"{path}[{left[0]} | {right[0]}]")
    for name in [*was, *(name for name in becomes if name not in was)]:
        one = before[was[name]] if name in was else NOTHING
        other = after[becomes[name]] if name in becomes else NOTHING
        yield from _value(one, other, f"{path}[{name}]")
    orders = [[name for name in one if name in was and name in becomes] for one in (was, becomes)]
    if orders[0] != orders[1]:
        yield Field(f"{path} (order)", orders[0], orders[1])


def _container(pair: Pair) -> bool:
    """One that takes the place of another is held against it, whatever their names."""
    return "image" in pair.value


def _key(*lists: Sequence[Any]) -> str | None:
    """By what the items of both lists are told apart."""
    for key in KEYS:
        if all(_keyed(key, one) for one in lists) and any(lists):
            return key
    return None


def _keyed(key: str, items: Sequence[Any]) -> bool:
    found = [item.get(key) for item in items if isinstance(item, Mapping)]
    plain = [one for one in found if isinstance(one, (str, int))]
    return len(plain) == len(items) == len(set(plain))


def _rows(before: Pair, after: Pair, path: str) -> Iterator[Field]:
    """Lists whose items have no names: what was put in, taken out, or put in the place of another."""
    was, becomes = ([json.dumps(item, sort_keys=True) for item in one.value] for one in (before, after))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, was, becomes, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for number in range(max(b - a, d - c)):
            left = before[a + number] if a + number < b else NOTHING
            right = after[c + number] if c + number < d else NOTHING
            at = c + number if right is not NOTHING else a + number
            yield from _value(left, right, f"{path}[{at}]")
