"""Who is at work on a stack: the Lease in its namespace, read and judged. lifecycle.lock takes and gives it back.

A Lease is what Kubernetes' own controllers agree by (coordination.k8s.io/v1): a holder, and when it was last heard of.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wellit.access import Access, Missing, Unread
from wellit.demand import Kind
from wellit.findings import Check
from wellit.recorded import secret_name

KIND = Kind("coordination.k8s.io/v1", "Lease")
EXPIRY_SECONDS = 60
PREFIX = "wellit.dev/"


@dataclass(frozen=True)
class Worker:
    """A process that changes a stack. `machine` and `started` tell it from another of the same number, "" unknown."""

    user: str
    host: str
    process: int
    task: str
    machine: str = ""
    started: str = ""

    @property
    def identity(self) -> str:
        """As the Lease names its holder."""
        return f"{self.user}@{self.host} {self.task} {self.process}"

    @property
    def words(self) -> str:
        return f"{self.user}@{self.host} ({self.task}, process {self.process})"

    @property
    def dead(self) -> bool:
        """Whether it was on this machine and has ended; of another machine's nobody knows."""
        if (self.host, self.machine) != (platform.node(), machine()):
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return bool(self.started) and started(self.process) != self.started


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, since when, and how many seconds ago it was last heard of, by the API server's clock."""

    worker: Worker
    since: str  # as the holder's own clock had it
    age: float
    seconds: int
    lease: Mapping[str, Any]

    @property
    def gone(self) -> bool:
        """Whether the lock may be taken over."""
        return self.worker.dead or self.age > self.seconds

    @property
    def words(self) -> str:
        return f"{self.worker.words}, since {self.since}, last heard of {max(0.0, self.age):.0f} s ago"

    @property
    def why_gone(self) -> str:
        if self.worker.dead:
            return f"{self.worker.words} has ended without giving the lock back"
        return f"{self.worker.words} was last heard of {self.age:.0f} s ago, more than {self.seconds} s"


def path(namespace: str, postfix: str) -> str:
    """The raw path of a stack's Lease."""
    return KIND.path(namespace, secret_name(postfix))


def look(access: Access, namespace: str, postfix: str) -> Holder | Missing | Unread:
    """Who holds the lock of a stack. Raises CannotAnswer when the cluster does not answer."""
    answer = access.get(path(namespace, postfix))
    if isinstance(answer, (Missing, Unread)):
        return answer
    return holder(answer, _age(access, answer))


def check(found: Holder | Missing | Unread) -> Check:
    """WL790: whether nobody else is at work on the stack."""
    title = "nobody else is at work on this stack"
    if isinstance(found, Unread):
        return Check(
            "WL790", title, "warn", f"you may not {found.why}: of two at once the second is told by the record"
        )
    if isinstance(found, Missing):
        return Check("WL790", title, "pass")
    if found.gone:
        return Check("WL790", title, "warn", f"{found.why_gone}; the next change takes over")
    return Check("WL790", title, "fail", found.words, "wait for it, then the same command again")


def holder(lease: Mapping[str, Any], age: float) -> Holder:
    """What a Lease says; one that somebody else made or edited is held by whom it names."""
    spec, noted = lease.get("spec") or {}, lease["metadata"].get("annotations") or {}
    said = {key.removeprefix(PREFIX): str(value) for key, value in noted.items() if key.startswith(PREFIX)}
    identity = str(spec.get("holderIdentity") or "somebody")
    user, _, host = said.get("by", identity).partition("@")
    process = said.get("process", "")
    worker = Worker(
        user, host or "somewhere", int(process) if process.isdigit() else 0, said.get("task", "at work"),
        said.get("machine", ""), said.get("started", ""),
    )  # fmt: skip
    return Holder(
        worker,
        _shown(str(spec.get("acquireTime") or "")),
        age,
        int(spec.get("leaseDurationSeconds") or EXPIRY_SECONDS),
        lease,
    )


def made(worker: Worker, namespace: str, postfix: str, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The Lease with which `worker` takes a lock, in the place of `before` where there is one."""
    about: dict[str, Any] = {
        "name": secret_name(postfix), "namespace": namespace, "labels": {"app.kubernetes.io/managed-by": "wellit"},
        "annotations": {
            f"{PREFIX}by": f"{worker.user}@{worker.host}", f"{PREFIX}process": str(worker.process),
            f"{PREFIX}task": worker.task, f"{PREFIX}machine": worker.machine, f"{PREFIX}started": worker.started,
        },
    }  # fmt: skip
    if before is not None:
        about["resourceVersion"] = before["metadata"]["resourceVersion"]
    spec = {
        "holderIdentity": worker.identity, "leaseDurationSeconds": EXPIRY_SECONDS, "acquireTime": now(),
        "renewTime": now(), "leaseTransitions": int((before or {}).get("spec", {}).get("leaseTransitions") or 0) + 1,
    }  # fmt: skip
    return {"apiVersion": KIND.api_version, "kind": KIND.kind, "metadata": about, "spec": spec}


def renewed(lease: Mapping[str, Any]) -> dict[str, Any]:
    """The same Lease, heard of now."""
    return {**lease, "spec": {**lease["spec"], "renewTime": now()}}


def here(task: str) -> Worker:
    """This process, at `task`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's number without a name
        user = f"user-{os.getuid()}"
    return Worker(user, platform.node() or "unnamed", os.getpid(), task, machine(), started(os.getpid()))


def machine() -> str:
    """What tells this machine, and in it this container, from another of the same name; "" where nothing does."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return hashlib.sha256(f"{boot} {Path('/proc/self/ns/pid').readlink()}".encode()).hexdigest()[:16]
    except OSError:
        return ""


def started(process: int) -> str:
    """When a process began, in the kernel's own count; "" where that is not told. Numbers are used again."""
    try:
        return (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
        )
    except (OSError, IndexError):
        return ""


def now() -> str:
    """As a Lease has its times: with microseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _age(access: Access, lease: Mapping[str, Any]) -> float:
    """Seconds since the holder was last heard of, by the server's clock: those of two machines may differ by minutes.

    The server notes its time with each change of a field (managedFields), also in the answer to a dry run.
    """
    about = lease["metadata"]
    done = access.trial(KIND.path(about["namespace"], about["name"]), renewed(lease))
    if not done.ok and "Conflict" in done.err:  # it was renewed since it was read
        return 0.0
    then, server = _noted(lease), _noted(json.loads(done.out)) if done.ok else None
    if then is None or server is None:
        then, server = _time(str((lease.get("spec") or {}).get("renewTime") or "")), datetime.now(UTC)
    return (server - then).total_seconds() if then else float("inf")


def _shown(time: str) -> str:
    found = _time(time)
    return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if found else "an unknown time"


def _noted(lease: Mapping[str, Any]) -> datetime | None:
    times = [
        found
        for one in (lease.get("metadata") or {}).get("managedFields") or []
        if (found := _time(one.get("time", "")))
    ]
    return max(times, default=None)


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
