"""The end of a change: everything gets ready, and the record says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from wellit import live, verify, waiting
from wellit.endpoint import find_endpoint
from wellit.helm import Helm
from wellit.lifecycle import leaving
from wellit.lifecycle.lock import Lock
from wellit.lifecycle.standing import Standing, whole
from wellit.lifecycle.writing import revisions, write
from wellit.progress import Progress
from wellit.record import Record


def settle(
    helm: Helm, written: Record, before: Record | None, held: Lock, progress: Progress, timeout: float | None
) -> Standing:
    """Wait for `timeout` seconds (None: do not), record it as installed, let helm forget what no state has any more.

    Raises as waiting does.
    """
    access, objects = helm.access, written.all_objects()
    now = (
        live.look(access, written.namespace, objects)
        if timeout is None
        else waiting.wait(access, written.namespace, objects, progress, timeout)
    )
    held.check()
    with ThreadPoolExecutor(1) as pool:  # two questions that do not wait for each other
        rest = pool.submit(whole, access, written.namespace, objects, now)
        counted = revisions(access, written)
        done = replace(written, state="installed", revisions=counted, going=(), going_objects=(), restarts=())
        done = write(access, done)
        leaving.forget(helm, done, leaving.ever(before))
    return Standing(done, now, (*verify.standing(now), *rest.result()), find_endpoint(access, done, now))
