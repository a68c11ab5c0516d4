"""Ready means that a chat was answered, through the frontend: its own health is 200 with no worker at all.

Until then, what is missing is said whenever it changes, and now and then when it does not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from wellit.launch.planned import Plan
from wellit.say import Say

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
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        while True:
            found = await _look(session, plan)
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
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        found = await _look(session, plan, ask=False)
    return found if isinstance(found, str) else "a chat is answered"


async def _look(session: aiohttp.ClientSession, plan: Plan, *, ask: bool = True) -> Answered | str:
    """The answer, or what is missing, in words."""
    status, models = await _get(session, f"{plan.url}/v1/models")
    if not status:
        return "the frontend does not listen yet"
    listed = [str(card.get("id")) for card in _cards(models)]
    if plan.model not in listed:
        others = f" ({', '.join(listed)} is)" if listed else ""
        return f"{plan.model} is not listed yet{others}{await _workers(session, plan)}"
    return await _ask(session, plan) if ask else f"{plan.model} is listed, and not answered yet"


async def _workers(session: aiohttp.ClientSession, plan: Plan) -> str:
    """Which workers are not ready, as each says itself."""
    told = [(one.name, plan.system_url(one)) for one in plan.processes if plan.system_url(one)]
    answers = await asyncio.gather(*(_get(session, f"{url}/health") for _, url in told))
    waiting = [
        f"{name} {_state(status, body)}"
        for (name, _), (status, body) in zip(told, answers, strict=True)
        if status != 200
    ]
    return f"; {', '.join(waiting)}" if waiting else "; every worker says that it is ready"


def _state(status: int, body: Any) -> str:
    if not status:
        return "is starting"
    said = body.get("status") if isinstance(body, Mapping) else None
    return f"says {said or status}"


async def _ask(session: aiohttp.ClientSession, plan: Plan) -> Answered | str:
    chat = {"messages": [{"role": "user", "content": "Hello"}]}
    status, body = await _post(session, plan, "/v1/chat/completions", chat)
    if status == 200 and _choices(body):
        return Answered("chat", 0)
    why = _said(status, body)
    if status in NO_CHAT:
        status, body = await _post(session, plan, "/v1/completions", {"prompt": "Hello"})
        if status == 200 and _choices(body):
            return Answered("completion", 0, why)
    return f"{plan.model} is listed, and a chat is answered with {why}{await _workers(session, plan)}"


async def _get(session: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    """The status and the JSON of an answer; 0 when there is none."""
    try:
        async with session.get(url) as answer:
            return answer.status, await _json(answer)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return 0, None


async def _post(session: aiohttp.ClientSession, plan: Plan, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
    asked = {"model": plan.model, "max_tokens": 1, "temperature": 0, **body}
    timeout = aiohttp.ClientTimeout(total=CHAT_SECONDS)
    try:
        async with session.post(f"{plan.url}{path}", json=asked, timeout=timeout) as answer:
            return answer.status, await _json(answer)
    except (aiohttp.ClientError, OSError, TimeoutError) as problem:
        return 0, str(problem) or type(problem).__name__


async def _json(answer: aiohttp.ClientResponse) -> Any:
    try:
        return await answer.json(content_type=None)
    except ValueError:
        return await answer.text()


def _said(status: int, body: Any) -> str:
    message = body.get("message") or body.get("error") if isinstance(body, Mapping) else body
    if isinstance(message, Mapping):
        message = message.get("message")
    text = " ".join(str(message or "").split())[:SHOWN]
    return f"{status or 'nothing'}{f': {text}' if text else ''}"


def _cards(models: Any) -> list[Mapping[str, Any]]:
    data = models.get("data") if isinstance(models, Mapping) else None
    return [card for card in data if isinstance(card, Mapping)] if isinstance(data, list) else []


def _choices(body: Any) -> bool:
    return isinstance(body, Mapping) and bool(body.get("choices"))
