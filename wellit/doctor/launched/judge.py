"""What is wrong with a launch, in the order in which it starts and is asked: pure judgement over one look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from wellit.checks import good
from wellit.doctor import signatures
from wellit.doctor.diagnose import WORST, Passed
from wellit.doctor.launched import together
from wellit.doctor.launched.sight import Sight
from wellit.findings import Check, Status
from wellit.launch.state import Process
from wellit.smoke.frontend.causes import cause
from wellit.smoke.frontend.workers import not_well

OF_START = ("WL886", "WL887", "WL888", "WL889")


@dataclass(frozen=True)
class Hop:
    """One stage of a launch: what it is called, what it is there, and what may be wrong with it."""

    name: str
    of: Callable[[Sight], str]
    diagnoses: tuple[Callable[[Sight], Iterator[Check]], ...]


def of(sight: Sight) -> list[Passed]:
    """Every stage. Of a launch that has ended only what its logs tell."""
    found: list[Passed] = []
    for hop in HOPS:
        checks = tuple(check for diagnosis in hop.diagnoses for check in diagnosis(sight))
        if any(one.status == "fail" for one in found):
            checks = tuple(_after(check) for check in checks)
        if checks:
            found.append(_passed(sight, hop, checks))
    return found


def started(sight: Sight) -> Iterator[Check]:
    """What the logs say that kept a process from starting or staying, and who does not run."""
    told: set[str] = set()
    for process in sight.launched.processes:
        for said in sight.said.get(process.name, ()):
            # What would have ended one that runs was said on another day.
            over = sight.alive.get(process.name) and not (said.late or said.slow)
            if said.graph in OF_START and said.graph not in told and not over:
                told.add(said.graph)
                detail = f"{process.name}: {said.means}"
                yield Check(said.graph, good(said.graph), "fail", detail, said.write, said.line)
    yield from _runs(sight, named=bool(told))


def _runs(sight: Sight, *, named: bool) -> Iterator[Check]:
    dead = [one for one in sight.launched.processes if not sight.alive.get(one.name)]
    for one in sight.launched.processes:
        if one.name in sight.stopped:
            detail = f"{one.name} is there and does not go on: somebody stopped it (SIGSTOP, or Ctrl-Z)"
            yield Check("WL880", good("WL880"), "fail", detail, f"kill -CONT {one.pid}")
    if not dead and not sight.stopped:
        yield Check("WL880", good("WL880"), "pass", f"{len(sight.launched.processes)} processes")
    if not dead:
        return
    names = ", ".join(one.name for one in dead)
    everything = len(dead) == len(sight.launched.processes)
    what = "it has ended: none of its processes runs" if everything else f"{names} does not run"
    if named:
        yield Check("WL880", good("WL880"), "fail", f"{what}; why stands above", _again(sight))
        return
    first = next((one for one in dead if _wrong(sight, one)), dead[0])
    evidence = signatures.tail(sight.logs.get(first.name, ""))
    yield Check(
        "WL880", good("WL880"), "fail", f"{what}; {first.name} said {'last' if evidence else 'nothing'}",
        f"{_again(sight)}; {_all(first)}", evidence,
    )  # fmt: skip


def _wrong(sight: Sight, process: Process) -> bool:
    """Whether its log ends in what programs say when they fail."""
    last = signatures.plain(sight.logs.get(process.name, ""))[-1:]
    return any(word in line for line in last for word in ("Error", "Exception", "ERROR", "error:"))


def _again(sight: Sight) -> str:
    return sight.target.commands.again


def _all(process: Process) -> str:
    return f"all of it: {process.log}"


def well(sight: Sight) -> Iterator[Check]:
    """What every worker that runs says of itself."""
    title, wrong = good("WL881"), []
    workers = {one.name: one for one in sight.target.workers}
    for process in sight.workers:
        pages, road = sight.pages(process.name), workers[process.name].road
        if sight.alive.get(process.name) and road.url and not pages.health.ok:
            said = next((one for one in sight.said.get(process.name, ()) if one.graph == "WL881"), None)
            why = said.means if said else not_well(pages.health)
            fix = said.write if said else workers[process.name].log
            wrong.append((process.name, why, fix, said.line if said else pages.health.evidence))
    for name, why, fix, evidence in wrong:
        yield Check("WL881", title, "fail", f"{name}: {why}", fix, evidence)
    if sight.lives and sight.workers and not wrong:
        yield Check("WL881", title, "pass")


def answered(sight: Sight) -> Iterator[Check]:
    """Whether a chat was answered."""
    title = good("WL891")
    if sight.figures is None:
        yield Check("WL891", title, "skip", "nothing of it runs")
        return
    chat = sight.figures.chat
    if chat.ok:
        yield Check("WL891", title, "pass", chat.words)
        return
    why = cause(chat, sight.figures)
    log = sight.target.commands.frontend_log
    yield Check("WL891", title, "fail", f"{chat.words}: {why.why}", log, chat.evidence)


HOPS = (
    Hop("processes", lambda sight: ", ".join(one.name for one in sight.launched.processes), (started,)),
    Hop("registered", lambda sight: together.names(sight), (together.found, together.agree, together.gone)),
    Hop("workers", lambda sight: ", ".join(one.name for one in sight.workers), (well, together.pages, together.meet)),
    Hop("answer", lambda sight: sight.launched.url, (answered,)),
)


def _after(check: Check) -> Check:
    """A request that is not answered has its cause above."""
    if check.id == "WL891" and check.status == "fail":
        return replace(check, fix="mend what stands above it first")
    return check


def _passed(sight: Sight, hop: Hop, checks: tuple[Check, ...]) -> Passed:
    status: Status = next(one for one in WORST if any(check.status == one for check in checks))
    chosen = [check for check in checks if check.status == status]
    words = "; ".join(filter(None, (check.detail for check in chosen))) if status == "pass" else chosen[0].detail
    return Passed("", hop.name, hop.of(sight), status, words, checks)
