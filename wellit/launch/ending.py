"""When a launch is to end: Ctrl-C, TERM or a closed terminal. A second one does not wait any longer.

One that comes with the first is none: timeout(1) sends TERM to its program, and then to the program's group.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

AT_ONCE_SECONDS = 0.2
HEARD = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "TERM", signal.SIGHUP: "a terminal that was closed"}


class Ending:
    """`asked` gets, once, by what it was asked to end.

    `again` is called when it is asked a second time, and then it is `hurried`.

    What is ignored when it starts (nohup) stays ignored.
    """

    def __init__(self, again: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop = asyncio.get_running_loop()
        self.asked: asyncio.Future[str] = self._loop.create_future()
        self.hurried = False
        self._again = again
        self._first = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard = [number for number in HEARD if signal.getsignal(number) != signal.SIG_IGN]

    def __enter__(self) -> Ending:
        for number in self._heard:
            self._loop.add_signal_handler(number, self.ask, HEARD[number])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in self._heard:
            self._loop.remove_signal_handler(number)

    def ask(self, by: str) -> None:
        if not self.asked.done():
            self.asked.set_result(by)
            self._first = self._loop.time()
            return
        if self._loop.time() - self._first < AT_ONCE_SECONDS:
            return
        self.hurried = True
        task = self._loop.create_task(self._again())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
