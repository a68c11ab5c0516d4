"""install, status, smoke, uninstall and quickstart as reports: what tasks print."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from wellit import everywhere, lifecycle, plan, planchecks
from wellit.access import Access
from wellit.changes import words
from wellit.compose import Stack
from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.lifecycle import Ask, Standing
from wellit.record import Record
from wellit.render import Rendered
from wellit.say import Say

if TYPE_CHECKING:
    from wellit.smoke import Smoke

# What an API server cannot show that keeps an object which nobody carries out.
UNPROVEN = "that its images can be pulled, that its pods start and find each other, that a request is answered"


def install(
    stack: Stack, rendered: Rendered, access: Access, report: Report, say: Say, ask: Ask, *, wait: bool, timeout: float,
    smoke: bool = True, replacing: Ask | None = None,
) -> Report:  # fmt: skip
    """Hold the stack against the cluster and install it, on top of its validation's `report`. Raises as lifecycle does.

    A check that fails is in the report, and nothing was changed. What is installed is asked for what it promises,
    when `wait` and `smoke` say so. `replacing` is asked for objects that cannot be changed in place.
    """
    prepared = plan.prepare(stack, rendered, access)
    if prepared.failed:
        report.add(prepared.checks)
        report.summary["result"] = "not installed: nothing was changed"
        return report
    say(prepared.text())
    began = time.monotonic()
    stands = lifecycle.install(prepared, access, say, ask, replacing, wait=wait, timeout=timeout)
    # What could not be looked at before did not stand in the way.
    told = [check for check in prepared.checks if check.status != "pass"]
    report.add(_not_in_the_way(told))
    took = f"in {time.monotonic() - began:.1f} s"
    return _asked(_changed(report, stands, "installed", took), access, stands, say, smoke=wait and smoke)


def rollback(
    access: Access, namespace: str, guide: str | None, environment: str | None, say: Say, ask: Ask, replacing: Ask, *,
    to: str = "", wait: bool, timeout: float, smoke: bool,
) -> Report:  # fmt: skip
    """Go back to a former state of the recorded stack of a namespace. Raises as back.prepare() and lifecycle do."""
    from wellit import back

    known = recorded(access, namespace, guide, environment)
    prepared = back.prepare(known, access, back.number(to))
    say(prepared.text())
    began = time.monotonic()
    stands = lifecycle.rollback(prepared, access, say, ask, replacing, wait=wait, timeout=timeout)
    took = f"in {time.monotonic() - began:.1f} s"
    report = _changed(Report("rollback"), stands, "went back", took)
    return _asked(report, access, stands, say, smoke=wait and smoke)


def _changed(report: Report, stands: Standing, what: str, took: str) -> Report:
    idle = f"kept by the API server {took}; nothing runs, so not proven: {UNPROVEN}"
    return _stands(report, stands, idle if stands.live.idle else f"{what} {took}")


def _asked(report: Report, access: Access, stands: Standing, say: Say, *, smoke: bool) -> Report:
    """The report, with what came of asking the stack for what it promises."""
    if smoke:
        from wellit import smoke as smoking

        say("asking it for what it promises (--no-smoke does without)")
        _smoked(report, smoking.smoke(access, stands.record, stands.live), asked=False)
    return report


def planned(stack: Stack, rendered: Rendered, access: Access, report: Report, *, diff: bool) -> Report:
    """What an install would change, on top of its validation's `report`. Raises as plan.prepare() does."""
    prepared = plan.prepare(stack, rendered, access)
    assert prepared.changes
    report.add(_not_in_the_way(check for check in prepared.checks if check.status != "pass"))
    report.add(planchecks.checks(prepared.changes, stack.namespace, access.flags))
    report.summary |= {
        "guide": stack.name, "environment": stack.environment, "namespace": stack.namespace, "cluster": access.label,
        "changes": words.as_data(prepared.changes, diff=diff),
        "result": f"{stack.name} -e {stack.environment} in {stack.namespace}: {words.sentence(prepared.changes)}",
    }  # fmt: skip
    return report


