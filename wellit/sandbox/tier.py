"""What makes pods, gateways, routes and pools ready in a sandbox: three tiers, and the way from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.sandbox import istio, plane, stages
from wellit.sandbox.box import programs as played
from wellit.sandbox.model import Ready, Sandbox
from wellit.say import Say

SIMULATED = "Readiness here is simulated: it proves the objects, not that a request is answered."
NOTHING_READY = "Nothing makes pods, gateways, routes and pools ready here."
ANSWERS = "What is installed here runs, and requests are answered; the engines are stand-ins that compute no model."
SENTENCES: Mapping[Ready, str] = {"answers": ANSWERS, "simulated": SIMULATED, "nothing": NOTHING_READY}
WORDS: Mapping[Ready, str] = {
    "answers": "real: what is installed runs and answers; the engines are stand-ins",
    "simulated": "simulated: it proves the objects, not that a request is answered",
    "nothing": "nothing makes pods, gateways, routes and pools ready",
}


def chosen(asked: Ready | None, there: Sandbox | None, say: Say) -> Ready:
    """The tier that was asked for; with None the best that this machine can have, and why it is no better is said.

    Raises CannotAnswer when "answers" was asked for and cannot be had.
    """
    if asked not in (None, "answers"):
        return asked
    if there and there.ready == "answers" and plane.running(there):
        return "answers"
    why = plane.cannot(say)
    if not why:
        return "answers"
    if asked:
        raise CannotAnswer("a sandbox that answers cannot be had on this machine", why=why, write="--simulated")
    say(f"readiness will be simulated, no request is answered: {why}")
    return "simulated"


def programs(ready: Ready) -> tuple[str, ...]:
    """The programs that a tier needs besides the control plane's."""
    return (*played.tools(), *istio.PROGRAMS) if ready == "answers" else ()


def changes(there: Sandbox, now: Sandbox) -> Iterator[str]:
    """What entering the tier of `now` will change in a sandbox that is up."""
    if there.ready != now.ready:
        yield f"readiness becomes {now.ready}, it was {there.ready}"
    elif now.ready == "answers" and not plane.running(there):
        yield "its data plane is not running and is started again"
    elif now.ready == "answers" and not plane.current(there):
        yield "its data plane is another version's and is started again"


def enter(sandbox: Sandbox, before: Ready, have: Mapping[str, Path], say: Say) -> None:
    """Let the sandbox's tier decide what is ready, and not the one before. Doing it again changes nothing.

    Raises CannotAnswer when the data plane does not start.
    """
    answers = sandbox.ready == "answers"
    start = answers and not plane.current(sandbox)
    if start or not answers:
        plane.stop(sandbox)
    if before == "answers" and not answers:
        istio.remove(sandbox)
    stages.switch(sandbox)
    stages.wait(sandbox)
    if sandbox.ready != before:
        stages.forget(sandbox)
    if answers:
        istio.put(sandbox, say)
    if start:
        plane.start(sandbox, {name: have[name] for name in played.tools()})
    if answers:
        istio.wait(sandbox)
