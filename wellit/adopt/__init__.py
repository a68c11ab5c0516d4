"""invoke adopt: a stack that plain helmfile, or upstream's guide, has installed becomes one of wellit's.

    names    which part each helm release is, and the postfix of their names
    strangers  what no helm release has made
    match    the guide, environment and settings whose render is nearest to what helm has applied
    take     the record of it
    tell     what is shown before the question, and the checks

Read, compared, recorded: nothing but the record is written.
"""

from __future__ import annotations

from wellit import catalogue, cluster, installed, lifecycle, plan, record, tools, validate
from wellit.access import Access, Unread
from wellit.adopt import match as matching
from wellit.adopt import names, strangers, take, tell
from wellit.adopt.match import Match
from wellit.compose import Choice
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Report
from wellit.installed import Installed
from wellit.lifecycle import Ask
from wellit.say import Say

__all__ = ["adopt"]


def adopt(access: Access, asked: Choice, say: Say, ask: Ask, *, fetch: bool = True) -> Report:
    """Record the releases of a namespace as a stack. An empty guide or environment of `asked` is found by itself.

    Raises CannotAnswer when there are no releases, they may not be read, or it is not clear which are meant; Refused
    when they are no stack of a guide, are recorded, or the answer is no.
    """
    namespace = asked.namespace or ""
    _known(asked)
    found, broken = _releases(access, namespace)
    say(f"comparing {len(found)} helm releases of {namespace} with the guides")
    match = _best(found, asked, say, access.invoke_flags)
    choice = matching.chosen(match, asked)
    judged = validate.stack(choice, say, fetch=fetch, command="adopt")
    if judged.stack is None or judged.rendered is None or judged.rendered.unrendered:
        why = judged.rendered.unrendered if judged.rendered else judged.report.findings[0].message
        raise CannotAnswer(f"what the next install would make is not rendered: {why}", write="--charts offline")
    next_one = plan.prepare(judged.stack, judged.rendered, access)
    what = take.record_of(match, judged.stack, tools.versions(["helm", "helmfile", "kubectl"], say))
    others = {name: f"cannot be read: {why}" for name, why in broken.items()} | {
        one.name: f"is of {one.chart} {one.version}, a chart that wellit does not know"
        for one in found if not names.part_of(one)
    }  # fmt: skip
    report = Report("adopt")
    report.add(tell.checks(match, next_one, others, judged.report, installed.judge(access, namespace)))
    if report.verdict == "no":
        report.summary["result"] = "not adopted: nothing was written"
        return report
    say(tell.text(match, what, next_one, access))
    written = lifecycle.adopt(what, access, say, ask)
    report.summary |= tell.summary(match, written, next_one)
    return report


def _known(asked: Choice) -> None:
    """Raise CannotAnswer for an environment that no guide has."""
    guides = [catalogue.guide_source(name) for name in ([asked.guide] if asked.guide else catalogue.guide_names())]
    if asked.environment and not any(asked.environment in catalogue.environments_of(guide) for guide in guides):
        catalogue.environment_of(asked.environment, guides[0])


def _releases(access: Access, namespace: str) -> tuple[list[Installed], dict[str, str]]:
    """The releases that nobody has recorded. Raises CannotAnswer, and Refused when all are recorded."""
    there = installed.there(access, namespace)
    if isinstance(there, Unread):
        raise CannotAnswer(
            f"the helm releases of {namespace} cannot be read: you may not {there.why}", write="ask for it"
        )
    found, broken = there
    if not found and not broken:
        nothing = strangers.refused(access, namespace)
        raise nothing or installed.nothing(access, namespace, "adopt is for what helm has installed")
    recorded = {name: one for one in record.find(access, namespace) for name in one.release_names}
    if found and all(one.name in recorded for one in found):
        known = recorded[found[0].name]
        raise Refused(
            f"every helm release of {namespace} is of a recorded stack already: {known.guide} -e {known.environment}",
            write=f"invoke status -n {namespace} {access.invoke_flags}",
        )
    return [one for one in found if one.name not in recorded], broken


def _best(found: list[Installed], asked: Choice, say: Say, cluster_flags: str) -> Match:
    """The nearest match, with the settings that undo its differences. Raises CannotAnswer and Refused."""
    busy = [one for one in found if cluster.pending(one.status)]
    if busy:
        raise Refused(
            f"{busy[0].name} is {busy[0].status}: somebody is at work on it, or was killed while at it",
            write=f"helm status {busy[0].name} -n {asked.namespace}; then again",
        )
    known = [one for one in found if names.part_of(one)]
    matches = matching.matches(known, asked, say) if known else []
    if not matches:
        raise _no_match(found, asked, cluster_flags)
    best = matches[0]
    if best.others and best.left and not any(word.startswith("postfix=") for word in asked.sets):
        several = ", ".join(sorted({best.postfix, *best.others}))
        raise CannotAnswer(
            f"there are several stacks in {asked.namespace}: {several}",
            why="one is adopted at a time", write=f"--set postfix={best.postfix}, or another of them",
        )  # fmt: skip
    return matching.settled(best, known, asked, say)


def _no_match(found: list[Installed], asked: Choice, cluster_flags: str) -> Refused:
    listed = ", ".join(f"{one.name} ({one.chart} {one.version})" for one in found)
    charts = ", ".join(sorted(names.parts()))
    flags = {"-g": asked.guide, "-e": asked.environment}
    said = " ".join(f"{flag} {name}" for flag, name in flags.items() if name)
    at = f"-n {asked.namespace} {cluster_flags}".strip()
    return Refused(
        f"no guide makes what helm has in {asked.namespace}{f' with {said}' if said else ''}: {listed}",
        why=f"releases are told by their charts ({charts}) and names (infra-, gaie-, ms- or route-, and a postfix)",
        write=f"for anybody's stack: invoke doctor {at}, invoke validate --live {at}",
    )
