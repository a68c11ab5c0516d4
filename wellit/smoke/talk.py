"""One chat with an installed stack, streamed to the screen as it comes: what quickstart ends with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from wellit import live
from wellit.access import Access
from wellit.reach import Reach
from wellit.record import Record
from wellit.say import Say
from wellit.smoke import gather, parts, roads, simulated
from wellit.smoke.ask import Answer, asker

SECONDS = 30.0
TOKENS = 64
QUESTION = "Who are you, and what answers me?"


@dataclass(frozen=True)
class Talk:
    """The answer, and what the one who gave it says of itself when it stands in for an engine."""

    answer: Answer
    stands_in: str = ""


def talk(access: Access, known: Record, say: Say, write: Callable[[str], None]) -> int:
    """Ask the stack one question: `write` gets the words as they come, `say` what goes on. Returns the exit code."""
    now = live.look(access, known.namespace, known.all_objects())
    if why := simulated(access, now):
        say(f"no chat: {why[0]}")
        return 0
    whole = parts.read(access, known, now.addresses)
    with Reach(access, known.namespace) as ways:
        road = roads.entry(ways, access, whole, whole.ways[0])
        if not road.url:
            say(f"no chat: {road.why}\n  = write: {road.fix}")
            return 1
        write(f"\nA chat with {known.model}, {road.said}:\n  you: {QUESTION}\n  it:  ")
        found = asyncio.run(_talk(whole.ways[0], road.url, write))
    write(f"\n{_by(found)}\n")
    return 0 if found.answer.ok else 1


async def _talk(way: parts.Way, url: str, write: Callable[[str], None]) -> Talk:
    async with asker(SECONDS) as ask:
        base = url + way.path
        models = await ask.get(f"{base}/v1/models", headers=way.headers)
        body = gather.chat(way.model, QUESTION, TOKENS)
        answer = await ask.stream(f"{base}/v1/chat/completions", body, way.headers, write)
    cards = models.data.get("data") if isinstance(models.data, dict) else None
    return Talk(answer, next((str(card["stand_in"]) for card in cards or () if card.get("stand_in")), ""))


def _by(found: Talk) -> str:
    """Who answered, and how quickly."""
    answer = found.answer
    if not answer.ok:
        return f"no answer: {answer.words}. invoke smoke and invoke doctor say where it stops."
    first = next((at for at, text in answer.pieces if text), answer.seconds)
    who = f"Answered by {answer.pod or 'a pod that does not say its name'}"
    note = f" ({found.stands_in})" if found.stands_in else ""
    return f"{who}{note}: the first word after {first:.2f} s, the last after {answer.seconds:.2f} s."
