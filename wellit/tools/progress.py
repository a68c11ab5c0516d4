"""Progress of something that takes minutes: seconds counted up on a terminal, plain lines anywhere else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wellit.say import Live, Say

TICK_SECONDS = 1.0


@contextmanager
def timed(say: Say, doing: str, about: int) -> Iterator[Callable[[], float]]:
    """Say what is being done and about how many seconds it takes, and count them; yields the seconds so far."""
    began = time.monotonic()
    over = threading.Event()

    def seconds() -> float:
        return time.monotonic() - began

    def tick(live: Callable[[str], None]) -> None:
        while not over.wait(TICK_SECONDS):
            live(f"{doing} ... {seconds():.0f} s of about {about} s")

    say(f"{doing} ... about {about} s")
    ticker = threading.Thread(target=tick, args=(say.live,), daemon=True) if isinstance(say, Live) else None
    if ticker:
        ticker.start()
    try:
        yield seconds
    finally:
        over.set()
        if ticker:
            ticker.join()
