"""A recorded graph of Dynamo on a cluster, as what is asked: its frontend's service, and each worker's system port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from wellit import live
from wellit.access import Access, Missing, Unread
from wellit.carried import Carried
from wellit.cluster import whole
from wellit.demand import Object
from wellit.errors import CannotAnswer
from wellit.live import PODS, PodState
from wellit.reach import NotPermitted
from wellit.record import Record
from wellit.seen.graphflags import router
from wellit.smoke.causes import Words
from wellit.smoke.figures import Road
from wellit.smoke.frontend.parts import DECODE, PREFILL, Commands, Target, Worker
from wellit.templates import templates

MOST_WORKERS = 16  # that are asked by themselves; each takes a port-forward


class Ways(Protocol):
    """Ways into a namespace, as reach.Reach has them."""

    def url(self, target: str, port: int) -> str: ...


def graph_of(known: Record) -> Object | None:
    """The graph whose frontend takes the stack's requests; None when it has none."""
    own = (item for item in known.all_objects() if item.of.carried and "does" in item.of.carried.entry)
    return next(own, None) if "service" in known.entry and "gateway" not in known.entry else None


def target(access: Access, known: Record, item: Object, ways: Ways) -> Target:
    """What is asked of it. Raises CannotAnswer when the cluster does not answer."""
    carried = item.of.carried
    assert carried
    answer = access.get(item.of.path(known.namespace, item.name))
    graph: Mapping[str, Any] = {} if isinstance(answer, (Missing, Unread)) else answer
    pods = whole(access, PODS.path(known.namespace), live.pod_state, labelSelector=carried.selector(item.name))
    states: Iterable[PodState] = () if isinstance(pods, Unread) else pods
    words = Words.of(access, known)
    found = [one for one in states if _asked(one, carried)][:MOST_WORKERS]
    service, port = known.entry["service"], int(known.entry["port"])
    with ThreadPoolExecutor(8) as pool:
        front = pool.submit(_road, ways, f"service/{service}", port)
        workers = tuple(pool.map(lambda one: _worker(ways, one, carried, words), found))
        road = front.result()
    how = "by a port-forward" if not access.sandbox else "at its pod's port in the sandbox"
    return Target(
        Road(road.url, f"through the service {service}, {how}", road.why, road.fix, road.permitted),
        known.ways[0]["model"] if known.ways else known.model,
        workers,
        Commands(words.kubectl(f"logs -l {_selects(item, carried)} --tail=50"), words.invoke("doctor"),
                 words.invoke("install")),
        split=any(one.does == PREFILL and one.count for one in templates(graph)) if graph else False,
        router=_router(graph, carried),
    )  # fmt: skip


def _selects(item: Object, carried: Carried) -> str:
    does = carried.entry.get("does")
    return carried.selector(item.name) + (f",{carried.does[-1]}={does}" if does else "")


def _asked(pod: PodState, carried: Carried) -> bool:
    """Whether a pod answers for a worker: of several over which one is spread the first does."""
    does, member = carried.purpose(pod.labels), pod.labels.get(carried.member, "0")
    return bool(does) and not carried.takes_requests(does) and member == "0" and pod.state != "ending"


def _worker(ways: Ways, pod: PodState, carried: Carried, words: Words) -> Worker:
    does, log = carried.purpose(pod.labels), words.kubectl(f"logs {pod.name} --tail=50")
    road = _road(ways, f"pod/{pod.name}", carried.system) if pod.ready else Road(why=pod.words, fix=log)
    return Worker(pod.name, does if does in (PREFILL, DECODE) else "", road, log)


def _road(ways: Ways, to: str, port: int) -> Road:
    try:
        return Road(ways.url(to, port))
    except NotPermitted as problem:
        return Road(why=problem.message, fix=problem.write, permitted=False)
    except CannotAnswer as problem:
        return Road(why=problem.message, fix=problem.write)


def _router(graph: Mapping[str, Any], carried: Carried) -> str:
    """How its frontend chooses a worker; "" when it does not say."""
    fronts = (one for one in templates(graph) if carried.takes_requests(one.does)) if graph else ()
    return next((router(one.main) for one in fronts), "")
