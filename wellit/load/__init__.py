"""A bounded load through the gateway of an installed stack, and its figures.

asked     what flags ask for, within limits
prompts   words of the wanted length, with the wanted part in common
send      one request, and what became of it (sample)
drive     all of them, in time
target    where the stack is asked, and whether a stand-in answers
    counters  which pod answered, where answers do not say it
figures   from what became of each to figures
judge     what they say: checks WL770 to WL774
show      for people and programs
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wellit import catalogue
from wellit.access import Access
from wellit.findings import Report
from wellit.load import counters, judge, show, target
from wellit.load.asked import Asked
from wellit.load.drive import Run, drive
from wellit.load.figures import Figures, figures
from wellit.load.send import Way
from wellit.load.target import Answers, Target
from wellit.reach import Reach
from wellit.record import Record
from wellit.say import Live, Say
from wellit.smoke.causes import Words

QUIET = 10.0  # seconds between two lines of progress where no line can change in place
STAND_INS = "stand-ins answer: these are figures of the path and of this machine, not of an engine"


@dataclass(frozen=True)
class Loaded:
    """A load that is over."""

    report: Report
    run: Run
    found: Figures


def load(
    access: Access, known: Record, asked: Asked, say: Say, ask: Callable[[str], None], *, reach: type[Reach] = Reach
) -> Loaded:
    """Send the load that is `asked` through the gateway of a recorded stack.

    A cluster that is no sandbox is others' too: what will be sent is shown there, and asked for. Raises CannotAnswer
    when the stack does not list its models, Refused when the answer is no.
    """
    with target.opened(access, known, reach) as there:
        answered = asyncio.run(target.answers(there.ways, Words.of(access, known)))
        stand_in = all(one.stand_in for one in answered)
        say(f"{known.guide} -e {known.environment} in {known.namespace} on {access.label}")
        say(f"  {STAND_INS if stand_in else _real(there, known.guide)}")
        for line in (*asked.words, there.said):
            say(f"  {line}")
        if not access.sandbox:
            say("  others may be using it")
            ask(f"Send this load to {access.label}?")
        counting = not all(one.names_pod for one in answered)
        before = counters.pages(there) if counting else {}
        run = asyncio.run(drive(asked, there.ways, _teller(say)))
        if isinstance(say, Live):
            say.live("")  # the last line of progress makes room
        found = figures(run.samples, run.seconds, there.engines)
        if counting and found.known_by == "nothing":
            found = counters.counted(found, there.parts.servers, before, counters.pages(there))
    return Loaded(_report(access, known, run, found, there.ways, answered), run, found)


def tell(loaded: Loaded, fmt: str) -> int:
    """Print a load. Returns the exit code."""
    return show.show(loaded.report, loaded.run, loaded.found, fmt, sys.stdout)


def _real(there: Target, guide: str) -> str:
    """Which engines answer, with what upstream has of them in the guide's way."""
    way = catalogue.guide_source(guide).data["way"] if guide in catalogue.guide_names() else ""
    engines = dict.fromkeys(server.engine.name for server in there.parts.servers)
    told = [catalogue.component_data("engine", name) for name in engines]
    said = ", ".join(f"{one['title']} ({one['status'].get(way, {}).get('note', 'nothing is known')})" for one in told)
    return f"no stand-in answers: {said or 'which engine it is may not be looked at'}"


def _report(
    access: Access, known: Record, run: Run, found: Figures, ways: Sequence[Way], answered: Sequence[Answers]
) -> Report:
    about: dict[str, Any] = {
        "cluster": access.label,
        "sandbox": access.sandbox,
        "stand_ins": all(one.stand_in for one in answered),
        "ways": [{"engine": way.engine, "url": way.url(""), "model": way.model} for way in ways],
    }
    result = f"{found.answered} of {found.sent} requests answered" + (", then stopped" if run.stopped else "")
    report = Report("load", checks=judge.checks(run, found, ways, answered, Words.of(access, known)))
    report.summary |= {
        "guide": known.guide,
        "environment": known.environment,
        "namespace": known.namespace,
        "load": show.document(run, found, about),
        "result": f"{known.guide} -e {known.environment} in {known.namespace}: {result}",
    }
    return report


def _teller(say: Say) -> Callable[[Run], None]:
    """Progress: a line that changes where one can, else a line now and then."""
    last = [0.0]

    def tell(run: Run) -> None:
        line = show.progress(run)
        if isinstance(say, Live) and sys.stderr.isatty():
            say.live(line)
        elif run.seconds - last[0] >= QUIET:
            last[0] = run.seconds
            say(line)

    return tell
