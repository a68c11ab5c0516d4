"""What is said while something goes on: on stderr, so that stdout has nothing but results."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol, runtime_checkable

Say = Callable[[str], None]


@runtime_checkable
class Live(Protocol):
    """A `say` that can also show a line that is replaced by the next one."""

    def __call__(self, text: str) -> None: ...

    def live(self, text: str) -> None: ...


class Announcer:
    """Whole lines anywhere; on a terminal also a line that changes in place."""

    def __call__(self, text: str) -> None:
        clear = "\r\x1b[2K" if sys.stderr.isatty() else ""
        print(f"{clear}{text}", file=sys.stderr, flush=True)

    def live(self, text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)


announce = Announcer()
