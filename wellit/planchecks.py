"""What there is to say of an install's changes, as checks. Pure.

WL640 nothing would change   WL641 of every object it is known what would become of it
WL642 all of it would be taken   WL643 all of it can be changed in place
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.changes import Changes, words
from wellit.findings import Check

SAME = "what is there is what is rendered"
INSTALL = "invoke install, with the flags of this stack, makes it so, after asking"


def checks(changes: Changes) -> Iterator[Check]:
    """The answer first, then what stands in its way."""
    said = words.sentence(changes)
    if changes.any or changes.refused:
        yield Check("WL640", SAME, "fail", said, INSTALL)
    elif not changes.unknown and not changes.notes:
        yield Check("WL640", SAME, "pass", said)
    yield from taken(changes)


def taken(changes: Changes) -> Iterator[Check]:
    """What an install would meet."""
    for one in changes.unknown:
        yield Check("WL641", f"what would become of {one.object} is known", "unknown", one.why)
    for note in changes.notes:
        yield Check("WL641", "what would go is known", "unknown", note)
    for one in changes.refused:
        yield Check("WL642", f"{one.object} would be taken", "fail", one.refused, _mend(one.refused))
    for one in changes.anew:
        title = f"{one.object} can be changed in place"
        yield Check("WL643", title, "fail", "; ".join(one.meaning))


def _mend(refused: str) -> str:
    if refused.startswith("it is there already"):
        return "another namespace (-n), or another name: --set postfix=NAME"
    return ""
