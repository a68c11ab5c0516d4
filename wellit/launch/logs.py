"""What the processes say: whole in a file of each, and on the screen behind the process' name until it is hushed."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from wellit.paths import shown
from wellit.report.style import Style, clean

COLOURS = ("cyan", "green", "yellow", "blue")
_COLOURED = re.compile(r"\x1b\[[0-9;]*m")
KEPT = 40  # last lines of each process that are kept for its end


class Logs:
    """`write(name, line)` takes a line. When nobody reads the screen any more, `closed` is called, once.

    `unshown` are words of lines that are for the files alone.
    """

    def __init__(
        self, folder: Path, names: Sequence[str], screen: TextIO, closed: Callable[[], None] = lambda: None,
        unshown: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._style = Style.of(screen)
        self._screen: TextIO | None = screen
        self._closed = closed
        self._unshown = tuple(unshown)
        self._hushed = False
        self._width = max(map(len, names), default=0)
        self._colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(names)}
        self._last: dict[str, deque[str]] = {name: deque(maxlen=KEPT) for name in names}
        folder.mkdir(parents=True, exist_ok=True)
        self.files: Mapping[str, Path] = {name: folder / f"{name}.log" for name in names}
        self._open = {name: file.open("w", encoding="utf-8", buffering=1) for name, file in self.files.items()}

    def close(self) -> None:
        for file in self._open.values():
            with contextlib.suppress(OSError):
                file.close()

    def hush(self) -> None:
        """From now on what they say goes into their files alone."""
        self._hushed = True

    def of(self, name: str) -> Callable[[str], None]:
        """What takes the lines of one process."""
        return lambda line: self.write(name, line)

    def write(self, name: str, line: str) -> None:
        line = _COLOURED.sub("", line)
        self._last[name].append(line)
        self._file(name, line)
        if not self._hushed and not any(words in line for words in self._unshown):
            self.show(f"{self._style.paint(f'{name:<{self._width}} |', self._colours[name])} {clean(line)}")

    def _file(self, name: str, line: str) -> None:
        file = self._open[name]
        if file.closed:
            return
        try:
            file.write(line + "\n")
        except OSError as problem:
            with contextlib.suppress(OSError):
                file.close()
            self.show(f"{shown(self.files[name])} gets no more of what it says: {problem.strerror}")

    def show(self, text: str) -> None:
        """A line of our own, on the screen alone."""
        if self._screen is None:
            return
        try:
            print(text, file=self._screen, flush=True)
        except (OSError, ValueError):
            self._screen = None
            self._closed()

    def show_last(self, name: str, count: int) -> None:
        """The last lines of a process, on the screen."""
        self.show(f"\n{name} said last:")
        for line in self.last(name, count) or ["nothing"]:
            self.show(f"  {clean(line)}")

    def last(self, name: str, count: int = KEPT) -> list[str]:
        """The last lines of a process."""
        return list(self._last[name])[-count:]
