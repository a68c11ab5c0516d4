"""What the figures say, as checks: pure, in the order in which a request goes."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.findings import Check
from wellit.smoke import answers, pickers, servers
from wellit.smoke.causes import Words
from wellit.smoke.figures import Figures
from wellit.smoke.parts import Pool, Way

# What is asked of the router, by what a guide promises.
PROMISES = {
    "spreads": ("WL720", "load spreads over the pods"),
    "prefix": ("WL721", "the same prefix goes to the same pod"),
    "disaggregates": ("WL722", "prefill and decode both take part"),
}
SEES = ("WL719", "the picker sees the engine's metrics")


def checks(figures: Figures, words: Words) -> list[Check]:
    """All checks of a smoke."""
    told = [*answers.checks(figures, words), servers.each_answers(figures, words)]
    told += servers.leads_to_engine(figures)
    why = _without_router(figures)
    if why:
        wanted = [SEES, *(PROMISES[name] for name in sorted(figures.parts.promises))]
        return [*told, *(Check(key, title, "skip", why) for key, title in wanted)]
    for burst in figures.bursts:
        way = _way(figures, burst.pool)
        told += [servers.of_burst(burst, way, words), pickers.sees_metrics(burst, way, words)]
        if "spreads" in figures.parts.promises:
            told.append(servers.spreads(burst, way, words))
        told += _prefixes(figures, burst.pool, way, words)
        if "disaggregates" in figures.parts.promises:
            told.append(pickers.shares_work(burst, words))
    return told


def _without_router(figures: Figures) -> str:
    """Why nothing can be said of the router; "" when it can."""
    if not figures.parts.gateway:
        return servers.NO_ROUTER
    if not any(road.url for road in figures.roads.entry):
        return "the stack is not reached"
    if not figures.parts.pools and not figures.parts.unread:
        return "no pool is behind the route: requests go to the servers in turn"
    return "" if figures.bursts else "no request is answered"


def _prefixes(figures: Figures, pool: Pool, way: Way, words: Words) -> Iterator[Check]:
    if "prefix" not in figures.parts.promises:
        return
    found = next((one for one in figures.prefixes if one.pool.name == pool.name), None)
    if found is None:
        key, title = PROMISES["prefix"]
        yield Check(key, f"{title}{way.label}", "skip", "there is one pod to answer")
    else:
        yield servers.keeps_prefixes(found, way, words)


def _way(figures: Figures, pool: Pool) -> Way:
    return next(way for way in figures.parts.ways if way.pool and way.pool.name == pool.name)
