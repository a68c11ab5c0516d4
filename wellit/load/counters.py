"""Which pod answered, by the engines' own counters: where answers do not say it, as those of real engines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

from wellit.errors import CannotAnswer
from wellit.load.figures import Figures, Share
from wellit.load.target import Target
from wellit.prometheus import Page, grown, parse
from wellit.smoke.ask import asker
from wellit.smoke.parts import Server
from wellit.smoke.roads import MOST_SERVERS
from wellit.smoke.servers import counter

SECONDS = 5.0  # for one page of metrics
Pages = Mapping[str, Page]


def pages(target: Target) -> Pages:
    """The metrics of every server that answers clients, by pod; nothing where there are more than MOST_SERVERS."""
    servers = [server for server in target.parts.servers if server.answers]
    if len(servers) > MOST_SERVERS:
        return {}
    urls = {}
    for server in servers:
        try:
            urls[server.name] = target.reach.url(f"pod/{server.name}", server.port) + server.engine.metrics["path"]
        except CannotAnswer:
            return {}  # a part of the pods would look like all of them
    return asyncio.run(_pages(urls))


async def _pages(urls: Mapping[str, str]) -> Pages:
    async with asker(SECONDS) as ask:
        told = await asyncio.gather(*map(ask.get, urls.values()))
        return {name: parse(answer.body, answer.status) for name, answer in zip(urls, told, strict=True)}


def counted(found: Figures, servers: Iterable[Server], before: Pages, after: Pages) -> Figures:
    """`found` with each pod's part by its counters; as it was when one of them did not tell."""
    told = [server for server in servers if server.name in before and server.name in after]
    if not told or not all(counter(server) and after[server.name].status == 200 for server in told):
        return found
    pods = tuple(_share(server, before[server.name], after[server.name]) for server in told)
    if found.answered and not any(pod.answered for pod in pods):
        return found  # they count something else
    names = dict.fromkeys(server.engine.name for server in told)
    engines = tuple(_sum(name, [pod for pod in pods if pod.engine == name]) for name in names)
    cached = [_grown(server, "cachedTokens", before, after) for server in told]
    known = [one for one in cached if one is not None]
    return replace(
        found,
        pods=pods,
        engines=found.engines if any(one.name for one in found.engines) else engines,
        known_by="counters",
        cached_tokens=round(sum(known)) if found.cached_tokens is None and known else found.cached_tokens,
    )


def _share(server: Server, before: Page, after: Page) -> Share:
    answered = grown(before, after, counter(server)) or 0.0  # a counter that never counted is not on the page
    output = _grown(server, "generatedTokens", {server.name: before}, {server.name: after}) or 0.0
    return Share(server.name, server.engine.name, round(answered), 0, round(output), None)


def _grown(server: Server, what: str, before: Pages, after: Pages) -> float | None:
    name = (server.engine.metrics.get("also") or {}).get(what, "")
    return grown(before[server.name], after[server.name], name)


def _sum(name: str, shares: list[Share]) -> Share:
    return Share(name, "", sum(one.answered for one in shares), 0, sum(one.output_tokens for one in shares), None)
