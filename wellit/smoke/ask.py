"""Asking over HTTP, each request with a time limit, and every piece of a stream with its time.

A key for a gateway or an engine that wants one is sent with every request (wellit.keys).
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from wellit import keys
from wellit.standin import POD_HEADER

REQUEST_SECONDS = 20.0
CONNECT_SECONDS = 5.0
ENOUGH_SECONDS = 1.0  # one that had less before all of it was over tells nothing of the stack
SHOWN = 300  # characters of an answer that are shown
PICKED = "x-went-into-resp-headers"  # in answers that a picker has seen (asked of v0.7.1)
OVER = "not asked: the time was over"


@dataclass(frozen=True)
class Answer:
    """What came back. `status` is 0 when nothing did, and `error` then says why. Times are in seconds.

    Of a stream `pieces` has the time and the text of each chunk, and `done` whether it ended with [DONE].
    """

    status: int = 0
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    pieces: tuple[tuple[float, str], ...] = ()
    usage: bool = False
    done: bool = False

    @property
    def ok(self) -> bool:
        return self.status == 200 and not self.error

    @property
    def over(self) -> bool:
        """Whether it was not asked, or not waited for, for want of time."""
        return self.error == OVER

    @property
    def data(self) -> Any:
        """The JSON of the answer; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def pod(self) -> str:
        """The pod that says that it answered; "" when none does."""
        return self.headers.get(POD_HEADER, "").rpartition(",")[2].strip()

    @property
    def picked(self) -> bool:
        """Whether a picker says that it has seen the answer."""
        return PICKED in self.headers

    @property
    def words(self) -> str:
        """``200 in 0.31 s``, ``no answer in 20 s``."""
        return f"{self.status} in {self.seconds:.2f} s" if self.status and not self.error else self.error

    @property
    def evidence(self) -> str:
        """The beginning of what it said, without a key."""
        return keys.hidden(" ".join(self.body.split())[:SHOWN])


def _nobody(_: str) -> None:
    """Reads along of no stream."""


class Asker:
    """Asks within a session. `seconds` is what all of it may take together."""

    def __init__(self, session: aiohttp.ClientSession, seconds: float) -> None:
        self.session = session
        self.until = time.monotonic() + seconds
        self.asked = 0

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self.until - time.monotonic()

    async def get(self, url: str, seconds: float = REQUEST_SECONDS, headers: Mapping[str, str] | None = None) -> Answer:
        return await self._ask("GET", url, None, headers or {}, seconds)

    async def post(
        self, url: str, body: Mapping[str, Any], headers: Mapping[str, str], seconds: float = REQUEST_SECONDS
    ) -> Answer:
        return await self._ask("POST", url, body, headers, seconds)

    async def stream(
        self, url: str, body: Mapping[str, Any], headers: Mapping[str, str], on_text: Callable[[str], None] = _nobody
    ) -> Answer:
        """Ask for a stream; `on_text` gets each piece of the text as it comes."""
        return await self._ask("POST", url, {**body, "stream": True}, headers, REQUEST_SECONDS, on_text)

    async def _ask(
        self, method: str, url: str, body: Any, headers: Mapping[str, str], seconds: float,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:  # fmt: skip
        limit = min(seconds, self.left)
        if limit <= 0:
            return Answer(error=OVER)
        self.asked += 1
        began = time.monotonic()
        try:
            asking = self.session.request(method, url, json=body, headers=headers, allow_redirects=False)
            async with asyncio.timeout(limit), asking as answer:
                known = {name.lower(): value for name, value in answer.headers.items()}
                if on_text and answer.status == 200:
                    return await _streamed(answer, known, began, on_text)
                text = (await answer.read()).decode(errors="replace")
                return Answer(answer.status, text, known, time.monotonic() - began)
        except TimeoutError:
            late = limit < min(seconds, ENOUGH_SECONDS)
            return Answer(seconds=limit, error=OVER if late else f"no answer in {limit:.3g} s")
        except aiohttp.ClientError as problem:
            return Answer(seconds=time.monotonic() - began, error=_why(problem))


async def _streamed(
    answer: aiohttp.ClientResponse, headers: Mapping[str, str], began: float, on_text: Callable[[str], None]
) -> Answer:
    pieces: list[tuple[float, str]] = []
    read, usage, done, error = [], False, False, ""
    try:
        async for line in answer.content:
            read.append(line)
            said = line.decode(errors="replace").strip()
            if not said.startswith("data:"):
                continue
            said = said.removeprefix("data:").strip()
            if said == "[DONE]":
                done = True
                continue
            text, counted, wrong = _piece(said)
            usage, error = usage or counted, error or wrong
            pieces.append((time.monotonic() - began, text))
            on_text(text)
    except (aiohttp.ClientError, ValueError) as problem:  # cut off in the middle, or a line without end
        error = _why(problem)
    body = b"".join(read).decode(errors="replace")
    return Answer(answer.status, body, headers, time.monotonic() - began, error, tuple(pieces), usage, done)


def _piece(said: str) -> tuple[str, bool, str]:
    """The text of one chunk, whether it tells the usage, and the error that it tells instead."""
    try:
        data = json.loads(said)
        wrong = f"an error in the stream: {str(data['error'])[:SHOWN]}" if data.get("error") else ""
        choice = (data.get("choices") or [{}])[0]
        delta = choice.get("delta") or {}
        text = delta.get("content") or delta.get("reasoning_content") or choice.get("text") or ""
        return str(text), bool(data.get("usage")), wrong
    except (ValueError, AttributeError, LookupError, TypeError):
        return "", False, f"a piece of the stream is no answer: {said[:80]}"


def _why(problem: Exception) -> str:
    if isinstance(problem, aiohttp.ClientConnectorError):
        return f"no connection: {os.strerror(problem.os_error.errno) if problem.os_error.errno else problem.os_error}"
    if isinstance(problem, aiohttp.ServerDisconnectedError):
        return "the connection was closed before an answer came"
    return f"the answer broke off: {problem or type(problem).__name__}"


@asynccontextmanager
async def asker(seconds: float) -> AsyncIterator[Asker]:
    """An Asker for `seconds` in all."""
    async with session(CONNECT_SECONDS) as client:
        yield Asker(client, seconds)


def session(connect_seconds: float | None = None) -> aiohttp.ClientSession:
    """A client with the key, and as many connections as there are requests; proxies of the environment are not used."""
    limits = aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds)
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(headers=keys.bearer(keys.KEY), timeout=limits, connector=connector, trust_env=False)
