"""dataclasses.dataclass, made in a fraction of its time.

It writes and compiles code for every method of every class: a hundred classes were a quarter of what one short command
took. Here that is done for ``__init__`` alone; equality, hash and repr are the same for all. What is frozen is held to
that by mypy, not at run time.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(kind=None, /, *, frozen=False, eq=True, repr=True):  # noqa: A002
        """The decorator, with those of its options that are in use."""

        def make(kind):
            own = vars(kind).copy()
            made = dataclasses.dataclass(eq=False, repr=False)(kind)
            if eq:
                made._compared = _getter([field.name for field in dataclasses.fields(made) if field.compare])
                made.__eq__ = own.get("__eq__", _equal)
                made.__hash__ = own.get("__hash__") or (_hash if frozen else None)
            if repr:
                made.__repr__ = own.get("__repr__", _repr)
            return made

        return make if kind is None else make(kind)


def _getter(names: list[str]) -> Any:
    return staticmethod(attrgetter(*names) if names else lambda _: ())


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))


@recursive_repr()
def _repr(self: Any) -> str:
    shown = [f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"
