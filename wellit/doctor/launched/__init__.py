"""doctor of a launch on this machine, running or ended: why it does not start, or does not answer."""

from __future__ import annotations

import time
from dataclasses import asdict

from wellit.doctor.launched import judge
from wellit.doctor.launched.look import look
from wellit.doctor.launched.sight import Sight
from wellit.errors import CannotAnswer, unknown
from wellit.findings import Report
from wellit.launch import state
from wellit.launch.state import Launched
from wellit.paths import shown


def examine(name: str = "") -> Report:
    """Look at what runs, or else at what ran last.

    Raises CannotAnswer when there is neither, when several run, and when what ran last has ended as it was told to.
    """
    return report(look(_which(name)))


def _which(name: str) -> Launched:
    running = state.everything()
    if any(one.name == name for one in running) or (running and not name):
        return state.find(name)
    found = state.last(name)
    if found is None and name and running:
        raise unknown("launch", name, [one.name for one in running])
    if found is None:
        raise CannotAnswer(
            f"nothing was launched on this machine{f' by the name {name}' if name else ''}",
            write="invoke launch -g dynamo-sglang -e agg",
        )
    if found.ended:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.ended_at))
        raise CannotAnswer(
            f"nothing is launched: {found.name}, which was ready, was ended by {found.ended}, at {when}",
            why=f"what it said is in {shown(state.folder(found.name))}",
            write=f"invoke launch -g {found.guide} -e {found.environment}",
        )
    return found


def report(sight: Sight) -> Report:
    """The report of one look."""
    launched, passed = sight.launched, judge.of(sight)
    made = Report("doctor", summary={"guide": launched.guide, "environment": launched.environment})
    made.summary |= {"launched": launched.name, "mock": launched.mock}
    made.summary["hops"] = [{key: value for key, value in asdict(one).items() if key != "checks"} for one in passed]
    made.add(check for one in passed for check in one.checks if check.status not in ("pass", "skip"))
    made.summary["result"] = _result(sight)
    return made


def _result(sight: Sight) -> str:
    launched = sight.launched
    if sight.figures is None:
        return f"{launched.name} does not run"
    said = sight.figures.chat
    return f"{launched.name} at {launched.url}: a chat is {'answered ' if said.ok else 'not answered: '}{said.words}"
