"""The lock of a stack: taken before anything is changed, renewed while it is, given back at the end.

A Lease in the stack's namespace (see lease). Where Leases may not be written, the record alone keeps two apart: of two
that write it at once, the second is refused.
"""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit import lease
from wellit.access import Access, Missing, Unread
from wellit.errors import CannotAnswer, Interrupted, Refused
from wellit.lease import Holder, Worker
from wellit.recorded import Record
from wellit.say import Say

RENEW_SECONDS = 10.0
TRIES = 3  # of taking a lock that changes hands at this moment
# What this process holds, so that one step of a change may ask for the lock that the whole has.
_mine: dict[tuple[str, str, str], Lock] = {}


@dataclass
class Lock:
    """A lock that is held. `before` is who had it and left it behind; `lost` is who has taken it over since.

    `lease` is None where Leases may not be written: nobody is kept out then.
    """

    access: Access
    namespace: str
    postfix: str
    worker: Worker
    lease: Mapping[str, Any] | None = None
    before: Holder | None = None
    lost: str = ""
    _end: threading.Event = field(default_factory=threading.Event)

    def after(self, known: Record) -> bool:
        """Whether this lock was taken over from the process that wrote a record."""
        former = self.before.worker if self.before else None
        return former is not None and (former.host, former.process) == (known.host, known.process)

    def check(self) -> None:
        """Raise Refused when somebody else has taken the lock over: two that change a stack undo each other's work."""
        if self.lost:
            raise _lost(self.lost)

    def renew(self) -> None:
        """Be heard of. What cannot be asked is tried again at the next time; a Lease that has gone is made again."""
        assert self.lease is not None
        where = lease.path(self.namespace, self.postfix)
        done = self.access.call("replace", "--raw", where, "-f", "-", stdin=json.dumps(lease.renewed(self.lease)))
        if done.ok:
            self.lease = json.loads(done.out)
        elif "Conflict" in done.err or "NotFound" in done.err:
            self._again()

    def _again(self) -> None:
        answer = self.access.get(lease.path(self.namespace, self.postfix))
        if isinstance(answer, Unread):
            return
        if isinstance(answer, Missing):
            made = _put(self.access, self.worker, self.namespace, self.postfix)
            self.lease = self.lease if made is None or isinstance(made, Unread) else made
        elif lease.holder(answer, 0.0).worker == self.worker:
            self.lease = answer
        else:
            self.lost = lease.holder(answer, 0.0).worker.words

    def _keep(self) -> None:
        """Renew until the end, in a thread of its own; a lock that is lost stops the work."""
        while not self._end.wait(RENEW_SECONDS):
            with contextlib.suppress(CannotAnswer):
                self.renew()
            if self.lost:
                main = threading.main_thread().ident
                if main is not None and not self._end.is_set():
                    signal.pthread_kill(main, signal.SIGINT)
                return

    def _give_back(self) -> None:
        """Remove the Lease, when it is still this process's. What cannot be asked expires by itself."""
        if self.lease is None or self.lost:
            return
        about = self.lease["metadata"]
        only = {"uid": about["uid"], "resourceVersion": about["resourceVersion"]}
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": only}
        where = lease.path(self.namespace, self.postfix)
        self.access.call("delete", "--raw", where, "-f", "-", stdin=json.dumps(body))


@contextlib.contextmanager
def held(access: Access, namespace: str, postfix: str, task: str, say: Say) -> Iterator[Lock]:
    """Hold the lock of a stack. Within it, the same process may ask for it again.

    Raises Refused when somebody else is at work on the stack, also when the lock is lost on the way.
    """
    key = (access.label, namespace, postfix)
    if key in _mine:
        yield _mine[key]
        return
    lock = _take(access, namespace, postfix, task, say)
    _mine[key] = lock
    keeping = threading.Thread(target=lock._keep, daemon=True)
    if lock.lease is not None:
        keeping.start()
    try:
        yield lock
    except (Interrupted, KeyboardInterrupt):
        if lock.lost:
            raise _lost(lock.lost) from None
        raise
    finally:
        del _mine[key]
        lock._end.set()
        if keeping.is_alive():
            keeping.join()
        with contextlib.suppress(CannotAnswer):
            lock._give_back()


def nobody_else(access: Access, namespace: str, postfix: str, known: Record | None = None) -> None:
    """Raise Refused when somebody is at work on a stack: before a person is asked what would be refused anyway.

    Where Leases may not be read, the record says so of a process of this machine.
    """
    if (access.label, namespace, postfix) in _mine:
        return
    found = lease.look(access, namespace, postfix)
    if isinstance(found, Holder) and not found.gone:
        raise busy(found)
    if isinstance(found, Unread) and known and known.state != "installed" and known.maker_alive:
        raise Refused(
            f"another wellit is at work on this stack: process {known.process}, since {known.when}",
            write="wait for it, or end it first",
        )


def busy(found: Holder) -> Refused:
    """The refusal that tells who is at work."""
    return Refused(
        f"{found.worker.words} is at work on this stack since {found.since}",
        why=f"last heard of {max(0.0, found.age):.0f} s ago; two that change a stack at once undo each other's work",
        write=f"wait for it; {found.seconds} s after it was last heard of, the same command takes over",
    )


def _take(access: Access, namespace: str, postfix: str, task: str, say: Say) -> Lock:
    lock = Lock(access, namespace, postfix, lease.here(task))
    for _ in range(TRIES):
        found = lease.look(access, namespace, postfix)
        if isinstance(found, Unread):
            return _without(lock, found.why, say)
        if isinstance(found, Holder):
            if not found.gone:
                raise busy(found)
            say(f"{found.why_gone}: taking over")
        before = found if isinstance(found, Holder) else None
        taken = _put(access, lock.worker, namespace, postfix, before.lease if before else None)
        if isinstance(taken, Unread):
            return _without(lock, taken.why, say)
        if taken is not None:
            lock.lease, lock.before = taken, before
            return lock
    raise Refused("somebody else takes the lock of this stack at this moment", write="the same command again")


def _put(
    access: Access, worker: Worker, namespace: str, postfix: str, before: Mapping[str, Any] | None = None
) -> Mapping[str, Any] | Unread | None:
    """Take a lock that is free, or in the place of `before`; None when somebody else was quicker."""
    where = lease.path(namespace, postfix)
    words = ("replace", where) if before is not None else ("create", where.rpartition("/")[0])
    body = json.dumps(lease.made(worker, namespace, postfix, before))
    done = access.call(words[0], "--raw", words[1], "-f", "-", stdin=body)
    taken = ("Conflict", "AlreadyExists", "already exists", *(["NotFound"] if before is not None else []))
    if not done.ok and any(word in done.err for word in taken):
        return None
    answer: Mapping[str, Any] | Unread | Missing = access.read(done, where)
    if isinstance(answer, Missing):
        raise CannotAnswer(f"there is no namespace {namespace} on {access.label}", write="-n NAMESPACE")
    return answer


def _without(lock: Lock, why: str, say: Say) -> Lock:
    say(f"no lock is held, for you may not {why}: the record alone tells you from somebody who changes this stack now")
    return lock


def _lost(who: str) -> Refused:
    return Refused(
        f"{who} has taken this stack over: this process was not heard of for {lease.EXPIRY_SECONDS} s",
        why="two that change a stack at once undo each other's work; this one stopped where it was",
        write="look at it: invoke status; then again",
    )
