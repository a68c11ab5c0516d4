"""Who runs and who waits: a queue in the order of arrival, for a slot and for room in the KV cache."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from wellit.standin.prefix_cache import PrefixCache


class Room:
    """Slots for requests that run at once, and the pages that they hold. `capacity` is asked each time."""

    def __init__(self, cache: PrefixCache, capacity: Callable[[], int]) -> None:
        self._cache, self._capacity = cache, capacity
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.running = 0
        self.held = 0  # pages

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def usage(self) -> float:
        """The share of the KV cache that running requests hold, 0 to 1: cached pages are free for others."""
        return min(1.0, self.held / self._cache.pages)

    @asynccontextmanager
    async def place(self, tokens: int) -> AsyncIterator[None]:
        """Wait until a request of that many tokens may run, and keep its place while the block runs.

        Whoever is cancelled, waiting or running, gives its place to the next.
        """
        pages = -(-tokens // self._cache.size)
        if self._waiting or not self._fits(pages):
            await self._wait(pages)
        else:
            self._enter(pages)
        try:
            yield
        finally:
            self._leave(pages)

    async def _wait(self, pages: int) -> None:
        mine: tuple[int, asyncio.Future[None]] = (pages, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        try:
            await mine[1]
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
                self.next()
            else:  # it was let in at the same moment
                self._leave(pages)
            raise

    def next(self) -> None:
        """Let in those who wait, as many as now fit."""
        while self._waiting and self._fits(self._waiting[0][0]):
            pages, future = self._waiting.popleft()
            self._enter(pages)
            future.set_result(None)

    def _fits(self, pages: int) -> bool:
        """A request that is bigger than the whole cache runs alone."""
        return self.running < self._capacity() and (not self.running or self.held + pages <= self._cache.pages)

    def _enter(self, pages: int) -> None:
        self.running += 1
        self.held += pages

    def _leave(self, pages: int) -> None:
        self.running -= 1
        self.held -= pages
        self.next()
