"""Why what was installed does not get ready: the pod, the reason, its last words, and the line of the values behind it.

Reasons and known words are doctor's; here they are laid beside the files that a person would mend.

WL725 pods are made and find a node   WL726 images are pulled   WL727 what a pod names is there
WL728 every container stays up        WL729 what runs is ready in time
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit import again, compose, doctor, live, record, render
from wellit.access import Access
from wellit.checks import good
from wellit.compose import Stack
from wellit.demand import Object
from wellit.doctor.sight import Sight
from wellit.errors import WellitError
from wellit.findings import Check, Location, Report
from wellit.live import Part
from wellit.record import Record
from wellit.render import Rendered
from wellit.say import announce
from wellit.source import Keys
from wellit.subject import ROLES, Subject
from wellit.validate.subjects import subject_of
from wellit.waiting import NotReady

# Which of doctor's checks say why a workload is not ready; every other one that fails is about what runs.
KINDS = {
    "WL760": "WL725", "WL746": "WL725", "WL747": "WL726", "WL748": "WL727", "WL732": "WL728", "WL742": "WL728",
    "WL749": "WL728", "WL750": "WL728", "WL880": "WL728", "WL886": "WL728", "WL887": "WL728", "WL889": "WL728",
}  # fmt: skip
STARTED = "WL729"
SHORT = re.compile(r"Insufficient ([\w./-]+\w)")  # the scheduler's word for a resource
SHORTEST = 4  # letters of a value that is looked for in what was said


def went_back(late: NotReady, access: Access, known: Record) -> Report:
    """The same of a rollback: `known` is the state that it goes back to, whose choices are read as an install's."""
    report = Report("rollback")
    try:
        stack = compose.compose(again.typed(known))
        return explained(late, report, stack, render.render(stack, announce), access)
    except WellitError as problem:
        what = "the settings behind it are read"
        report.add([Check(STARTED, what, "unknown", problem.message, problem.write)])
        report.add([Check(STARTED, good(STARTED), "fail", late.message, late.write)])
        report.summary["result"] = late.message
        return report


def explained(late: NotReady, report: Report, stack: Stack, rendered: Rendered, access: Access) -> Report:
    """The report of an install that did not get ready: one check for each object that was waited for."""
    sight: Sight | None = None
    try:
        known = record.read(access, stack.namespace, str(stack.values["postfix"]))
        sight = doctor.look(access, stack.namespace, record=known, reach=doctor.unreached)
    except WellitError as problem:
        report.add([Check("WL729", "why it is not ready is looked at", "unknown", problem.message, problem.write)])
    subject = subject_of(stack, rendered)
    for part in late.live.waiting if late.live else ():
        report.add(_checks(part, sight, stack, subject, access))
    if report.verdict != "no":  # it is no, whatever can be said of it by now
        report.add([Check(STARTED, good(STARTED), "fail", late.message, late.write)])
    report.summary["result"] = late.message
    report.summary["next"] = [*filter(None, late.write.split("; ")), "invoke uninstall removes what there is"]
    return report


def _checks(part: Part, sight: Sight | None, stack: Stack, subject: Subject, access: Access) -> Iterator[Check]:
    name = part.object.name
    every = doctor.causes(sight) if sight else []
    causes = [one for one in every if name in f"{one.title} {one.detail} {one.evidence}"]
    for cause in causes:
        yield _beside(part, replace(cause, id=KINDS.get(cause.id, STARTED)), stack, subject)
    if not causes:
        yield _beside(part, _own(part, access, stack.namespace), stack, subject)


def _own(part: Part, access: Access, namespace: str) -> Check:
    """What Kubernetes itself says of an object that doctor has nothing to say about."""
    pod = next((pod for pod in part.pods if not pod.ready and pod.reason), None) or next(iter(part.pods), None)
    said = live.last_lines(access, namespace, pod) if pod and not pod.ready else ""
    what = f"pod {pod.name}" if pod else f"{part.object.of.kind.lower()} {part.object.name}"
    fix = "; ".join(part.mends) or f"kubectl {access.flags} describe {what} -n {namespace}"
    return Check(STARTED, "", "fail", part.words, fix, said)


def _beside(part: Part, cause: Check, stack: Stack, subject: Subject) -> Check:
    """A cause with the object that waits for it, and the line of the values that it names."""
    place = behind(stack, subject, part.object, f"{cause.detail}\n{cause.evidence}")
    told = "" if place is None else str(place) if place.typed else f"{place}: {place.text.strip()}"
    evidence = "\n".join(filter(None, [cause.evidence, told]))
    fix = f"{cause.fix}\nor in the files: {place}" if place and cause.fix else cause.fix
    detail = cause.detail if part.object.name in cause.detail else f"{part.words}; {cause.detail}".removesuffix("; ")
    return replace(cause, title=f"{part.object}: {good(cause.id)}", detail=detail, evidence=evidence, fix=fix)


def behind(stack: Stack, subject: Subject, of: Object, said: str) -> Location | None:
    """The place of the setting that asks for what no node has; else of the longest value that is named in words."""
    if short := SHORT.search(said):
        role = next((role for role in ROLES if of.name.endswith(role)), "")
        asked = ("resources", short[1]) if short[1] in ("cpu", "memory") else ("tensorParallel",)
        return stack.at((role, *asked)) if role and stack.layer_of((role, *asked)) >= 0 else None
    release = next((one for one in subject.releases if one.name == of.release), None)
    named = sorted(_named(release.values, (), said), key=lambda found: len(found[1])) if release else []
    return release.locate(named[-1][0]) if release and named else None


def _named(values: Any, keys: Keys, said: str) -> Iterator[tuple[Keys, str]]:
    """(keys, value) of each value that stands as a word in a text."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from _named(value, (*keys, key), said)
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from _named(value, (*keys, number), said)
    elif isinstance(values, str) and len(values) >= SHORTEST and "\n" not in values and _stands(values, said):
        yield keys, values


def _stands(word: str, said: str) -> bool:
    return word in said and bool(re.search(rf"(?<![\w/.-]){re.escape(word)}(?![\w/-])", said))
