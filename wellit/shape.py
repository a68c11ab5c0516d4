"""Whether data that came from outside has the form that a dataclass says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints


def misfits(body: Mapping[str, Any], form: type) -> list[str]:
    """The names in `body` that `form` does not have, or whose values are not of the form that it says."""
    hints = _hints(form)
    return sorted(name for name, value in body.items() if name not in hints or not _fits(value, hints[name]))


@cache
def _hints(form: type) -> dict[str, Any]:
    return get_type_hints(form)


def _fits(value: Any, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin is Literal:
        return value in inner
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        each = (inner[0],) * len(value) if inner[-1] is Ellipsis else inner
        return len(each) == len(value) and all(map(_fits, value, each))
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(_fits(k, inner[0]) and _fits(v, inner[1]) for k, v in value.items())
    return isinstance(value, hint) and not (hint is int and isinstance(value, bool))
