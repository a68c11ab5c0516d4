"""Programs that live and die together, each with all that it starts.

async with Together() as together:
    await together.start(["python3", ...], env=...)
    ended, code = await together.first()
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.process import GRACE_SECONDS, KEEPER, supervise
from wellit.process.supervise import Child

KEEPER_SECONDS = 2.0  # how long it has to end what it keeps


class Kept:
    """A program below its keeper (wellit.process.keeper). `pid` is the program's, `killed` whether TERM did not do."""

    def __init__(self, keeper: Child, pid: int) -> None:
        self.name = keeper.name
        self.pid = pid
        self.killed = False
        self._keeper = keeper

    @property
    def gone(self) -> bool:
        return self._keeper.gone

    async def ended(self) -> int:
        """Its exit code when it has ended and its last line is read; -N for one that signal N ended."""
        return await self._keeper.ended()

    async def stop(self, grace: float = GRACE_SECONDS) -> int:
        """TERM, then KILL after `grace` seconds, to it and all that it started. Returns what ended() does."""
        self._keeper.tell(signal.SIGTERM)
        if not await self._ends_within(grace):
            await self.kill()
        return await self.ended()

    async def kill(self) -> None:
        """End it and all that it started, now."""
        self.killed = True
        self._keeper.tell(signal.SIGUSR1)
        if not await self._ends_within(KEEPER_SECONDS):
            self._keeper.signal(signal.SIGKILL)

    async def _ends_within(self, seconds: float) -> bool:
        done, _ = await asyncio.wait([asyncio.ensure_future(self._keeper.exits())], timeout=seconds)
        return bool(done)


class Together:
    """Programs of which none is to run without the others: on the way out of `async with`, all are stopped.

    Each has a keeper, so that nothing of what they started is left, also when this process is killed (on Linux).
    """

    def __init__(self, grace: float = GRACE_SECONDS) -> None:
        self.children: list[Kept] = []
        self._grace = grace
        self._ends: dict[asyncio.Future[int], Kept] = {}

    async def __aenter__(self) -> Together:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        name: str = "",
        on_line: Callable[[str], None] | None = None,
    ) -> Kept:
        """Start a program with `env` as all of its environment. Raises CannotAnswer when it cannot be started."""
        reading, writing = os.pipe()
        try:
            keeper = [sys.executable, "-I", "-S", str(KEEPER), str(os.getpid()), str(writing)]
            under = await supervise.start(
                [*keeper, *argv], env=env, clean=True, name=name or Path(argv[0]).name, on_line=on_line,
                keep=[writing], tied=False,
            )  # fmt: skip
        finally:
            os.close(writing)
        child = Kept(under, 0)
        self.children.append(child)
        told = (await asyncio.to_thread(_all_of, reading)).split(maxsplit=1)
        if len(told) != 1 or not told[0].isdecimal():
            raise CannotAnswer(f"cannot start {argv[0]}: {told[-1].strip() if told else 'its keeper was killed'}")
        child.pid = int(told[0])
        self._ends[asyncio.ensure_future(child.ended())] = child
        return child

    async def first(self) -> tuple[Kept, int]:
        """The first of them that ends, and what its ended() says."""
        done, _ = await asyncio.wait(self._ends, return_when=asyncio.FIRST_COMPLETED)
        ended = next(iter(done))
        return self._ends[ended], ended.result()

    async def stop(self) -> None:
        """TERM to all at once, then KILL."""
        await asyncio.gather(*(child.stop(self._grace) for child in self.children))

    @property
    def killed(self) -> list[Kept]:
        """Those that had to be killed."""
        return [child for child in self.children if child.killed]

    async def kill(self) -> None:
        """End all of them, and what they started, now."""
        await asyncio.gather(*(child.kill() for child in self.children if not child.gone))


def _all_of(reading: int) -> str:
    with os.fdopen(reading) as told:
        return told.read()
