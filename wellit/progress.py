"""Progress while one waits: a table that changes in place on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from wellit.say import Say

Row = tuple[str, bool, str]  # name, whether it is done, where it stands


class Progress:
    """Shows rows as they change. `terminal` says whether the screen can change in place; by default stderr is asked."""

    def __init__(
        self, say: Say, *, terminal: bool | None = None, marks: tuple[str, str] = ("ready", "waiting")
    ) -> None:
        self.say = say
        self.marks = marks  # of a row that is done, and of one that is not
        self.terminal = _can_change() if terminal is None else terminal
        self.began = time.monotonic()
        self._shown: dict[str, Row] = {}
        self._live: Any = None

    def __enter__(self) -> Progress:
        if self.terminal:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True, force_terminal=True), transient=True, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            for row in self._shown.values():
                self.say(self._line(row))

    def show(self, rows: Iterable[Row]) -> None:
        """The rows as they are now."""
        rows = list(rows)
        changed = [row for row in rows if self._shown.get(row[0]) != row]
        self._shown = {row[0]: row for row in rows}
        if self._live is not None:
            self._live.update(self._table(rows), refresh=True)
        else:
            for row in changed:
                self.say(self._line(row))

    def _line(self, row: Row) -> str:
        name, done, words = row
        mark = self.marks[not done].ljust(max(map(len, self.marks)))
        said = f"{name}: {words}" if words else name
        return f"  {mark}  {said}  [{time.monotonic() - self.began:.1f} s]"

    def _table(self, rows: Iterable[Row]) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for name, done, words in rows:
            table.add_row(Text(self.marks[not done], style="green" if done else "yellow"), Text(name), Text(words))
        table.add_row("", "", Text(f"{time.monotonic() - self.began:.0f} s", style="dim"))
        return table


def _can_change() -> bool:
    """Whether the screen can change in place."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
