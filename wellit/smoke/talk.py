"""One chat with an installed stack, streamed to the screen: what quickstart ends with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from wellit.access import Access
from wellit.live import Live
from wellit.reach import Reach
from wellit.record import Record
from wellit.smoke import gather, parts, roads
from wellit.smoke.ask import Answer, asker

SECONDS = 30.0
TOKENS = 64


@dataclass(frozen=True)
class Talk:
    """The answer, and of whom: the pod, and what it says of itself when it stands in for an engine."""

    answer: Answer
    pod: str = ""
    stands_in: str = ""
    why: str = ""


def talk(access: Access, known: Record, now: Live, question: str, on_text: Callable[[str], None]) -> Talk:
    """Ask the first way of a stack; `on_text` gets each piece as it comes. `why` says what was in the way."""
    whole = parts.read(access, known, now.addresses)
    with Reach(access, known.namespace) as ways:
        road = roads.entry(ways, access, whole, whole.ways[0])
        if not road.url:
            return Talk(Answer(), why=road.why)
        return asyncio.run(_talk(whole.ways[0], road.url, question, on_text))


async def _talk(way: parts.Way, url: str, question: str, on_text: Callable[[str], None]) -> Talk:
    async with asker(SECONDS) as ask:
        base = url + way.path
        models = await ask.get(f"{base}/v1/models", headers=way.headers)
        body = gather.chat(way.model, question, TOKENS)
        answer = await ask.stream(f"{base}/v1/chat/completions", body, way.headers, on_text)
    cards = (models.data or {}).get("data") if isinstance(models.data, dict) else None
    said = next((str(card["stand_in"]) for card in cards or () if card.get("stand_in")), "")
    return Talk(answer, answer.pod, said, "" if answer.ok else answer.words)
