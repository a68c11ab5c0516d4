"""The asking. What it finds is judged elsewhere; it ends when its time is over, whatever the stack does."""

from __future__ import annotations

import asyncio
import random
import string
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit import keys
from wellit.prometheus import Page, parse
from wellit.smoke import roads
from wellit.smoke.ask import Answer, Asker, asker
from wellit.smoke.figures import NO_ANSWER, Burst, Figures, Group, Look, OfWay, Prefixes, Roads
from wellit.smoke.parts import Parts, Pool, Way

UNKNOWN_MODEL = "wellit-asks-for-a-model-that-is-not-there"
LOOK_SECONDS = 0.1  # between two looks at the metrics; the picker itself looks every 50 ms
PAGE_SECONDS = 2.0
# A picker's pod is Ready before it takes requests (24 s were seen on a busy machine): until then the gateway answers
# with errors, or goes past it.
SETTLE_SECONDS, PAST_SECONDS, PROBE_SECONDS, AGAIN_SECONDS = 30.0, 5.0, 2.0, 0.5
BURST_EACH, BURST_MOST, BURST_TOKENS = 32, 256, 64  # requests for each server and in all, words of each answer
# Between two of them, so that the picker, which looks every 50 ms, sees what the first ones did.
BURST_SECONDS = 0.01
GROUPS, REPEATS = 3, 4
# An approximate scorer looks at whole blocks: 64 characters at least, 256 where engines have pages of 64 tokens.
PREFIX_CHARACTERS, PROMPT_CHARACTERS = 2400, 800
# A picker that knows where prompts lie only guesses right after it has sent one: longer than it guesses (2 s).
PRECISE, PRECISE_SECONDS = "precise-prefix-cache-scorer", 2.5
_WORDS = [f"{a}{b}{c}" for a in "bdfklmnprst" for b in "aeiou" for c in "bdklmnrst"]


def gather(parts: Parts, reached: Roads, seconds: float) -> Figures:
    """Ask everything within `seconds`."""
    return asyncio.run(_gather(parts, reached, seconds))


async def _gather(parts: Parts, reached: Roads, seconds: float) -> Figures:
    began = time.monotonic()
    async with asker(seconds) as ask:
        direct = asyncio.create_task(_direct(ask, reached))
        ways = await asyncio.gather(
            *(_way(ask, reached, way, road.url) for way, road in zip(parts.ways, reached.entry, strict=True))
        )
        bursts, prefixes = [], []
        for way, url in _routed(parts, reached, ways):
            assert way.pool
            bursts.append(await _burst(ask, reached, way.pool, way, url))
            if len(way.pool.answering) > 1 and "prefix" in parts.promises:
                prefixes.append(await _prefixes(ask, reached, way.pool, way, url))
        found = Figures(parts, reached, tuple(ways), await direct, tuple(bursts), tuple(prefixes))
        return replace(found, seconds=time.monotonic() - began, asked=ask.asked)


def _routed(parts: Parts, reached: Roads, ways: list[OfWay]) -> Iterator[tuple[Way, str]]:
    """One way into each pool that has answered, when there is a router to be tried."""
    done: set[str] = set()
    answered = {one.way.engine for one in ways if one.completion.ok or one.chat.ok}
    for way, road in zip(parts.ways, reached.entry, strict=True):
        if parts.gateway and way.pool and way.engine in answered and way.pool.name not in done:
            done.add(way.pool.name)
            yield way, road.url


def words(characters: int) -> str:
    """A text that nobody has sent before."""
    text = ""
    while len(text) < characters:
        text += random.choice(_WORDS) + random.choice(string.ascii_lowercase) + " "
    return text


def completion(model: str, prompt: str, tokens: int) -> dict[str, Any]:
    """The body of a completion."""
    return {"model": model, "prompt": prompt, "max_tokens": tokens, "temperature": 0}


def chat(model: str, text: str, tokens: int) -> dict[str, Any]:
    """The body of a chat completion."""
    messages = [{"role": "user", "content": text}]
    return {"model": model, "messages": messages, "max_tokens": tokens, "temperature": 0}


async def _way(ask: Asker, reached: Roads, way: Way, url: str) -> OfWay:
    if not url:
        return OfWay(way)
    base, headers = url + way.path, way.headers
    settled = await _settle(ask, way, base) if way.pool and way.pool.picker else 0.0
    before = await _look(ask, reached, way.pool)
    streamed = chat(way.model, "Count from one to ten, in words.", 32) | {"stream_options": {"include_usage": True}}
    found = OfWay(
        way,
        await ask.get(f"{base}/v1/models", headers=headers),
        await ask.post(f"{base}/v1/completions", completion(way.model, "Say hello.", 16), headers),
        await ask.post(f"{base}/v1/chat/completions", chat(way.model, "Say hello.", 16), headers),
        await ask.stream(f"{base}/v1/chat/completions", streamed, headers),
        await ask.post(f"{base}/v1/completions", completion(UNKNOWN_MODEL, "Say hello.", 4), headers),
        await _named(ask, way, url),
        before,
        settled=settled,
    )
    return replace(found, after=await _look(ask, reached, way.pool))


