"""Objects that cannot be changed in place: they are deleted, and helm makes them anew."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from wellit import waiting
from wellit.access import Access, Missing, failure
from wellit.changes import Change, Changes
from wellit.changes.data import about
from wellit.errors import Refused
from wellit.lifecycle.standing import Ask
from wellit.say import Say

GOING_SECONDS = 60.0  # an object that nothing holds is gone at once; one with a finalizer waits for its controller


def agree(changes: Changes | None, ask: Ask) -> Sequence[Change]:
    """Ask whether what cannot be changed in place may be made anew; these, after a yes.

    Raises Refused when something else of the change would be refused (to delete then would only do harm), and what
    `ask` raises.
    """
    anew = changes.anew if changes else ()
    if not changes or not anew:
        return ()
    if refused := changes.refused:
        raise Refused(
            f"{refused[0].object} would be refused: {refused[0].refused}",
            why="other objects must be made anew, and are not deleted for a change that does not succeed",
            write="mend it; invoke plan shows all of it",
        )
    names = ", ".join(str(one.object) for one in anew)
    lost = [f" {one.object} loses {said}." for one in anew if (said := about(one.object.of).loses)]
    ask(f"What {names} has running ends, and starts again from nothing.{''.join(lost)} Delete and make anew {names}?")
    return anew


def brought_back(access: Access, namespace: str, changes: Changes | None, mended: Collection[str]) -> Sequence[Change]:
    """What a stopped change had deleted, and the mending of its release has made again as it was before.

    It was not there when this change was planned, so that nothing is lost with it.
    """
    gone = [one for one in changes.new if one.object.release in mended] if changes else []
    return [one for one in gone if isinstance(access.get(one.object.of.path(namespace, one.object.name)), dict)]


def make_way(access: Access, namespace: str, anew: Sequence[Change], say: Say) -> None:
    """Delete what cannot be changed in place, and wait until it is gone; its pods end beside it.

    One that is gone already is passed over, so that an interrupted change goes on.
    """
    for one in anew:
        item = one.object
        path = item.of.path(namespace, item.name)
        # Without the word, a Job of batch/v1 leaves its pods behind.
        done = access.call("delete", "--raw", f"{path}?propagationPolicy=Background")
        if not done.ok and "NotFound" not in done.err:
            raise failure(access, done, f"the deletion of {item}")
        until = time.monotonic() + GOING_SECONDS
        while not isinstance(answer := access.get(path), Missing):
            if time.monotonic() > until:
                held = ", ".join(answer["metadata"].get("finalizers") or []) if isinstance(answer, dict) else ""
                raise Refused(
                    f"{item} must be made anew and does not go away",
                    why=f"it is held by {held}" if held else "",
                    write=f"kubectl {access.flags} describe {item.of.kind.lower()} {item.name} -n {namespace}; "
                    "then again",
                )
            time.sleep(waiting.POLL_SECONDS)
        say(f"{item} is deleted; it is made anew")
