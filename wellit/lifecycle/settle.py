"""The end of a change: everything gets ready, and the record says so."""

from __future__ import annotations

from dataclasses import replace

from wellit import waiting
from wellit.helm import Helm
from wellit.lifecycle import leaving
from wellit.lifecycle.lock import Lock
from wellit.lifecycle.standing import Standing, status
from wellit.lifecycle.writing import revisions, write
from wellit.progress import Progress
from wellit.record import Record


def settle(
    helm: Helm, written: Record, before: Record | None, held: Lock, progress: Progress, timeout: float | None
) -> Standing:
    """Wait for `timeout` seconds (None: do not), record it as installed, let helm forget what no state has any more.

    Raises as waiting does.
    """
    access = helm.access
    if timeout is not None:
        waiting.wait(access, written.namespace, written.all_objects(), progress, timeout)
    held.check()
    counted = revisions(access, written)
    done = replace(written, state="installed", revisions=counted, going=(), going_objects=(), restarts=())
    done = write(access, done)
    leaving.forget(helm, done, leaving.ever(before))
    return status(done, access)
