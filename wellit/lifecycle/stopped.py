"""What stops a change on the way is told with what goes on from there."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wellit.access import Access
from wellit.errors import CannotAnswer, Interrupted, Refused, WellitError


@contextmanager
def goes_on(task: str, more: str = "") -> Iterator[None]:
    """The same task again goes on from wherever Ctrl-C, TERM, or a cluster that is gone, has stopped it."""
    again = f"the same {task} again goes on from here{more}"
    try:
        with _heard():
            yield
    except KeyboardInterrupt:
        raise Interrupted("stopped on the way", write=again) from None
    except CannotAnswer as problem:
        write = f"{problem.write}; then {again}" if problem.write else again
        raise CannotAnswer(problem.message, where=problem.where, why=problem.why, write=write) from problem


@contextmanager
def _heard() -> Iterator[None]:
    """TERM (a job that is cancelled) and HUP (a terminal that is gone) stop the work as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    main = threading.current_thread() is threading.main_thread()
    mine = [sign for sign in (signal.SIGTERM, signal.SIGHUP) if main and signal.getsignal(sign) is signal.SIG_DFL]
    for sign in mine:
        signal.signal(sign, stop)
    try:
        yield
    finally:
        for sign in mine:
            signal.signal(sign, signal.SIG_DFL)


def failed(access: Access, said: str, why: str, write: str) -> WellitError:
    """The error for a helm that failed: when the cluster is gone, helm is not to blame."""
    try:
        access.get("/version")
    except CannotAnswer as gone:
        return CannotAnswer(gone.message, why=f"{said}; {why}", write=gone.write)
    return Refused(said, why=why, write=write)
