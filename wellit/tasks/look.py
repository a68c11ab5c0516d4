"""A stack on a cluster, looked at and asked: nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invoke import Context

from wellit.cli import access, access_ahead, asker, choice_or_recorded, known_format, rendered, show, task, which
from wellit.errors import CannotAnswer
from wellit.options import (
    BUNDLE,
    CLUSTER_FLAGS,
    FORMAT,
    LAUNCHED,
    LOAD,
    STACK_FLAGS,
    TEXT_OR_JSON,
    WHICH_FLAGS,
    YES,
    launched_name,
    positive,
)
from wellit.say import announce as say

if TYPE_CHECKING:
    from wellit.access import Access
    from wellit.findings import Report


@task(STACK_FLAGS, CLUSTER_FLAGS, BUNDLE, FORMAT)
def preflight(_: Context, **given: Any) -> int:
    """Ask the cluster what a stack needs of it. Nothing is changed."""
    fmt = known_format(given["format_"])
    there = access_ahead(given)
    stack, made, report = rendered(given, "preflight")
    from wellit import plan as planning

    report.add(planning.prepare(stack, made, there(), dry_run=False).checks)
    return show(report, fmt)


@task(STACK_FLAGS, CLUSTER_FLAGS, BUNDLE, TEXT_OR_JSON, diff="all of it: each object as a unified diff, secrets masked")
def plan(_: Context, diff: bool = False, **given: Any) -> int:
    """Show what an install would change, by the API server's dry run: exit 0 nothing, 1 something. Changes nothing."""
    fmt = known_format(given["format_"], "text", "json")
    there = access_ahead(given)
    with choice_or_recorded(given, there) as chosen:
        stack, made, report = rendered(given, "plan", chosen)
        from wellit import operate

        return show(operate.planned(stack, made, there(), report, diff=diff), fmt)


@task(
    WHICH_FLAGS, CLUSTER_FLAGS, FORMAT,
    all_namespaces="every recorded stack of the cluster",
    watch="look again and again until Ctrl-C, which ends it with the last answer",
)  # fmt: skip
def status(_: Context, all_namespaces: bool = False, watch: bool = False, **given: Any) -> int:
    """Show the stack that is recorded in a namespace, as it stands now; with -A all of them."""
    from wellit import everywhere, operate
    from wellit.watch import watch as watching

    fmt = known_format(given["format_"], *(["text"] if watch else []))
    if all_namespaces and (said := [flag for flag in WHICH_FLAGS if given[flag]]):
        raise CannotAnswer(f"-A is about every stack, --{said[0].strip('_')} about one", write="one of them")
    there, about = access(given), None if all_namespaces else which(given)

    def look() -> Report:
        return operate.status(there, *about) if about else everywhere.status(there)

    return show(watching(look, say) if watch else look(), fmt)


@task(WHICH_FLAGS, CLUSTER_FLAGS, LAUNCHED, FORMAT, timeout="seconds for all of it")
def smoke(_: Context, timeout: int = 60, **given: Any) -> int:
    """Ask an installed or launched stack: is a request answered, and in the way that the guide promises?"""
    from wellit import operate

    fmt = known_format(given["format_"])
    positive("--timeout", timeout)
    if given["launched"]:
        from wellit.launch import smoke as smoking
        from wellit.launch import state

        return show(smoking.smoke(state.find(launched_name(given, given["launched"])), say, timeout), fmt)
    there, (namespace, guide, environment) = access(given), which(given)
    found = operate.smoke(there, namespace, guide, environment, say, timeout)
    return show(explained(found, there, namespace, guide), fmt)


@task(
    WHICH_FLAGS, CLUSTER_FLAGS, YES, FORMAT, LOAD,
    completion="prompts to complete instead of a chat", no_stream="wait for whole answers",
)  # fmt: skip
def load(_: Context, completion: bool = False, no_stream: bool = False, **given: Any) -> int:
    """Send a bounded load through the gateway of an installed stack, and show its figures."""
    from wellit import load as loading
    from wellit import operate
    from wellit.load.asked import parse

    fmt = known_format(given["format_"])
    wanted = parse({name.replace("_", "-"): given[name] for name in LOAD}, not completion, not no_stream)
    there = access(given)
    known = operate.recorded(there, *which(given))
    return loading.tell(loading.load(there, known, wanted, say, asker(given["yes"])), fmt)


@task(
    WHICH_FLAGS, CLUSTER_FLAGS, LAUNCHED, FORMAT,
    model="the name that requests say, when it is another than the installed one",
)  # fmt: skip
def doctor(_: Context, model: str = "", **given: Any) -> int:
    """Say why a stack does not answer, an installed one, somebody else's, or one that was launched here."""
    from wellit import doctor as doctors

    fmt = known_format(given["format_"])
    if given["launched"]:
        from wellit.doctor import launched

        return show(launched.examine(launched_name(given, given["launched"])), fmt)
    return show(doctors.examine(access(given), *which(given), model=model), fmt)


def explained(report: Report, there: Access, namespace: str, guide: str | None) -> Report:
    """The report, with causes where something was asked for and not answered as it should be."""
    if report.verdict != "no":
        return report
    from wellit import doctor

    return doctor.explained(report, there, namespace, guide)
