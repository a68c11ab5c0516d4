"""Pods that read what has changed only when they start: they are made anew, a few at a time as their object has it."""

from __future__ import annotations

from dataclasses import replace

from wellit.access import failure
from wellit.changes import Changes, same
from wellit.changes.meaning import restarts
from wellit.helm import Helm
from wellit.record import Record
from wellit.recorded import objects
from wellit.say import Say


def noted(written: Record, changes: Changes | None, before: Record | None) -> Record:
    """The record with what is to be restarted, and what an interrupted change did not come to."""
    found = [(o.of.api_version, o.of.kind, o.name, o.release) for o in changes.stale] if changes else []
    if before is not None and before.state != "installed":
        found += before.restarts
    kept = written.all_objects()
    once = tuple(dict.fromkeys(found))
    mine = (noted for noted, item in zip(once, objects(once), strict=True) if any(same(item, one) for one in kept))
    return replace(written, restarts=tuple(mine))


def restart(helm: Helm, known: Record, say: Say) -> None:
    """Restart their pods; an object that is gone has none. Of other kinds it is said that a person must."""
    access = helm.access
    for item in objects(known.restarts):
        if not restarts(item):
            say(f"{item} reads what has changed when its pods start: delete them, one after another")
            continue
        name = f"{item.of.kind.lower()}/{item.name}"
        done = access.call("rollout", "restart", name, "-n", known.namespace)
        if not done.ok and "NotFound" not in done.err:
            raise failure(access, done, f"the restart of {item}")
        say(f"{item}: its pods read what has changed, and are restarted")