def status(access: Access, namespace: str, guide: str | None, environment: str | None) -> Report:
    """The recorded stack of a namespace, as it stands. Raises as lifecycle.recorded() does."""
    known = recorded(access, namespace, guide, environment)
    stands = lifecycle.status(known, access)
    report = Report("status", summary={"notes": list(known.notes), "history": history(known)})
    if known.state != "installed":
        report.add([everywhere.unended(known, everywhere.busy(access, known), "the last change of it has ended")])
    return _stands(report, stands, f"{known.state} {known.when} by {known.by}")


def smoke(
    access: Access, namespace: str, guide: str | None, environment: str | None, say: Say, seconds: float
) -> Report:
    """Ask the recorded stack of a namespace for what it promises. Raises as recorded() does."""
    from wellit import smoke as smoking

    known = recorded(access, namespace, guide, environment)
    say(f"asking {known.guide} -e {known.environment} in {namespace} on {access.label}, within {seconds:.0f} s")
    report = Report("smoke", summary={"guide": known.guide, "environment": known.environment, "namespace": namespace})
    found = _smoked(report, smoking.smoke(access, known, seconds=seconds), asked=True)
    report.summary["result"] = (
        f"{known.guide} -e {known.environment} in {namespace}: {found.asked} requests in {found.seconds:.1f} s"
    )
    return report


def _smoked(report: Report, found: Smoke, *, asked: bool) -> Smoke:
    """The checks of a smoke, in the report. Of an install, what could not be looked at is no reason to fail."""
    if asked:  # for a person who asks, "nothing can be asked here" is no yes
        report.add(replace(c, status="unknown") if c.id == "WL710" and c.status == "skip" else c for c in found.checks)
    else:
        report.add(_not_in_the_way(found.checks))
    report.summary["smoke"] = {"asked": found.asked, "seconds": round(found.seconds, 2), "through": found.through}
    return found


def _not_in_the_way(checks: Iterable[Check]) -> list[Check]:
    return [replace(check, status="warn") if check.status == "unknown" else check for check in checks]


def recorded(access: Access, namespace: str, guide: str | None, environment: str | None) -> Record:
    """The record of a namespace's stack. Raises as lifecycle.recorded() does, and when it is of another environment."""
    known = lifecycle.recorded(access, namespace, guide)
    _same_environment(known.environment, environment)
    return known


def history(known: Record) -> list[dict[str, object]]:
    """The former states of a stack, newest first: which number goes back to it, since when it was, how it was made."""
    from wellit import again, back

    former = [(number, back.state(known, number)) for number in range(1, len(known.history) + 1)]
    return [
        {"number": number, "when": one.when, "choices": again.words(one), "releases": one.release_names}
        for number, one in former
    ]


def uninstall(access: Access, namespace: str, guide: str | None, environment: str | None, say: Say, ask: Ask) -> Report:
    """Remove the recorded stack of a namespace. Raises as lifecycle does."""
    known = recorded(access, namespace, guide, environment)
    say(lifecycle.goes_and_stays(known))
    report = Report("uninstall", summary={"guide": known.guide, "namespace": namespace})
    report.add([lifecycle.uninstall(known, access, say, ask)])
    report.summary["result"] = f"{known.guide} is removed from {namespace} on {access.label}"
    return report


def _stands(report: Report, stands: Standing, result: str) -> Report:
    known, at = stands.record, stands.endpoint
    report.add(stands.checks)
    report.summary |= {
        "guide": known.guide,
        "environment": known.environment,
        "namespace": known.namespace,
        "components": dict(known.components),
        "size": known.size,
        "model": known.model,
        "drift": list(stands.drift),
        "endpoint": {
            "url": at.url,
            "before": at.before,
            "curl": at.curl,
            "note": at.note,
            "asks": [asdict(ask) for ask in at.asks],
        },
        "result": f"{known.guide} -e {known.environment} in {known.namespace}: {result}",
    }
    return report


def _same_environment(recorded: str, said: str | None) -> None:
    if said and said != recorded:
        raise CannotAnswer(
            f"the recorded stack is of environment {recorded}, not {said}",
            write=f"leave -e out, or say -e {recorded}",
        )
