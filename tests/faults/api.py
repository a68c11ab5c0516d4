"""The API server of a sandbox, killed and started again with the words that it had."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.faults.run import until
from wellit.access import Access
from wellit.sandbox import Sandbox, processes

PROGRAM = "kube-apiserver"
# Kept, for they outlive the test that started them: the sandbox ends the last one.
_started: list[subprocess.Popen[bytes]] = []


class Api:
    """Gone from `kill` to `start`; the sandbox's other programs stay, and so does what etcd has."""

    def __init__(self, sandbox: Sandbox, here: Access) -> None:
        self.folder, self.here = sandbox.folder, here
        self._words: list[str] = []

    def kill(self) -> None:
        number = next(pid for pid, name in processes.living(self.folder).items() if name == PROGRAM)
        self._words = Path(f"/proc/{number}/cmdline").read_text().split("\0")[:-1]
        processes.end(self.folder, {PROGRAM})
        for one in _started:
            if one.pid == number:
                one.wait()

    def start(self) -> None:
        """Returns when it answers; one that is there is left alone."""
        if PROGRAM not in processes.living(self.folder).values():
            with (self.folder / f"{PROGRAM}.again.log").open("a") as log:
                again = subprocess.Popen(
                    self._words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            _started.append(again)
        until(lambda: self.here.call("get", "--raw", "/readyz").ok, lambda: "the API server does not come back")
