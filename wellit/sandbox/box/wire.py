"""Messages between the processes of a box: JSON, with open sockets passed along.

A socket belongs to the network in which it was made. So a listener is made on one side of the box's wall and handed
to a process on the other, which takes its connections and carries them on: one step, whichever the direction.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

LONGEST = 64 * 2**10
Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Wire:
    """One end of a pair. `heard` gets each message with the socket that came along; `ended` is called once, when the
    other side is gone."""

    def __init__(
        self, end: socket.socket, heard: Callable[[Message, socket.socket | None], None], ended: Callable[[], None]
    ) -> None:
        self._end = end
        self._heard = heard
        self._ended = ended
        end.setblocking(False)
        asyncio.get_running_loop().add_reader(end, self._read)

    def say(self, message: Message, along: socket.socket | None = None) -> None:
        """Send a message, and a socket, of which this process keeps its own copy. Raises OSError."""
        socket.send_fds(self._end, [json.dumps(message).encode()], [along.fileno()] if along else [])

    def _read(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._end, LONGEST, 1)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        if not data:
            asyncio.get_running_loop().remove_reader(self._end)
            self._ended()
            return
        self._heard(json.loads(data), socket.socket(fileno=descriptors[0]) if descriptors else None)
