"""Releases that a stack has no longer: what they made goes, and helm keeps what they were for a way back."""

from __future__ import annotations

from collections.abc import Iterable

from wellit import cluster
from wellit.access import Unread
from wellit.helm import Helm, reason
from wellit.lifecycle.stopped import failed
from wellit.live import made
from wellit.record import Record
from wellit.say import Say

HELM_SECONDS = 300  # helm waits until its objects are gone
AWAY_SECONDS = 30  # the same, where nobody takes a finalizer away


def leave(helm: Helm, known: Record, say: Say) -> None:
    """Remove the releases that go, the last first; those that are gone already are passed over.

    Before anything else is applied: helm takes over no object that another release has, and helmfile would remove a
    release that is switched off without keeping its history.
    """
    wanted = known.going
    if not wanted:
        return
    there = cluster.releases(helm.access, known.namespace)
    gone = set() if isinstance(there, Unread) else set(wanted) - {one.name for one in there}
    objects = [item for item in known.ever() if item.release in wanted]
    for said in (away := made.unattended(helm.access, objects)):
        say(said)
    for name in reversed(wanted):
        if name in gone:
            continue
        done = helm.leave(name, known.namespace, AWAY_SECONDS if away else HELM_SECONDS)
        if not done.ok:
            raise failed(
                helm.access,
                f"helm does not remove {name}, which the stack has no longer: {reason(done)}",
                why="nothing else was applied",
                write="mend it, then the same again goes on from here; invoke uninstall removes what there is",
            )
        say(f"{name}: removed; helm keeps what it was")


def forget(helm: Helm, known: Record, names: Iterable[str]) -> None:
    """Let helm forget releases that were left and that no recorded state has any more."""
    old = set(names) - ever(known)
    there = cluster.left(helm.access, known.namespace) if old else frozenset()
    if found := sorted(old & there):
        helm.uninstall(found, known.namespace)


def ever(known: Record | None) -> set[str]:
    """Every release that a state of this record has or had."""
    if known is None:
        return set()
    former = {release["name"] for state in known.history for release in state["releases"]}
    return {*known.ever_releases, *former}
