"""Our dataclass does what Python's own does, but for what is written in its documentation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from wellit import dataclass as ours

Decorator = Callable[..., Callable[[type], Any]]


def classes(decorate: Decorator) -> list[Any]:
    """The forms that are in use, made by one decorator."""

    class Point:
        """A value."""

        x: int
        y: list[int] = field(default_factory=list, compare=False)
        z: str = field(default="", repr=False)

        @property
        def sum(self) -> int:
            return self.x + len(self.z)

    class One:
        """A single field."""

        x: tuple[int, ...] = ()

    class Own:
        """With a repr of its own."""

        x: int = 0

        def __repr__(self) -> str:
            return "own"

    class Nothing:
        """No field at all."""

    made = [decorate(frozen=True)(kind) for kind in (Point, One, Own, Nothing)]

    below = type("Below", (made[0],), {"__annotations__": {"more": "int"}, "more": 0, "__doc__": "Of a parent."})
    return [*made, decorate(frozen=True)(below)]


@pytest.mark.parametrize("number", range(5))
def test_values_are_equal_and_hashed_and_shown_alike(number: int) -> None:
    words: list[dict[str, Any]] = [
        {"x": 1},
        {"x": 1, "y": [2]},
        {"x": 2, "z": "a"},
        {"x": (1,)},
        {},
        {"x": 1, "more": 2},
    ]
    told: list[Any] = []
    for decorate in (ours.dataclass, dataclasses.dataclass):
        kind = classes(decorate)[number]
        made = []
        for said in words:
            try:
                made.append(kind(**said))
            except TypeError as problem:
                made.append(str(problem))
        equal = [[one == other for other in made] for one in made]
        hashed = [[hash(one) == hash(other) for other in made] for one in made]
        told.append((equal, hashed, [repr(one).replace("classes.<locals>.", "") for one in made], made[0] == 1))
    assert told[0] == told[1]


def test_what_is_not_frozen_has_no_hash_and_what_has_no_equality_is_itself_alone() -> None:
    @ours.dataclass
    class Open:
        x: int = 0

    @ours.dataclass(frozen=True, eq=False)
    class Itself:
        x: int = 0

    with pytest.raises(TypeError, match="unhashable"):
        hash(Open())
    assert Open() == Open()
    assert Itself() != Itself()
    assert len({Itself(), Itself()}) == 2
    assert dataclasses.replace(Itself(1), x=2).x == 2
