"""Two descriptions held against each other. Pure: nothing is read, nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.compare import matters
from wellit.compare.description import ENGINES, ROLES, Description, Fact, Part

LAST = ("mount ", "file ", "env ", "label ")
THERE = ""  # the name of the fact that the part is there at all


@dataclass(frozen=True)
class Line:
    """One fact of both sides. `what` is "" when the part as a whole is on one side only.

    `matters` says what the difference breaks or changes, `aligns` the words that would make the side `of` as the other.
    """

    role: str
    part: str
    what: str
    a: Fact | None
    b: Fact | None
    matters: tuple[str, ...] = ()
    of: str = ""
    aligns: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return self.a is not None and self.b is not None and self.a.value == self.b.value


@dataclass(frozen=True)
class Uncompared:
    """What one side does not say; `what` is "" for the whole role."""

    role: str
    part: str
    what: str
    side: str
    because: str


@dataclass(frozen=True)
class Comparison:
    """The result: every line, and what could not be compared."""

    a: Description
    b: Description
    lines: tuple[Line, ...] = ()
    uncompared: tuple[Uncompared, ...] = ()

    @property
    def different(self) -> list[Line]:
        return [line for line in self.lines if not line.same]

    @property
    def aligns(self) -> tuple[str, tuple[str, ...]]:
        """The side that is a stack of ours, and all words together that would make it as the other."""
        told = [line for line in self.different if line.aligns]
        words = dict.fromkeys(word for line in told for word in line.aligns)
        return (told[0].of if told else ""), tuple(sorted(words, key=lambda word: word.startswith("--set")))

    @property
    def answered(self) -> bool:
        """Whether anything could be compared at all."""
        return bool(self.lines)

    @property
    def exit_code(self) -> int:
        """0 the same, 1 different, 2 could not answer."""
        return 2 if not self.answered else 1 if self.different else 0


def compare(a: Description, b: Description) -> Comparison:
    """The difference of two stacks by meaning."""
    lines: list[Line] = []
    uncompared: list[Uncompared] = []
    for role in ROLES:
        for item in _role(role, a, b):
            (lines if isinstance(item, Line) else uncompared).append(item)  # type: ignore[arg-type]
    return Comparison(a, b, tuple(matters.marked(a, b, lines)), tuple(uncompared))


def _role(role: str, a: Description, b: Description) -> Iterator[Line | Uncompared]:
    for name, left, right in pairs(a.of(role), b.of(role)):
        if left and right:
            yield from _facts(left, right, name)
            continue
        side, one = ("B", b) if left else ("A", a)
        if role in one.unsaid:
            yield Uncompared(role, name, "", side, one.unsaid[role])
        else:
            yield Line(role, name, THERE, _there(left), _there(right))


def _there(part: Part | None) -> Fact | None:
    if part is None:
        return None
    return Fact(part.says("engine") if part.role in ENGINES and part.says("engine") else "there")


def pairs(left: list[Part], right: list[Part]) -> Iterator[tuple[str, Part | None, Part | None]]:
    """The parts that belong together: by name, then those that are left when each side has one.

    The name with each pair is empty where no side has several.
    """
    if len(left) <= 1 and len(right) <= 1:
        if left or right:
            yield "", next(iter(left), None), next(iter(right), None)
        return
    others = {part.name: part for part in right}
    both = [(part, others.pop(part.name)) for part in left if part.name in others]
    yield from ((part.name, part, other) for part, other in both)
    alone = [part for part in left if part not in [one for one, _ in both]]
    rest = list(others.values())
    if len(alone) == len(rest) == 1:
        yield f"{alone[0].name} | {rest[0].name}", alone[0], rest[0]
        return
    yield from ((part.name, part, None) for part in alone)
    yield from ((part.name, None, part) for part in rest)


def _facts(left: Part, right: Part, name: str) -> Iterator[Line | Uncompared]:
    wanted = [what for what in left.facts if what in right.facts or not _headless(what, left, right)]
    wanted += [what for what in right.facts if what not in left.facts and not _headless(what, right, left)]
    for what in _ordered(wanted, left, right):
        a, b = left.facts.get(what), right.facts.get(what)
        because = _unsaid(left, what, b) if a is None else _unsaid(right, what, a) if b is None else ""
        if because:
            yield Uncompared(left.role, name, what, "A" if a is None else "B", because)
        else:
            yield Line(left.role, name, what, a, b)


def _headless(what: str, here: Part, there: Part) -> bool:
    """Whether the fact belongs to one that the other side does not have at all: that is told, and is enough."""
    head = here.under.get(what)
    return head is not None and head not in there.facts


def _unsaid(part: Part, what: str, other: Fact | None) -> str:
    """Why the part does not say what the other one says; "" when it says that there is no such thing."""
    if what in part.unsaid:
        return part.unsaid[what]
    flag = what.startswith("-") or (other is not None and bool(other.by))
    return (flag and part.unsaid.get("--")) or part.unsaid.get("*", "")


def _ordered(whats: list[str], left: Part, right: Part) -> list[str]:
    """In the order of the left side; what only the right has comes behind what it follows there."""
    order = list(whats[: len([what for what in whats if what in left.facts])])
    before = list(right.facts)
    for what in whats[len(order) :]:
        known = [w for w in before[: before.index(what)] if w in order]
        order.insert(order.index(known[-1]) + 1 if known else len(order), what)
    return sorted(order, key=_rank)


def _rank(what: str) -> int:
    """The facts that there are many of come last, each sort together."""
    return next((rank for rank, start in enumerate(LAST, 1) if what.startswith(start)), 0)
