"""A container's log, in the format of container runtimes, which kubectl and kwok read: `TIME STREAM F TEXT`."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import IO

# What a kubelet keeps: 10 MiB in the file and as much in the one before.
MOST_BYTES = 10 * 2**20
# A longer line is cut into pieces, marked P for all but the last.
LONGEST_LINE = 16 * 2**10


class Log:
    """A file that lines are added to; when it is full it becomes FILE.1 and a new one begins."""

    def __init__(self, file: Path, most: int = MOST_BYTES) -> None:
        self.file = file
        self._most = most
        self._open: IO[bytes] | None = None
        self._size = 0

    def write(self, stream: str, text: bytes, *, whole: bool = True) -> None:
        """Add a line of the stream ("stdout" or "stderr"); what a full disk does not take is lost."""
        line = b"%s %s %s %s\n" % (_now(), stream.encode(), b"F" if whole else b"P", text)
        with contextlib.suppress(OSError):
            if self._size + len(line) > self._most or self._open is None:
                self._begin()
            if self._open:
                self._open.write(line)
                self._size += len(line)

    def close(self) -> None:
        if self._open:
            self._open.close()
            self._open = None

    def _begin(self) -> None:
        self.close()
        if self._size:
            self.file.replace(self.file.with_name(self.file.name + ".1"))
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._open = self.file.open("ab", buffering=0)
        self._size = self._open.tell()


def _now() -> bytes:
    whole, rest = divmod(time.time_ns(), 10**9)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{rest:09d}Z".encode()


class Stream(asyncio.Protocol):
    """The end of a pipe that a container writes into. `ended` is done when nothing more can come."""

    def __init__(self, log: Log, name: str) -> None:
        self._log = log
        self._name = name
        self._rest = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._say(line, whole=True)
        while len(self._rest) > LONGEST_LINE:
            self._say(self._rest[:LONGEST_LINE], whole=False)
            self._rest = self._rest[LONGEST_LINE:]

    def _say(self, line: bytes, *, whole: bool) -> None:
        while len(line) > LONGEST_LINE:
            self._log.write(self._name, line[:LONGEST_LINE], whole=False)
            line = line[LONGEST_LINE:]
        self._log.write(self._name, line, whole=whole)

    def connection_lost(self, _: Exception | None) -> None:
        if self._rest:
            self._log.write(self._name, self._rest)
        if not self.ended.done():
            self.ended.set_result(None)
