"""Take a stack that somebody else has installed into wellit's hands: its record is written, and nothing else."""

from __future__ import annotations

from wellit.access import Access
from wellit.errors import Interrupted
from wellit.lifecycle import lock
from wellit.lifecycle.standing import Ask
from wellit.lifecycle.writing import write
from wellit.record import Record
from wellit.say import Say


def adopt(what: Record, access: Access, say: Say, ask: Ask) -> Record:
    """Write the record of a stack, after asking.

    Raises Refused when the answer is no, somebody is at work on it, or it is recorded meanwhile.
    """
    lock.nobody_else(access, what.namespace, what.postfix)
    ask(f"Record this on {access.label}? Nothing else is changed.")
    try:
        with lock.held(access, what.namespace, what.postfix, "adopt", say):
            return write(access, what)
    except KeyboardInterrupt:
        raise Interrupted("stopped before it was recorded", write="the same adopt again") from None
