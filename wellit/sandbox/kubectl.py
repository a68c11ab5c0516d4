"""kubectl, pointed at a sandbox and at nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wellit import tools
from wellit.errors import CannotAnswer
from wellit.process import Done, run
from wellit.sandbox.model import Sandbox

MANAGER = "wellit-sandbox"
SEND_SECONDS = 60.0
SEND_ONE_SECONDS = 0.1
SEND_MEGABYTE_SECONDS = 30.0  # of definitions, which the API server makes its schemas of; KServe's are 2 MB each
# kubectl may print a whole object
LONGEST_WHY = 600


def environment(sandbox: Sandbox) -> dict[str, str]:
    """What kubectl and kwokctl are given. With the sandbox as their home they find and write nothing of the user's."""
    return {"HOME": str(sandbox.folder), "KUBECONFIG": str(sandbox.kubeconfig), "KUBERC": "off"}


def kubectl(sandbox: Sandbox, *args: str | Path, stdin: str | None = None, timeout: float = 60) -> Done:
    """Run kubectl against the sandbox, whatever it answers."""
    return run([tools.path("kubectl"), *args], env=environment(sandbox), stdin=stdin, timeout=timeout)


def asked(sandbox: Sandbox, *args: str | Path, stdin: str | None = None, timeout: float = 60) -> str:
    """What kubectl prints. Raises CannotAnswer when it fails."""
    done = kubectl(sandbox, *args, stdin=stdin, timeout=timeout)
    if not done.ok:
        raise CannotAnswer(f"the sandbox {sandbox.name} refused: kubectl {args[0]}", why=done.err.strip()[:LONGEST_WHY])
    return done.out


def apply(sandbox: Sandbox, *files: Path, objects: Iterable[dict[str, Any]] = (), subresource: str = "") -> None:
    """Server-side apply of files, or of `objects`. Raises CannotAnswer when the API server refuses one.

    It refuses a field that it does not know by itself: kubectl's own look at them reads the schemas of all kinds first,
    for which a busy API server with large definitions takes longer than kubectl waits.
    """
    args: list[str | Path] = ["apply", "--server-side", "--force-conflicts", "--validate=ignore"]
    args.append(f"--field-manager={MANAGER}")
    if subresource:
        args.append(f"--subresource={subresource}")
    for file in files:
        args += ["-f", file]
    _send(sandbox, args, list(objects), files)


def create(sandbox: Sandbox, objects: Iterable[dict[str, Any]]) -> None:
    """Create objects, their status too where the API server takes it. Raises CannotAnswer when it refuses one."""
    _send(sandbox, ["create", "--validate=ignore"], list(objects))


def _send(sandbox: Sandbox, args: list[str | Path], items: list[dict[str, Any]], files: tuple[Path, ...] = ()) -> None:
    if not items and not files:
        return
    if items:
        args = [*args, "-f", "-"]
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}) if items else None
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    seconds = SEND_SECONDS + SEND_ONE_SECONDS * len(items) + SEND_MEGABYTE_SECONDS * megabytes
    asked(sandbox, *args, stdin=listed, timeout=seconds)
