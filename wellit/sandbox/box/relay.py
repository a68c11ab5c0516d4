"""Carries connections from a listener to an address, byte for byte: nothing is read, held back or added.

As a process (`python -m wellit.sandbox.box.relay DESCRIPTOR`) it serves the listeners that come over the wire: it has
no other work, so that a request through it waits for nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Callable

from wellit.sandbox.box.wire import Message, Wire

CONNECT_SECONDS = 10.0
BACKLOG = 1024
# A pod that is killed may leave without a word; its connections end after idle + count * interval seconds.
KEEPALIVE = (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 11_000))
Address = tuple[str, int]


class Half(asyncio.Protocol):
    """One of the two connections that make a relayed one."""

    other: Half | None = None
    transport: asyncio.Transport

    def __init__(self) -> None:
        # What came before the halves were joined.
        self._early = b""
        self._ended_early = False

    def join(self, other: Half) -> None:
        """From now on, and with what came until now, what is said here is said to `other`."""
        self.other = other
        if self._early:
            other.transport.write(self._early)
        if self._ended_early:
            other.transport.write_eof()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.other:
            self.other.transport.write(data)
        else:
            self._early += data

    def eof_received(self) -> bool:
        """The sender has no more to say; it may still listen."""
        if self.other and not self.other.transport.is_closing():
            self.other.transport.write_eof()
        self._ended_early = not self.other
        return True

    def connection_lost(self, problem: Exception | None) -> None:
        if self.other:
            if problem:
                reset(self.other.transport)
            else:
                self.other.transport.close()

    def pause_writing(self) -> None:
        if self.other:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other:
            self.other.transport.resume_reading()


class Front(Half):
    """The accepted half: asks for the other one, and reads nothing before that is there."""

    def __init__(self, to: Address, tasks: set[asyncio.Task[None]]) -> None:
        super().__init__()
        self._to = to
        self._tasks = tasks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.pause_reading()
        task = asyncio.ensure_future(self._connect())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> None:
        try:
            made = asyncio.get_running_loop().create_connection(Half, *self._to)
            _, back = await asyncio.wait_for(made, CONNECT_SECONDS)
        except (TimeoutError, OSError):
            reset(self.transport)
            return
        keep_alive(back.transport.get_extra_info("socket"))
        if self.transport.is_closing():
            back.transport.close()
            return
        self.join(back)
        back.join(self)
        if back.transport.is_closing():
            self.transport.close()
        else:
            self.transport.resume_reading()


def reset(transport: asyncio.Transport) -> None:
    """End a connection so that the other end sees that it was cut, not that all was said."""
    with contextlib.suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


def keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Relay:
    """Listeners and where each one's connections go."""

    def __init__(self) -> None:
        self._servers: dict[Address, asyncio.Server] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, listener: socket.socket, to: Address) -> None:
        made: Callable[[], Front] = lambda: Front(to, self._tasks)  # noqa: E731
        self._servers[to] = await asyncio.get_running_loop().create_server(made, sock=listener, backlog=BACKLOG)

    def end(self, to: Address) -> None:
        """Take no more connections for an address; those that are open go on."""
        if server := self._servers.pop(to, None):
            server.close()


def listener(host: str, port: int) -> socket.socket:
    """A listener; port 0 lets the system choose one. Raises OSError."""
    made = socket.socket()
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


async def _serve(descriptor: int) -> None:
    relay, over = Relay(), asyncio.Event()
    tasks: set[asyncio.Task[None]] = set()

    def heard(message: Message, along: socket.socket | None) -> None:
        to = (str(message["to"][0]), int(message["to"][1]))
        if along is None:
            relay.end(to)
            return
        task = asyncio.ensure_future(relay.serve(along, to))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    Wire(socket.socket(fileno=descriptor), heard, over.set)
    await over.wait()


if __name__ == "__main__":
    from wellit.sandbox.box.settings import most_descriptors

    most_descriptors()
    asyncio.run(_serve(int(sys.argv[1])))
