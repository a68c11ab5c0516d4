"""What is said while something goes on: on stderr, so that stdout has nothing but results."""

from __future__ import annotations

import contextlib
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
    """Whole lines anywhere; on a terminal also a line that changes in place.

    Nobody may be there to read them (``2>&1 | head``, ``2>&-``): that stops no work half way.
    """

    def __call__(self, text: str) -> None:
        self._show(f"\r\x1b[2K{text}\n" if _terminal() else f"{text}\n")

    def live(self, text: str) -> None:
        if _terminal():
            self._show(f"\r\x1b[2K{text}")

    def _show(self, text: str) -> None:
        if sys.stderr:
            with contextlib.suppress(OSError):
                sys.stderr.write(text)
                sys.stderr.flush()


def _terminal() -> bool:
    return bool(sys.stderr) and sys.stderr.isatty()


announce = Announcer()
