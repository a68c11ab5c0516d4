"""One kubectl for many questions: `kubectl proxy` on a unix socket that only this user reaches.

A kubectl for each question costs a process start, and on many clusters a login program besides; an install puts some
twenty. What comes back is told in kubectl's own words, so that callers need not know which way it came.
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from wellit import process
from wellit.process import Done
from wellit.tools.room import passing

METHODS = {"get": "GET", "create": "POST", "replace": "PUT", "delete": "DELETE", "patch": "PATCH"}
APPLIED = "application/apply-patch+yaml"  # the only kind of patch that is sent: server-side apply
OPENS_SECONDS = 10.0
AGAIN = 10  # times at most that a request is put again which the server asks to be put later; kubectl's own number


class Door:
    """Opened by the first question, closed with this process, also when that is killed."""

    def __init__(self, kubectl: Sequence[str | Path], env: Mapping[str, str]) -> None:
        self.kubectl = [str(word) for word in kubectl]
        self.env = env
        self._lock = threading.Lock()
        self._socket = ""
        self._running: process.Running | None = None
        self._rooms = contextlib.ExitStack()

    def ask(self, words: Sequence[str], stdin: str | None, timeout: float, accept: str = "") -> Done | None:
        """The answer to a kubectl call with ``--raw PATH``; None when the door does not open (ask kubectl itself).

        `accept` is the form in which an answer is wanted, where it is not the usual one.
        """
        if not self.open():
            return None
        argv = (*self.kubectl, *words)
        kind = APPLIED if words[0] == "patch" else "application/json"
        headers = {"Content-Type": kind} if stdin else {}
        headers |= {"Accept": accept} if accept else {}
        until = time.monotonic() + timeout
        for left in reversed(range(AGAIN + 1)):
            try:
                status, later, body = self._put(METHODS[words[0]], words[2], stdin, headers, timeout)
            except ConnectionRefusedError:  # nothing was asked: kubectl has ended meanwhile
                return None
            except (OSError, http.client.HTTPException) as problem:
                return Done(argv, 1, "", f"Unable to connect to the server: {problem}")
            # An API server that starts, or has too much to do, says when to ask again; it has done nothing then.
            if later is None or not left or time.monotonic() + later > until:
                break
            time.sleep(later)
        return Done(argv, 0, body, "") if status < 400 else Done(argv, 1, "", _said(status, body))

    def _put(
        self, method: str, path: str, stdin: str | None, headers: Mapping[str, str], timeout: float
    ) -> tuple[int, float | None, str]:
        """Status, seconds after which to ask again (None: this is the answer), body."""
        connection = _Connection(self._socket, timeout)
        try:
            connection.request(method, path, stdin.encode() if stdin else None, headers)
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
        finally:
            connection.close()
        after = response.getheader("Retry-After", "")
        busy = response.status == http.HTTPStatus.TOO_MANY_REQUESTS or response.status >= 500
        return response.status, float(after) if busy and after.isdecimal() else None, body

    def close(self) -> None:
        """End kubectl and remove its socket."""
        with self._lock:
            if self._running:
                process.stop(self._running)
            self._running = None
            self._rooms.close()

    def open(self) -> bool:
        """Whether questions can be put through it; the first call opens it."""
        with self._lock:
            if self._running is None:
                folder = self._rooms.enter_context(passing())
                self._socket = str(folder / "kubectl")
                argv = [*self.kubectl, "proxy", "--unix-socket", self._socket]
                self._running = process.start(argv, log=folder / "log", env=self.env, tied=True)
                atexit.register(self.close)
                self._wait()
            return self._running.poll() is None and Path(self._socket).exists()

    def _wait(self) -> None:
        until = time.monotonic() + OPENS_SECONDS
        while self._running and self._running.poll() is None and time.monotonic() < until:
            # The socket's file is there a moment before anybody listens.
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
                trial.connect(self._socket)
                return
            time.sleep(0.005)


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def _said(code: int, body: str) -> str:
    """A refusal as kubectl words it. A body that is no Status comes of a path that nobody serves, or from kubectl."""
    try:
        status = json.loads(body)
        reason = f" ({status['reason']})" if status.get("reason") else ""  # a webhook need not give one
        return f"Error from server{reason}: {status['message']}"
    except (ValueError, KeyError, TypeError, AttributeError):
        reasons = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}
        where = f"Error from server ({reasons[code]})" if code in reasons else "Unable to connect to the server"
        return f"{where}: {body.strip()}"
