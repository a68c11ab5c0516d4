"""Where a recorded stack is asked, and by whom it is answered: an engine, or something that stands in for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from wellit import live
from wellit.access import Access, Unread
from wellit.cluster import whole
from wellit.endpoint import find_endpoint
from wellit.errors import CannotAnswer
from wellit.load.send import Way, session
from wellit.record import Record

SECONDS = 20.0  # for the first question; a gateway that has just come up needs a few
ENGINE_TYPE = "inference.networking.k8s.io/engine-type"
Reach = Callable[[Access, str, str, int], AbstractContextManager[str]]


@dataclass(frozen=True)
class Answers:
    """What /v1/models says: the models' names, and whether all that was asked is a stand-in."""

    models: tuple[str, ...]
    stand_in: bool


@contextmanager
def ways(access: Access, known: Record, reach: Reach) -> Iterator[tuple[Way, ...]]:
    """How each engine of the stack is asked, as long as the context is open; straight to a pod without a gateway.

    Raises CannotAnswer when nothing of the stack takes requests.
    """
    entry = known.entry
    told: Sequence[Mapping[str, Any]] = known.ways or ({"engine": "", "model": known.model, "path": "", "headers": {}},)
    with ExitStack() as open_:

        def base(at: Mapping[str, str]) -> str:
            name = f"service/{at['service']}" if "service" in at else f"deployment/{at['deployment']}"
            return open_.enter_context(reach(access, known.namespace, name, int(at["port"])))

        if "service" in entry or "deployment" in entry:
            shared = _address(access, known) or ("" if all("deployment" in way for way in told) else base(entry))
            yield tuple(_way(way, base(way) if "deployment" in way else shared) for way in told)
        elif address := _address(access, known):
            yield tuple(_way(way, address) for way in told)
        else:
            raise CannotAnswer(
                f"nothing of {known.guide} in {known.namespace} can be asked",
                why=find_endpoint(access, known, live.look(access, known.namespace, known.all_objects())).note,
                write="invoke status says where it stands",
            )


def _way(told: Mapping[str, Any], base: str) -> Way:
    return Way(base, told["model"], told["engine"], told["path"], told["headers"])


def _address(access: Access, known: Record) -> str:
    """The gateway's own address, when it has one that can be reached from here: none of a sandbox can."""
    if access.sandbox or "gateway" not in known.entry:
        return ""
    at = find_endpoint(access, known, live.look(access, known.namespace, known.all_objects()))
    return at.url if at.url and not at.before else ""


async def answers(ways: Sequence[Way]) -> list[Answers]:
    """What each way answers to the question for its models. Raises CannotAnswer when one does not answer it."""
    async with session() as client:
        return [await _models(client, way) for way in ways]


async def _models(client: aiohttp.ClientSession, way: Way) -> Answers:
    url, said = way.url("models"), ""
    try:
        async with asyncio.timeout(SECONDS), client.get(url, headers=way.headers, allow_redirects=False) as response:
            said = f"{response.status} {' '.join((await response.text(errors='replace')).split())[:200]}"
            if response.status == 200:
                listed = (await response.json(content_type=None))["data"]
                names = tuple(str(one["id"]) for one in listed)
                return Answers(names, bool(names) and all(one.get("stand_in") for one in listed))
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        said = said or str(problem) or f"nothing came within {SECONDS:.0f} s"
    raise CannotAnswer(
        f"{way.engine or 'the stack'} does not list its models, so no load is sent", where=url, why=said,
        write="invoke doctor follows a request's way and says where it stops; invoke status shows what is not ready",
    )  # fmt: skip


def engines_of(access: Access, known: Record) -> dict[str, str]:
    """For each pod of the namespace its engine; where the cluster does not tell, the stack's only one."""
    engines = known.components.get("engines", "").split("+")
    pods = whole(access, f"/api/v1/namespaces/{known.namespace}/pods", _named)
    only = engines[0] if len(engines) == 1 else ""
    return {} if isinstance(pods, Unread) else {name: engine or only for name, engine in pods}


def _named(pod: Mapping[str, Any]) -> tuple[str, str]:
    about = pod["metadata"]
    return about["name"], (about.get("labels") or {}).get(ENGINE_TYPE, "")
