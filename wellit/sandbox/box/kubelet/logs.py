"""Where the logs of a pod lie: a file for each run of a container, and links to the last two for `kubectl logs`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wellit.sandbox.box.logs import Log

CURRENT, PREVIOUS = "current.log", "previous.log"
END_BYTES = 2048  # what Kubernetes takes of a log as the message of a container that ended


class PodLogs:
    """The logs of one pod, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, container: str, run: int) -> Path:
        """The file of a container's run number `run`; those before the one before it are removed."""
        folder = self._folder / container
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{run}.log"
        file.touch()
        before = folder / f"{run - 1}.log"
        _link(folder / CURRENT, file.name)
        if before.exists():
            _link(folder / PREVIOUS, before.name)
        for old in folder.glob("*.log*"):
            if not old.is_symlink() and not old.name.startswith((f"{run}.log", f"{run - 1}.log")):
                old.unlink()
        return file

    def say(self, container: str, run: int, text: str) -> None:
        """A line of our own in it."""
        log = Log(self.begin(container, run))
        log.write("stdout", text.encode())
        log.close()

    def end(self, container: str) -> str:
        """The last words of a container's last run."""
        try:
            rows = (self._folder / container / CURRENT).read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(row.split(" ", 3)[-1] for row in rows[-80:])[-END_BYTES:]

    def targets(self, containers: list[str]) -> list[dict[str, Any]]:
        """What kwok is told, so that `kubectl logs` finds them."""
        return [
            {
                "containers": [name],
                "logsFile": str(self._folder / name / CURRENT),
                "previousLogsFile": str(self._folder / name / PREVIOUS),
                "follow": True,
            }
            for name in containers
        ]


def _link(link: Path, to: str) -> None:
    draft = link.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    draft.symlink_to(to)
    draft.replace(link)
