"""Sends the requests of a load, in time, within its bounds, and measures what the sending itself takes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from wellit.load.asked import Asked
from wellit.load.prompts import Prompt, Prompts
from wellit.load.sample import Sample
from wellit.load.send import Sender, Way
from wellit.smoke.ask import session

PULSE = 0.05  # seconds between two looks at how late this program is
TOLD = 0.5  # seconds between two lines of progress
Send = Callable[[Sample, Way, Prompt], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Client:
    """What sending took here: `cpu` is the share of one core, `late` how late its own pulse came, in seconds."""

    cpu: float = 0.0
    late: list[float] = field(default_factory=list)


@dataclass
class Run:
    """A load that is over, or goes on. `stopped` when a person ended it before its time."""

    asked: Asked
    samples: list[Sample] = field(default_factory=list)
    seconds: float = 0.0
    stopped: bool = False
    client: Client = field(default_factory=Client)


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() - self.began


async def dispatch(
    run: Run, ways: Sequence[Way], prompts: Prompts, send: Send, clock: Callable[[], float], sleep: Sleep
) -> None:
    """Send request by request until there are enough, or the time is over; then wait for those that are open."""
    asked = run.asked
    slots = asyncio.Semaphore(asked.concurrency)

    async def one(sample: Sample, way: Way, prompt: Prompt) -> None:
        try:
            await send(sample, way, prompt)
        finally:
            slots.release()

    async with asyncio.TaskGroup() as group:
        for number in range(asked.requests):
            due = number / asked.rate if asked.rate else clock()
            if due > clock():
                await sleep(due - clock())
            await slots.acquire()
            if clock() >= asked.duration:
                break
            due = due if asked.rate else clock()
            way = ways[number % len(ways)]
            sample = Sample(number, way.engine, due, clock())
            run.samples.append(sample)
            group.create_task(one(sample, way, prompts.make(number)))


async def drive(asked: Asked, ways: Sequence[Way], told: Callable[[Run], None] = lambda _: None) -> Run:
    """Run a load to its end. Ctrl-C ends it at once: what is open is cut off, and the run says that it was stopped.

    `told` gets the run every half second.
    """
    run, clock, began = Run(asked), Clock(), time.process_time()
    pulse = asyncio.create_task(_pulse(run, clock, told))
    try:
        async with session() as client:
            await dispatch(run, ways, Prompts(asked, Random()), Sender(client, asked, clock).send, clock, asyncio.sleep)
    except asyncio.CancelledError:
        # asyncio's own answer to Ctrl-C; whoever asked for the load wants its figures.
        run.stopped = True
        if task := asyncio.current_task():
            task.uncancel()
    finally:
        run.seconds = clock()
        run.client.cpu = (time.process_time() - began) / max(run.seconds, 1e-9)
        pulse.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pulse
    return run


async def _pulse(run: Run, clock: Callable[[], float], told: Callable[[Run], None]) -> None:
    next_told = 0.0
    while True:
        before = clock()
        await asyncio.sleep(PULSE)
        run.seconds = clock()
        run.client.late.append(run.seconds - before - PULSE)
        if run.seconds >= next_told:
            told(run)
            next_told = run.seconds + TOLD
