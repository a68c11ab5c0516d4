"""The engine that is none: takes requests, lets them wait, run and be answered, and counts what it did."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from wellit.standin import answers, requests
from wellit.standin.answers import Draft, Refused
from wellit.standin.behaviour import CAPACITY, Behaviour
from wellit.standin.handshake import Part
from wellit.standin.metrics import Counts, Now
from wellit.standin.prefix_cache import PrefixCache
from wellit.standin.requests import Asked
from wellit.standin.room import Room
from wellit.standin.settings import Settings
from wellit.standin.sharing import Sharing

CRASH_SECONDS = 0.02  # whoever told it gets an answer
CONTEXT_TOKENS = 32_768  # where no length is given: no model is there that would have one


@dataclass
class Run:
    """One request on its way."""

    asked: Asked
    draft: Draft
    part: Part
    pieces: list[str]  # of each choice
    hands_over: str  # the key of a whole answer that says what another server may fetch
    started: float
    prefill: float  # seconds
    done: int = 0  # tokens that are generated, of one choice

    @property
    def finish(self) -> str:
        if self.part.finish and (self.part.limit is not None or self.asked.most is not None):
            return self.part.finish
        return "stop" if self.asked.most is None else "length"

    @property
    def more(self) -> dict[str, Any]:
        """What a whole answer has besides."""
        return ({self.hands_over: None} if self.hands_over else {}) | self.part.handed(self.finish)

    @property
    def choices(self) -> int:
        return self.asked.choices * len(self.asked.prompts)


@dataclass
class Engine:
    """`say` writes a line of the log; `leave` ends the process with a code."""

    settings: Settings
    behaviour: Behaviour
    pod: str
    say: Callable[[str], None]
    leave: Callable[[int], None]
    sharing: Sharing = field(default_factory=Sharing)
    counts: Counts = field(default_factory=Counts)
    ready: bool = True
    answered: int = 0
    _failing: float = 0.0

    def __post_init__(self) -> None:
        self.created = int(time.time())
        self.cache = PrefixCache(
            self.settings.page, self._pages, self.sharing.publisher, enabled=self.settings.prefix_caching
        )
        self.sharing.handshake.failed = self.counts.numbers  # they are metrics of the engine
        self.room = Room(self.cache, lambda: self.capacity)
        self._changed = asyncio.Event()

    @property
    def _pages(self) -> int:
        return max(1, self.behaviour.kv_tokens // self.settings.page)

    @property
    def capacity(self) -> int:
        """How many requests run at once."""
        if self.behaviour.capacity is not None:
            return self.behaviour.capacity
        return self.settings.number("maxSequences") or CAPACITY

    @property
    def context(self) -> int:
        return self.settings.number("contextLength") or CONTEXT_TOKENS

    def behave(self, behaviour: Behaviour) -> None:
        """Behave like this from now on."""
        self.behaviour = behaviour
        self.cache.pages = self._pages
        self.cache.evict(len(self.cache) - self.cache.pages)
        self._changed.set()
        self._changed = asyncio.Event()
        self.room.next()
        self._perhaps_crash()

    def now(self) -> Now:
        """The figures that are served: the true ones, unless others are told."""
        told = self.behaviour
        return Now(
            self.room.waiting if told.queued is None else told.queued,
            self.room.running if told.running is None else told.running,
            self.room.usage if told.kv_usage is None else told.kv_usage,
            self.room.held,
            self.cache.pages,
        )

    async def unhung(self) -> None:
        """Return once it does not hang."""
        while self.behaviour.hang:
            await self._changed.wait()

    @asynccontextmanager
    async def run(self, asked: Asked, headers: Mapping[str, str], at: tuple[str, int]) -> AsyncIterator[Run]:
        """A request's turn: it has waited for its place, and has it while the block runs. Raises Refused.

        `at` is the address of this server that was asked.
        """
        came = time.monotonic()
        model = answers.named(self.settings, asked.model)
        requests.fits(asked, self.context)
        self._perhaps_fail()
        await self.unhung()
        part = await self.sharing.part(asked, headers, at, self._cached(asked))
        pieces = answers.words(self.settings, self.pod, asked.most)[: part.limit]
        finish = ""
        try:
            async with self.room.place(asked.prompt_tokens + len(pieces) * asked.choices * len(asked.prompts)):
                started = time.monotonic()
                self.counts.times["waited"].add(started - came)
                own = self._cached(asked)
                self.counts.numbers["handedOver"] += max(0, part.fetched - own)
                self.counts.numbers["cachedTokens"] += own
                cached = max(own, part.fetched)
                named = answers.answer_id(self.settings, asked.chat, headers)
                draft = Draft(asked.chat, named, model, asked.prompt_tokens, cached)
                prefill = _seconds(asked.prompt_tokens - cached, self.behaviour.prefill_tokens_per_second)
                run = Run(asked, draft, part, pieces, self.settings.serves.get("handsOver", ""), started, prefill)
                try:
                    yield run
                    finish = run.finish
                finally:
                    self._count(run, came, finish or "abort")
        finally:
            part.close(bool(finish))
        self.answered += 1
        self._perhaps_crash()

    def _cached(self, asked: Asked) -> int:
        return sum(self.cache.lookup(prompt) for prompt in asked.prompts)

    def _count(self, run: Run, came: float, finish: str) -> None:
        numbers, generated = self.counts.numbers, run.done * run.choices
        numbers["promptTokens"] += run.asked.prompt_tokens
        numbers["cacheQueries"] += run.asked.prompt_tokens
        numbers["generatedTokens"] += generated
        numbers["answered"] += 1
        self.counts.reasons[finish] += 1
        now = time.monotonic()
        self.counts.times["whole"].add(now - came)
        if run.done > 1:
            self.counts.times["betweenTokens"].add((now - run.started - run.prefill) / run.done, run.done - 1)

    async def generate(self, run: Run) -> AsyncIterator[list[str]]:
        """The pieces of an answer as they come; several at a time where they come faster than they can be sent."""
        await _until(run.started + run.prefill)
        for prompt in run.asked.prompts:
            self.cache.insert(prompt)
        first = run.started + run.prefill
        while run.done < len(run.pieces):
            speed = self.behaviour.tokens_per_second
            await _until(first + _seconds(run.done + 1, speed))
            if not run.done:
                self.counts.times["firstToken"].add(time.monotonic() - run.started)
            passed = time.monotonic() - first
            due = len(run.pieces) if not speed else max(run.done + 1, math.floor(passed * speed))
            new = run.pieces[run.done : due]
            run.done += len(new)
            yield new

    async def generate_all(self, run: Run) -> None:
        """The same in one piece, with one wait."""
        first = run.started + run.prefill
        speed = self.behaviour.tokens_per_second
        await _until(first + _seconds(1, speed))
        for prompt in run.asked.prompts:
            self.cache.insert(prompt)
        self.counts.times["firstToken"].add(time.monotonic() - run.started)
        await _until(first + _seconds(len(run.pieces), speed))
        run.done = len(run.pieces)

    def _perhaps_fail(self) -> None:
        """Raises Refused where this request is one of those that fail."""
        told = self.behaviour
        self._failing += told.fail_fraction
        if told.fail_next or self._failing >= 1:
            if told.fail_next:
                self.behaviour = told.changed({"fail_next": told.fail_next - 1})
            else:
                self._failing -= 1
            raise Refused(told.fail_status, "this stand-in was told to fail", "InternalServerError")

    def _perhaps_crash(self) -> None:
        told = self.behaviour
        if told.crash is not None and self.answered >= told.crash_after:
            self.say(f"told to end with {told.crash}")
            asyncio.get_running_loop().call_later(CRASH_SECONDS, self.leave, told.crash)


def _seconds(tokens: int, per_second: float) -> float:
    return tokens / per_second if per_second else 0.0


async def _until(moment: float) -> None:
    if (left := moment - time.monotonic()) > 0:
        await asyncio.sleep(left)
