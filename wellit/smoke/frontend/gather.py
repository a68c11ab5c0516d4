"""The asking. Requests are held back until the model is listed and one chat is answered: an open port says nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

from wellit.prometheus import Page, parse
from wellit.smoke import gather as asking
from wellit.smoke.ask import Answer, Asker, asker
from wellit.smoke.figures import NO_ANSWER
from wellit.smoke.frontend.parts import FACTS, ROUTED, Figures, Pages, Target, Worker
from wellit.smoke.verdicts import listed

SETTLE_SECONDS, AGAIN_SECONDS, PROBE_SECONDS = 30.0, 0.5, 10.0
PAGE_SECONDS = 3.0
GROUPS, EQUAL = 3, 3  # groups of equal prompts, and how many of each
PROMPT_CHARACTERS = 2400  # many pages of any engine's size
HEARD_SECONDS = 0.3  # between two of them, so that the router hears what is cached
_FRONTEND, _WORKER = FACTS["frontend"], FACTS["worker"]


def gather(target: Target, seconds: float) -> Figures:
    """Ask everything within `seconds`. A target without a way to its frontend is asked nothing."""
    return asyncio.run(_gather(target, seconds))


def glance(target: Target, seconds: float) -> Figures:
    """What there is, asked once and without waiting for anything: models, one chat, and every worker."""
    return asyncio.run(_glance(target, seconds))


async def is_ready(ask: Asker, url: str, model: str) -> bool:
    """Whether a frontend lists a model and answers a chat with it."""
    models = await ask.get(url + _FRONTEND["models"], min(PAGE_SECONDS, ask.left))
    if model not in [str(card.get("id")) for card in listed(models)]:
        return False
    answer = await ask.post(f"{url}/v1/chat/completions", asking.chat(model, "Hello.", 1), {}, PROBE_SECONDS)
    return answer.ok


async def _gather(target: Target, seconds: float) -> Figures:
    began = time.monotonic()
    async with asker(seconds) as ask:
        found = Figures(target)
        if target.road.url:
            settled = await _settle(ask, target)
            found = replace(await _asked(ask, target), settled=settled)
            if target.router == ROUTED and found.chat.ok:
                found = replace(found, same=await _same(ask, target))
        workers = await _workers(ask, target)
        if target.road.url:  # last, so that it knows of workers what these say
            found = replace(found, health=await ask.get(target.road.url + _FRONTEND["health"], PAGE_SECONDS))
        return replace(found, workers=workers, seconds=time.monotonic() - began, asked=ask.asked)


async def _glance(target: Target, seconds: float) -> Figures:
    url, body = target.road.url, _telling(asking.chat(target.model, "Hello.", 1))
    async with asker(seconds) as ask:
        workers = await _workers(ask, target)
        models = await ask.get(url + _FRONTEND["models"], PAGE_SECONDS)
        chat = await ask.post(f"{url}/v1/chat/completions", body, {})
        health = await ask.get(url + _FRONTEND["health"], PAGE_SECONDS)
        return Figures(target, models, health, chat=chat, workers=workers)


async def _settle(ask: Asker, target: Target) -> float:
    """Wait until it is ready, for a while. Returns how long that took, in seconds."""
    began, most = time.monotonic(), min(SETTLE_SECONDS, ask.left / 2)
    while not await is_ready(ask, target.road.url, target.model):
        if time.monotonic() - began > most:
            break
        await asyncio.sleep(AGAIN_SECONDS)
    return time.monotonic() - began


def _telling(body: dict[str, Any]) -> dict[str, Any]:
    """A request whose answer says which workers took part."""
    return body | {"nvext": {"extra_fields": [FACTS["field"]]}}


async def _asked(ask: Asker, target: Target) -> Figures:
    url, model = target.road.url, target.model
    chats = f"{url}/v1/chat/completions"
    streamed = asking.chat(model, "Count from one to ten, in words.", 32) | {"stream_options": {"include_usage": True}}
    unknown = asking.completion(asking.UNKNOWN_MODEL, "Say hello.", 4)
    before = await _page(ask, url + _FRONTEND["metrics"])
    return Figures(
        target,
        await ask.get(url + _FRONTEND["models"]),
        NO_ANSWER,
        await ask.post(f"{url}/v1/completions", asking.completion(model, "Say hello.", 16), {}),
        await ask.post(chats, _telling(asking.chat(model, "Say hello to everybody here.", 16)), {}),
        await ask.stream(chats, streamed, {}),
        await ask.post(f"{url}/v1/completions", unknown, {}),
        before,
        await _page(ask, url + _FRONTEND["metrics"]),
    )


async def _workers(ask: Asker, target: Target) -> dict[str, Pages]:
    reached = [one for one in target.workers if one.road.url]
    pages = await asyncio.gather(*(_own(ask, one) for one in reached))
    return dict(zip((one.name for one in reached), pages, strict=True))


async def _own(ask: Asker, worker: Worker) -> Pages:
    url = worker.road.url
    return Pages(
        await ask.get(url + _WORKER["health"], PAGE_SECONDS),
        await ask.get(url + _WORKER["live"], PAGE_SECONDS),
        await _page(ask, url + _WORKER["metrics"]),
    )


async def _page(ask: Asker, url: str) -> Page:
    answer = await ask.get(url, PAGE_SECONDS)
    return parse(answer.body, at=time.monotonic()) if answer.ok else Page(answer.status, why=answer.words)


async def _same(ask: Asker, target: Target) -> tuple[tuple[Answer, ...], ...]:
    """Equal prompts, one after the other, in groups that have nothing in common."""
    groups = []
    for _ in range(GROUPS):
        body = _telling(asking.chat(target.model, asking.words(PROMPT_CHARACTERS), 4))
        answers = []
        for _ in range(EQUAL):
            answers.append(await ask.post(f"{target.road.url}/v1/chat/completions", body, {}))
            await asyncio.sleep(HEARD_SECONDS)
        groups.append(tuple(answers))
    return tuple(groups)