async def _named(ask: Asker, way: Way, url: str) -> Answer:
    """A completion of the model that the route knows by a header, asked where every model is."""
    if not way.header:
        return NO_ANSWER
    body = completion(next(iter(way.header.values())), "Say hello.", 4)
    return await ask.post(f"{url}/v1/completions", body, {**way.headers, **way.header})


async def _settle(ask: Asker, way: Way, base: str) -> float:
    """Wait until the gateway asks the picker, for a while. Returns how long that took, in seconds."""
    began, most = time.monotonic(), min(SETTLE_SECONDS, ask.left / 2)
    while True:
        body = completion(way.model, "Hello.", 1)
        answer = await ask.post(f"{base}/v1/completions", body, way.headers, min(PROBE_SECONDS, ask.left / 8))
        spent = time.monotonic() - began
        starting = answer.status >= 500 and spent < most
        passed_by = answer.ok and not answer.picked and spent < min(PAST_SECONDS, most)
        if not starting and not passed_by:
            return spent
        await asyncio.sleep(AGAIN_SECONDS)


async def _direct(ask: Asker, reached: Roads) -> dict[str, Answer]:
    urls = {name: road.url for name, road in reached.servers.items() if road.url}
    answers = await asyncio.gather(*(ask.get(f"{url}/v1/models") for url in urls.values()))
    return dict(zip(urls, answers, strict=True))


async def _look(ask: Asker, reached: Roads, pool: Pool | None) -> Look:
    """The metrics of a pool's servers, and of its picker, at once."""
    if pool is None:
        return Look(at=time.monotonic())
    paths = {server.name: server.engine.metrics["path"] for server in pool.servers}
    urls = roads.of_pool(reached, list(paths))
    picker = reached.pickers[pool.name].url if pool.name in reached.pickers else ""
    *pages, chosen = await asyncio.gather(
        *(_page(ask, url + paths[name]) for name, url in urls.items()),
        _page(ask, picker and f"{picker}/metrics", keys.bearer(keys.TOKEN)),
    )
    return Look(dict(zip(urls, pages, strict=True)), chosen, time.monotonic())


async def _page(ask: Asker, url: str, headers: Mapping[str, str] | None = None) -> Page:
    if not url:
        return Page(why="it is not reached")
    answer = await ask.get(url, PAGE_SECONDS, headers)
    return parse(answer.body, at=time.monotonic()) if answer.ok else Page(answer.status, why=answer.words)


async def _burst(ask: Asker, reached: Roads, pool: Pool, way: Way, url: str) -> Burst:
    count = min(BURST_MOST, BURST_EACH * max(1, len(pool.answering)))
    before = await _look(ask, reached, pool)
    began = time.monotonic()
    requests = [asyncio.create_task(_late(ask, way, url, number * BURST_SECONDS)) for number in range(count)]
    looks = []
    while not all(request.done() for request in requests):
        looks.append(await _look(ask, reached, pool))
        await asyncio.wait(requests, timeout=LOOK_SECONDS)
    seconds = time.monotonic() - began
    answers = tuple(request.result() for request in requests)
    return Burst(pool, answers, before, tuple(looks), await _look(ask, reached, pool), seconds)


async def _late(ask: Asker, way: Way, url: str, seconds: float) -> Answer:
    await asyncio.sleep(seconds)
    return await _complete(ask, way, url, words(PROMPT_CHARACTERS), BURST_TOKENS)


async def _complete(ask: Asker, way: Way, url: str, prompt: str, tokens: int) -> Answer:
    body: Mapping[str, Any] = completion(way.model, prompt, tokens)
    return await ask.post(f"{url}{way.path}/v1/completions", body, way.headers)


async def _prefixes(ask: Asker, reached: Roads, pool: Pool, way: Way, url: str) -> Prefixes:
    precise = PRECISE in ((pool.picker.plugins or {}) if pool.picker else {})
    groups = []
    for _ in range(GROUPS):
        prefix = words(PREFIX_CHARACTERS)
        before = await _look(ask, reached, pool)
        answers = []
        for number in range(1 + REPEATS):
            answers.append(await _complete(ask, way, url, f"{prefix}Question {number}: {words(40)}", 4))
            if precise and number == 0:
                await asyncio.sleep(max(0.0, min(PRECISE_SECONDS, ask.left)))
        groups.append(Group(tuple(answers), before, await _look(ask, reached, pool)))
    return Prefixes(pool, tuple(groups))
