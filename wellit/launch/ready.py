"""Ready means that a chat was answered, through the frontend: its own health is 200 with no worker at all.

Until then, what is missing is said whenever it changes, and now and then when it does not.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellit.launch.planned import Plan
from wellit.say import Say
from wellit.smoke.ask import Answer, Asker, asker

POLL_SECONDS, SLOWEST_SECONDS = 0.5, 3.0  # a frontend logs each request
REMIND_SECONDS = 30.0
REQUEST_SECONDS = 10.0
CHAT_SECONDS = 300.0  # the first answer of an engine may have kernels to build
SHOWN = 200  # characters of an answer
# Answers that will not change by waiting, once the model is listed; then a prompt is completed instead.
NO_CHAT = frozenset((400, 405, 422, 501))


@dataclass(frozen=True)
class Answered:
    """What was answered: "chat" or "completion", after how many seconds, and why no chat where it was none."""

    what: str
    seconds: float
    instead_of: str = ""


async def wait(plan: Plan, say: Say) -> Answered:
    """Ask until it is answered. Never ends by itself before: whoever waits knows how long."""
    began = told = time.monotonic()
    last, pause = "", POLL_SECONDS
    async with asker(math.inf) as asking:
        while True:
            found = await _look(asking, plan)
            if isinstance(found, Answered):
                return Answered(found.what, time.monotonic() - began, found.instead_of)
            now = time.monotonic()
            if found != last or now - told > REMIND_SECONDS:
                say(f"waiting, {now - began:.0f} s: {found}")
                last, told = found, now
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, SLOWEST_SECONDS)


async def missing(plan: Plan) -> str:
    """What is missing now."""
    async with asker(math.inf) as asking:
        found = await _look(asking, plan, ask=False)
    return found if isinstance(found, str) else "a chat is answered"


async def _look(asking: Asker, plan: Plan, *, ask: bool = True) -> Answered | str:
    """The answer, or what is missing, in words."""
    models = await asking.get(f"{plan.url}/v1/models", REQUEST_SECONDS)
    if not models.status:
        return "the frontend does not listen yet"
    listed = [str(card.get("id")) for card in _cards(models.data)]
    if plan.model not in listed:
        others = f" ({', '.join(listed)} is)" if listed else ""
        return f"{plan.model} is not listed yet{others}{await _workers(asking, plan)}"
    return await _ask(asking, plan) if ask else f"{plan.model} is listed, and not answered yet"


async def _workers(asking: Asker, plan: Plan) -> str:
    """Which workers are not ready, as each says itself."""
    told = [(one.name, plan.system_url(one)) for one in plan.processes if plan.system_url(one)]
    answers = await asyncio.gather(*(asking.get(f"{url}/health", REQUEST_SECONDS) for _, url in told))
    waiting = [
        f"{name} {_state(answer)}" for (name, _), answer in zip(told, answers, strict=True) if answer.status != 200
    ]
    return f"; {', '.join(waiting)}" if waiting else "; every worker says that it is ready"


def _state(answer: Answer) -> str:
    if not answer.status:
        return "is starting"
    said = answer.data.get("status") if isinstance(answer.data, Mapping) else None
    return f"says {said or answer.status}"


async def _ask(asking: Asker, plan: Plan) -> Answered | str:
    chat = {"messages": [{"role": "user", "content": "Hello"}]}
    answer = await _post(asking, plan, "/v1/chat/completions", chat)
    if answer.status == 200 and _choices(answer.data):
        return Answered("chat", 0)
    why = _said(answer)
    if answer.status in NO_CHAT:
        answer = await _post(asking, plan, "/v1/completions", {"prompt": "Hello"})
        if answer.status == 200 and _choices(answer.data):
            return Answered("completion", 0, why)
    return f"{plan.model} is listed, and a chat is answered with {why}{await _workers(asking, plan)}"


async def _post(asking: Asker, plan: Plan, path: str, body: Mapping[str, Any]) -> Answer:
    asked = {"model": plan.model, "max_tokens": 1, "temperature": 0, **body}
    return await asking.post(f"{plan.url}{path}", asked, {}, CHAT_SECONDS)


def _said(answer: Answer) -> str:
    body = answer.error or answer.data or answer.body
    message = body.get("message") or body.get("error") if isinstance(body, Mapping) else body
    if isinstance(message, Mapping):
        message = message.get("message")
    text = " ".join(str(message or "").split())[:SHOWN]
    return f"{answer.status or 'nothing'}{f': {text}' if text else ''}"


def _cards(models: Any) -> list[Mapping[str, Any]]:
    data = models.get("data") if isinstance(models, Mapping) else None
    return [card for card in data if isinstance(card, Mapping)] if isinstance(data, list) else []


def _choices(body: Any) -> bool:
    return isinstance(body, Mapping) and bool(body.get("choices"))
