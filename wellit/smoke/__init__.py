"""Is a request answered, and in the way that the guide promises? Asked of an installed stack, through its gateway.

What is asked is gathered first, all of it, within a time limit; then it is judged, without asking anything more.
"""

from __future__ import annotations

from dataclasses import dataclass

from wellit import live
from wellit.access import Access
from wellit.findings import Check
from wellit.live import Live
from wellit.reach import Reach
from wellit.record import Record

SECONDS = 60.0
TITLE = "a request is answered"


@dataclass(frozen=True)
class Smoke:
    """Its checks; how many requests were asked, and how long all of it took (in seconds)."""

    checks: tuple[Check, ...]
    asked: int = 0
    seconds: float = 0.0
    through: str = ""


def smoke(access: Access, known: Record, now: Live | None = None, seconds: float = SECONDS) -> Smoke:
    """Ask a recorded stack for all that it promises. `now` is a look at it that is there already.

    Raises CannotAnswer when the cluster does not answer.
    """
    now = now or live.look(access, known.namespace, known.all_objects())
    if why := simulated(access, now):
        return Smoke((Check("WL710", TITLE, "skip", why[0], why[1]),))
    if not known.entry:
        return Smoke((Check("WL710", TITLE, "skip", "nothing of this stack takes requests"),))
    # What speaks HTTP takes a tenth of a second to load, and is not wanted where nothing answers.
    from wellit.smoke import frontend, gather, graphs, judge, parts, roads
    from wellit.smoke.causes import Words

    if graph := graphs.graph_of(known):
        with Reach(access, known.namespace) as ways:
            return frontend.ask(graphs.target(access, known, graph, ways), seconds)
    whole = parts.read(access, known, now.addresses)
    with Reach(access, known.namespace) as ways:
        reached = roads.open_roads(ways, access, whole)
        found = gather.gather(whole, reached, seconds)
    through = next((road.said for road in reached.entry if road.url), "")
    return Smoke(tuple(judge.checks(found, Words.of(access, known))), found.asked, found.seconds, through)


def simulated(access: Access, now: Live) -> tuple[str, str] | None:
    """Why nothing can be asked where readiness is only said, and what mends it; None where it is real."""
    if now.idle:
        known = now.idle[0].object.of.carried
        elsewhere = "another cluster: --context, --kubeconfig"
        return f"nothing runs there: {now.idle[0].idle}", f"{known.without if known else ''}; or {elsewhere}"
    said = [str(part.object) for part in now.parts if part.simulated]
    if not said:
        return None
    if all(part.simulated for part in now.parts if part.object.of.kind in live.WORKLOADS):
        why = "the sandbox only says that its pods are ready: nothing runs in them"
        return why, f"invoke sandbox.down --name {access.sandbox}, then invoke sandbox.up --name {access.sandbox}"
    return f"nobody carries out {', '.join(said)} in the sandbox: its readiness is simulated", "--gateway istio"
