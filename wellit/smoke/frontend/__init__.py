"""Is a request answered by Dynamo's frontend, and in the way that the stack promises? Gathered first, then judged."""

from __future__ import annotations

from wellit.smoke import SECONDS, Smoke
from wellit.smoke.frontend import gather, judge
from wellit.smoke.frontend.parts import Target


def ask(target: Target, seconds: float = SECONDS) -> Smoke:
    """Ask a stack for all that it promises."""
    found = gather.gather(target, seconds)
    return Smoke(tuple(judge.checks(found)), found.asked, found.seconds, target.road.said)
