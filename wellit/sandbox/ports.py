"""Six ports on loopback for each sandbox, and one more for a part of it."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping

from wellit.errors import CannotAnswer

NAMES = ("kube-apiserver", "etcd", "etcd-peer", "kube-controller-manager", "kube-scheduler", "kwok-controller")
# Below the range from which systems take ports for outgoing connections.
FIRST, STEP, BLOCKS = 16440, 10, 300


def choose(taken: Mapping[int, str], wanted: int | None = None) -> dict[str, int]:
    """A free port for each of NAMES. `taken` says which sandbox has which port; `wanted` is the API server's.

    Raises CannotAnswer when `wanted` is not to be had.
    """
    if wanted is not None:
        _check(wanted, taken)
    for block in range(BLOCKS):
        ports = dict(zip(NAMES, range(FIRST + block * STEP, FIRST + block * STEP + len(NAMES)), strict=True))
        if wanted is not None:
            ports["kube-apiserver"] = wanted
        if len(set(ports.values())) == len(NAMES) and all(p not in taken and _free(p) for p in ports.values()):
            return ports
    raise _none_free()


def besides(taken: Collection[int], wanted: int | None = None) -> int:
    """One more free port: `wanted`, when it is free, else the first that is not `taken`. Raises CannotAnswer."""
    for port in ([] if wanted is None else [wanted]) + list(range(FIRST, FIRST + BLOCKS * STEP)):
        if port not in taken and (port == wanted or (port - FIRST) % STEP >= len(NAMES)) and _free(port):
            return port
    raise _none_free()


def _none_free() -> CannotAnswer:
    return CannotAnswer("no free ports for a sandbox on 127.0.0.1", why=f"looked from {FIRST} upwards")


def _check(port: int, taken: Mapping[int, str]) -> None:
    if not 1024 <= port <= 65535:
        raise CannotAnswer(f"port {port} cannot be used", write="a port from 1024 to 65535")
    if port in taken:
        raise CannotAnswer(
            f"port {port} belongs to the sandbox {taken[port]}", write="another port, or none: a free one is found"
        )
    if not _free(port):
        raise CannotAnswer(
            f"port {port} on 127.0.0.1 is taken by another program", write="another port, or none: a free one is found"
        )


def _free(port: int) -> bool:
    with socket.socket() as tried:
        # as the components do it: a port that was closed a moment ago is free
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
