"""A program where there is no network: in a namespace of its own, from which one port of this machine is reached.

    with relayed(6443) as socket: run(argv, 6443, socket)

Run as a script it is the inner side: it gives the namespace its loopback, listens there at the port, and carries what
comes to the unix socket, which the outer side carries on. Unix sockets are files: no network is needed for them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = "127.0.0.1"
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41


def cannot() -> str:
    """Why this machine gives no such namespace; "" where it does."""
    if not shutil.which("unshare"):
        return "there is no unshare"
    done = subprocess.run(["unshare", "-rn", "true"], capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.strip() if done.returncode else ""


@contextmanager
def relayed(port: int) -> Iterator[Path]:
    """A unix socket that leads to a port of this machine."""
    with tempfile.TemporaryDirectory(prefix="wellit-") as folder:
        path = Path(folder) / "s"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(str(path))
            _serve(listening, lambda: socket.create_connection((HERE, port)))
            try:
                yield path
            finally:
                with contextlib.suppress(OSError):  # wakes who waits for a caller
                    listening.shutdown(socket.SHUT_RDWR)


def run(
    argv: Sequence[str | Path], port: int, to: Path, env: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a command in such a namespace and return what it printed."""
    words = ["unshare", "-rn", sys.executable, "-I", __file__, str(port), str(to), *map(str, argv)]
    return subprocess.run(words, env=dict(env), capture_output=True, text=True, timeout=seconds, check=False)


def _serve(listening: socket.socket, connect: Callable[[], socket.socket]) -> None:
    listening.listen(64)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                _join(listening.accept()[0], connect())

    threading.Thread(target=accept, daemon=True).start()


def _join(one: socket.socket, other: socket.socket) -> None:
    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def both() -> None:
        with one, other:
            back = threading.Thread(target=carry, args=(other, one), daemon=True)
            back.start()
            carry(one, other)
            back.join()

    threading.Thread(target=both, daemon=True).start()


def _inside(port: int, to: str, argv: Sequence[str]) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_:
        fcntl.ioctl(any_, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))
    listening = socket.create_server((HERE, port))

    def connect() -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.connect(to)
        return made

    _serve(listening, connect)
    return subprocess.run(argv, env=dict(os.environ), check=False).returncode


if __name__ == "__main__":
    sys.exit(_inside(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
