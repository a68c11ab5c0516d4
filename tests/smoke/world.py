"""A small stack in perfect health, as figures: a test takes it and breaks one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wellit import engines
from wellit.engines import Engine
from wellit.findings import Check
from wellit.prometheus import Page
from wellit.record import Record
from wellit.smoke import judge
from wellit.smoke.ask import PICKED, Answer
from wellit.smoke.causes import Words
from wellit.smoke.figures import Burst, Figures, Group, Look, OfWay, Prefixes, Road, Roads
from wellit.smoke.parts import Parts, Picker, Pool, Server, Way

WORDS = Words("--sandbox=default", "--context c", "ns", "guide", "sglang")
KNOWN = Record("guide", "sglang", "ns", "x", model="m", entry={"gateway": "g", "service": "g-istio", "port": "80"})
PLUGINS: Mapping[str, Mapping[str, Any]] = {"queue-scorer": {}, "prefix-cache-scorer": {}, "max-score-picker": {}}
USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
DECISIONS = "llm_d_inference_scheduler_disagg_decision_total"


def engine(name: str) -> Engine:
    return next(one for one in engines.engines() if one.name == name)


def server(name: str, of: str = "sglang", role: str = "decode", **about: Any) -> Server:
    return Server(name, 8000, engine(of), role, deployment=name.rpartition("-")[0], **about)


def pool(*servers: Server, **about: Any) -> Pool:
    picker = Picker("epp", 9090, "epp", PLUGINS)
    return replace(Pool("pool", "a=b", 8000, servers or (server("d-0"), server("d-1")), picker), **about)


def way(of: Pool | None = None, **about: Any) -> Way:
    return replace(Way("", "m", "", {}, "service/g-istio", 80, of or pool()), **about)


def said(body: Any, pod: str = "d-0", **about: Any) -> Answer:
    headers = {PICKED: "true"} | ({"x-inference-pod": pod} if pod else {})
    return replace(Answer(200, json.dumps(body), headers, 0.1), **about)


def completed(pod: str = "d-0") -> Answer:
    return said({"choices": [{"text": "hello"}], "usage": USAGE}, pod)


def of_way(of: Way | None = None, **about: Any) -> OfWay:
    good = OfWay(
        of or way(),
        said({"data": [{"id": "m"}]}),
        completed(),
        said({"choices": [{"message": {"content": "hello"}}], "usage": USAGE}),
        said({}, seconds=1.0, pieces=((0.1, "one"), (0.5, "two"), (0.9, "")), usage=True, done=True),
        said({}),
    )
    return replace(good, **about)


def page(samples: Mapping[str, float], labels: Mapping[str, str] | None = None, status: int = 200) -> Page:
    return Page(status, {name: ((labels or {}, figure),) for name, figure in samples.items()})


def served(of: Server, queued: float = 0, running: float = 0, usage: float = 0, done: float | None = None) -> Page:
    """A server's own metrics."""
    names = of.engine.metrics
    also = names.get("also") or {}
    counted = also.get("finished") or also.get("answered")
    figures = {names["queued"]: queued, names["running"]: running, names["kvUsage"]: usage}
    return page(figures | ({counted: done} if counted and done is not None else {}))


def picked(queues: Mapping[str, float], usage: float = 0, split: float | None = None) -> Page:
    """A picker's own metrics."""
    samples: dict[str, Any] = {
        "inference_pool_per_pod_queue_size": tuple(
            ({"model_server_pod": f"{pod}-rank-0", "name": "pool"}, figure) for pod, figure in queues.items()
        ),
        "inference_pool_average_kv_cache_utilization": (({"name": "pool"}, usage),),
    }
    if split is not None:
        samples[DECISIONS] = (
            ({"decision_type": "prefill-decode", "model_name": "m"}, split),
            ({"decision_type": "decode-only", "model_name": "m"}, 1.0),
        )
    return Page(200, samples)


def look(of: Pool, picker: Page | None = None, **figures: Mapping[str, float]) -> Look:
    """One look; `figures` are those of a server, by its name with _ for -."""
    told = {one.name: served(one, **figures.get(one.name.replace("-", "_"), {})) for one in of.servers}
    return Look(told, picker or picked(dict.fromkeys(told, 0.0)))


def burst(of: Pool | None = None, **about: Any) -> Burst:
    """48 requests, of which every answering server did its share; the queue of the first was seen by the picker."""
    of = of or pool()
    names = [one.name for one in of.answering]
    answers = tuple(completed(names[i % len(names)]) for i in range(48))
    busy = look(of, picked(dict.fromkeys(names, 3)), **{names[0].replace("-", "_"): {"queued": 4, "running": 16}})
    return replace(Burst(of, answers, look(of), (look(of), busy, look(of)), look(of), 1.0), **about)


def group(*pods: str) -> Group:
    return Group(tuple(completed(pod) for pod in pods), Look(), Look())


def prefixes(of: Pool | None = None, *groups: Group) -> Prefixes:
    return Prefixes(of or pool(), groups or (group(*["d-0"] * 5), group(*["d-1"] * 5)))


def figures(of: Pool | None = None, **about: Any) -> Figures:
    """A stack of one pool and one way, all of which is well."""
    of = of or pool()
    ways = (way(of),)
    parts = Parts(KNOWN, ways, (of,), "g", frozenset(["spreads", "prefix"]))
    roads = Roads((Road("http://g", "through the gateway g"),), {one.name: Road("http://p") for one in of.servers})
    good = Figures(
        parts, roads, (of_way(ways[0]),), {one.name: said({"data": []}) for one in of.servers if one.ready},
        (burst(of),), (prefixes(of),),
    )  # fmt: skip
    return replace(good, **about)


def checks(of: Figures) -> dict[str, Check]:
    """What is said of these figures, by id; of several with one id the worst."""
    order = ("fail", "unknown", "warn", "skip", "pass")
    found = sorted(judge.checks(of, WORDS), key=lambda check: -order.index(check.status))
    return {check.id: check for check in found}
