"""What was asked of a stack and what came back: plain data, which the checks judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wellit.prometheus import Page
from wellit.smoke.ask import Answer
from wellit.smoke.parts import Parts, Pool, Way

NO_ANSWER, NO_PAGE = Answer(), Page()


@dataclass(frozen=True)
class Road:
    """The base URL of something, or why there is none; `permitted` is False when the user lacks a permission."""

    url: str = ""
    said: str = ""
    why: str = ""
    fix: str = ""
    permitted: bool = True


@dataclass(frozen=True)
class Roads:
    """How everything is reached: `entry` by the way's number, `servers` by pod, `pickers` by pool."""

    entry: tuple[Road, ...]
    servers: Mapping[str, Road] = field(default_factory=dict)
    pickers: Mapping[str, Road] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """One look at the metrics of a pool's servers, by pod, and of its picker; `at` counts seconds."""

    servers: Mapping[str, Page] = field(default_factory=dict)
    picker: Page = NO_PAGE
    at: float = 0.0


NO_LOOK = Look()


@dataclass(frozen=True)
class OfWay:
    """What one way was asked, one after the other. `unknown` is the answer to a model that nobody serves, `named` the
    one to a request that names the model by the header of the route.

    `settled` is how many seconds it took until the gateway asked the picker.
    """

    way: Way
    models: Answer = NO_ANSWER
    completion: Answer = NO_ANSWER
    chat: Answer = NO_ANSWER
    stream: Answer = NO_ANSWER
    unknown: Answer = NO_ANSWER
    named: Answer = NO_ANSWER
    before: Look = NO_LOOK
    after: Look = NO_LOOK
    settled: float = 0.0

    @property
    def pods(self) -> set[str]:
        """The pods that say that they answered."""
        return {one.pod for one in (self.completion, self.chat, self.stream) if one.ok and one.pod}


@dataclass(frozen=True)
class Burst:
    """Many requests at once into one pool, no two prompts alike; `looks` were taken meanwhile."""

    pool: Pool
    answers: tuple[Answer, ...]
    before: Look
    looks: tuple[Look, ...]
    after: Look
    seconds: float


@dataclass(frozen=True)
class Group:
    """Requests that begin alike, one after the other; the first of them was new to every server."""

    answers: tuple[Answer, ...]
    before: Look
    after: Look


@dataclass(frozen=True)
class Prefixes:
    """Several groups of a pool."""

    pool: Pool
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Figures:
    """All of it. `ways` are those of the parts, in their order.

    `direct` has each server's answer to being asked by itself; `asked` counts all requests.
    """

    parts: Parts
    roads: Roads
    ways: tuple[OfWay, ...] = ()
    direct: Mapping[str, Answer] = field(default_factory=dict)
    bursts: tuple[Burst, ...] = ()
    prefixes: tuple[Prefixes, ...] = ()
    seconds: float = 0.0
    asked: int = 0
