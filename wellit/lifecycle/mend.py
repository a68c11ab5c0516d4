"""Releases that a killed helm left pending."""

from __future__ import annotations

import time
from collections.abc import Iterable

from wellit import cluster, waiting
from wellit.access import Access, Unread
from wellit.cluster import HelmRelease
from wellit.errors import Refused
from wellit.helm import Helm, in_the_way, reason
from wellit.lifecycle.lock import Lock
from wellit.record import Record
from wellit.say import Say

ORPHAN_SECONDS = 3.0  # what a killed install had started ends by itself within moments


def mend(
    found: Iterable[HelmRelease] | Unread, known: Record, before: Record | None, helm: Helm, held: Lock, say: Say
) -> frozenset[str]:
    """Bring our releases out of the pending state that a killed helm leaves: helm refuses to go on from there.

    The names of those that were in it.
    """
    names, namespace = known.ever_releases, known.namespace
    pending = [] if isinstance(found, Unread) else [r for r in found if r.name in names and r.pending]
    if not pending:
        return frozenset()
    ours = before is not None and before.state != "installed" and (before.maker_alive is False or held.after(before))
    in_the_way(pending, ours, namespace, helm.access.flags)
    still = _still(helm.access, namespace, pending)
    for release in still:
        say(f"{release.name} was left {release.status} by an interrupted run: mending it")
        done = helm.mend(release, namespace)
        if not done.ok:
            raise Refused(
                f"helm does not mend {release.name}: {reason(done)}",
                write=f"helm history {release.name} -n {namespace}",
            )
    return frozenset(release.name for release in still)


def _still(access: Access, namespace: str, pending: Iterable[HelmRelease]) -> list[HelmRelease]:
    """Those of `pending` that stay so: what a killed run had started may end by itself."""
    names = {release.name for release in pending}
    until = time.monotonic() + ORPHAN_SECONDS
    while True:
        found = cluster.releases(access, namespace)
        still = [] if isinstance(found, Unread) else [r for r in found if r.name in names and r.pending]
        if not still or time.monotonic() > until or all(time.time() - r.changed > ORPHAN_SECONDS for r in still):
            return still
        time.sleep(waiting.POLL_SECONDS)
