"""Where a recorded stack is asked, and by whom it is answered: an engine, or something that stands in for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from wellit import live, smoke
from wellit.access import Access
from wellit.errors import CannotAnswer
from wellit.load.send import Way
from wellit.reach import Reach
from wellit.record import Record
from wellit.smoke import parts, roads
from wellit.smoke.ask import Answer, asker
from wellit.smoke.causes import Words
from wellit.smoke.figures import Road
from wellit.smoke.parts import Parts
from wellit.standin import POD_HEADER

SECONDS = 20.0  # for the first question; a gateway that has just come up needs a few


@dataclass(frozen=True)
class Target:
    """A stack that is open to be asked."""

    parts: Parts
    ways: tuple[Way, ...]
    reach: Reach
    said: str = ""  # how it is reached

    @property
    def engines(self) -> dict[str, str]:
        """For each model server's pod its engine."""
        return {server.name: server.engine.name for server in self.parts.servers}


@dataclass(frozen=True)
class Answers:
    """What /v1/models says: the models' names, whether all that was asked is a stand-in, whether the pod is named."""

    models: tuple[str, ...]
    stand_in: bool
    names_pod: bool = False


@contextmanager
def opened(access: Access, known: Record, reach: type[Reach] = Reach) -> Iterator[Target]:
    """The stack, as long as the block runs: through its gateway, or straight to a pod where it has none.

    Raises CannotAnswer when nothing of it takes requests.
    """
    now = live.look(access, known.namespace, known.all_objects())
    if simulated := smoke.simulated(access, now):
        raise CannotAnswer(_closed(known), why=simulated[0], write=simulated[1])
    if not known.entry:
        raise CannotAnswer(
            _closed(known), why="nothing of it takes requests", write=f"{_status(access, known)} shows what it has"
        )
    whole = parts.read(access, known, now.addresses)
    with reach(access, known.namespace) as reached:
        entries = [roads.entry(reached, access, whole, way) for way in whole.ways]
        made = [_way(whole, way, road, _status(access, known)) for way, road in zip(whole.ways, entries, strict=True)]
        yield Target(whole, tuple(made), reached, "; ".join(dict.fromkeys(road.said for road in entries)))


def _way(whole: Parts, way: parts.Way, road: Road, status: str) -> Way:
    if not road.url:
        raise CannotAnswer(_closed(whole.known), why=road.why, write=road.fix or f"{status} says where it stands")
    return Way(road.url, way.model, way.engine, way.path, way.headers)


def _status(access: Access, known: Record) -> str:
    return Words.of(access, known).invoke("status")


def _closed(known: Record) -> str:
    return f"{known.guide} in {known.namespace} cannot be asked, so no load is sent"


async def answers(ways: Sequence[Way], words: Words) -> list[Answers]:
    """What each way answers to the question for its models. Raises CannotAnswer when one does not answer it."""
    async with asker(SECONDS * len(ways)) as ask:
        return [_listed(way, words, await ask.get(way.url("models"), SECONDS, way.headers)) for way in ways]


def _listed(way: Way, words: Words, answer: Answer) -> Answers:
    cards = answer.data.get("data") if answer.ok and isinstance(answer.data, dict) else None
    try:
        names = tuple(str(one["id"]) for one in cards or ())
        if cards is not None:
            stand_in = bool(names) and all(one.get("stand_in") for one in cards)
            return Answers(names, stand_in, POD_HEADER in answer.headers)
    except (TypeError, KeyError, AttributeError):
        pass  # it is no list of models, and is told as it came
    raise CannotAnswer(
        f"{way.engine or 'the stack'} does not list its models, so no load is sent", where=way.url("models"),
        why=f"{answer.words}{f': {answer.evidence}' if answer.body else ''}",
        write=f"{words.invoke('doctor')}: it follows a request's way and says where it stops",
    )  # fmt: skip
