"""doctor: why a stack does not answer. One look (look.py), then pure judgement, hop by hop as a request goes.

`examine` is the task; `likely` is what other commands ask when a check of theirs has failed. Nothing is changed:
commands that mend are printed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, replace

from wellit import record as records
from wellit.access import Access
from wellit.doctor import commands, diagnose, graphs, services
from wellit.doctor.asking import Reach
from wellit.doctor.diagnose import Passed
from wellit.doctor.look import look
from wellit.doctor.sight import Sight
from wellit.errors import CannotAnswer, WellitError
from wellit.findings import Check, Report
from wellit.record import Record

__all__ = ["Sight", "causes", "examine", "explained", "likely", "look", "unreached"]
# Which checks of doctor explain a failed check of smoke, the likeliest first; what is named by none may be anything.
EXPLAIN: dict[str, tuple[str, ...]] = {
    "WL711": ("WL941", "WL942", "WL944", "WL754", "WL752", "WL753", "WL750"),  # the model is not listed
    "WL712": (),
    "WL713": (),
    "WL714": (),
    "WL716": ("WL754",),  # an unknown model
    "WL717": ("WL944", "WL945", "WL753", "WL752", "WL755", "WL750"),  # a server does not answer by itself
    "WL718": (),
    "WL719": ("WL948", "WL745", "WL744", "WL743"),  # the picker does not see the metrics
    "WL720": ("WL753", "WL744", "WL738", "WL745", "WL750"),  # load does not spread
    "WL721": ("WL757", "WL744", "WL742"),  # the same prefix goes elsewhere
    "WL722": ("WL755", "WL756", "WL749", "WL750"),  # prefill or decode takes no part
    "WL723": ("WL734", "WL733"),  # another engine's pods
    "WL940": ("WL754",),  # the model's own header
    # Of a graph of Dynamo: its frontend, the model, an answer, a worker, who took part.
    "WL860": ("WL892", "WL893", "WL880", "WL886"),
    "WL861": ("WL882", "WL883", "WL887", "WL886", "WL888", "WL880", "WL893"),
    "WL862": (),
    "WL863": (),
    "WL868": ("WL881", "WL880", "WL889", "WL893"),
    "WL869": ("WL882", "WL883", "WL884"),
}
ANSWERS = ("WL758", "WL891")  # whether a request was answered: what stands above says why not


def examine(
    access: Access,
    namespace: str,
    guide: str | None = None,
    environment: str | None = None,
    *,
    model: str = "",
    reach: Reach | None = None,
) -> Report:
    """Look at a namespace and say where a request stops, and why. Raises CannotAnswer when there is nothing there."""
    known = _record(access, namespace, guide, environment)
    sight = look(access, namespace, record=known, model=model, reach=reach or _reach)
    return report(sight)


def report(sight: Sight) -> Report:
    """The report of one look."""
    passed = _passed(sight)
    if not passed:
        raise _nothing(sight)
    made = Report("doctor", summary={"namespace": sight.namespace, "cluster": sight.label})
    several = len({one.pool for one in passed}) > 1
    made.summary["hops"] = [
        {key: value for key, value in asdict(one).items() if key != "checks"} | ({} if several else {"pool": ""})
        for one in passed
    ]
    checks = list(dict.fromkeys(check for one in passed for check in one.checks))
    answers = [check for check in checks if check.id in ANSWERS]
    answered = bool(answers) and all(check.status == "pass" for check in answers)
    wrong = any(check.status == "fail" and check.id not in ANSWERS for check in checks)
    made.add(_told(check, answered, wrong) for check in checks if check.status != "pass")
    made.summary["result"] = _result(passed, answered)
    if sight.record:
        if made.verdict == "no":  # what was changed by hand goes; what files say wrong is to be mended there
            made.summary["next"] = [commands.again(sight)]
        made.summary |= {"guide": sight.record.guide, "environment": sight.record.environment}
    return made


def _passed(sight: Sight) -> list[Passed]:
    """Every hop of all that is there; of a service first what its own controller says."""
    chain = diagnose.of(sight)
    return [*services.of(sight, chain), *chain, *graphs.of(sight)]


def _told(check: Check, answered: bool, wrong: bool) -> Check:
    """What could not be looked at does not make an answered request doubtful; what has a cause above points there."""
    if check.id in ANSWERS and check.status == "fail" and wrong:
        return replace(check, fix="mend what stands above it first")
    return replace(check, status="skip") if answered and check.status == "unknown" else check


def _result(passed: list[Passed], answered: bool) -> str:
    wrong = [one for one in passed if one.status == "fail"]
    if answered:
        times = ", ".join(one.words for one in passed if one.hop == "answer" and one.words)
        good = f"a request is answered {times}"
        return f"{good}; and yet something is wrong: {wrong[0].hop}" if wrong else good
    if wrong:
        return f"a request stops here: {wrong[0].hop}{f' {wrong[0].of}' if wrong[0].of else ''}"
    return "nothing that was looked at keeps a request from being answered; whether one is was not asked"


def causes(sight: Sight) -> list[Check]:
    """Every check that fails, but for whether a request is answered: as they meet a request, each once."""
    found = (check for one in _passed(sight) for check in one.checks)
    return list(dict.fromkeys(check for check in found if check.status == "fail" and check.id not in ANSWERS))


@contextlib.contextmanager
def unreached(*_: object) -> Iterator[str]:
    """For a look that asks nothing over HTTP."""
    raise CannotAnswer("not asked")
    yield ""


def likely(sight: Sight, failed: str) -> Check | None:
    """The most likely cause of a failed check of smoke (its id), or None when nothing is found wrong."""
    found = causes(sight)
    wanted = EXPLAIN.get(failed, ())
    named = sorted((check for check in found if check.id in wanted), key=lambda check: wanted.index(check.id))
    found.sort(key=lambda check: check.id == diagnose.RULES)  # what belongs to no hop is the least likely
    return next(iter([*named, *found]), None)


def explained(smoked: Report, access: Access, namespace: str, guide: str | None = None) -> Report:
    """A report with checks of smoke, and behind those that failed what is wrong with the stack."""
    failed = [check.id for check in smoked.checks if check.status == "fail" and check.id in EXPLAIN]
    if failed:
        with contextlib.suppress(WellitError):  # what smoke has found stands by itself
            sight = look(access, namespace, record=_record(access, namespace, guide, None), reach=_reach)
            smoked.add(dict.fromkeys(cause for one in failed if (cause := likely(sight, one))))
    return smoked


def _record(access: Access, namespace: str, guide: str | None, environment: str | None) -> Record | None:
    """The record of the stack that is meant; None for one that wellit did not install, or for all of a namespace."""
    try:
        found = records.find(access, namespace, guide)
    except CannotAnswer:
        if guide:
            raise
        return None
    if guide and not found:
        others = records.find(access, namespace)
        names = ", ".join(sorted({one.guide for one in others}))
        raise CannotAnswer(
            f"no stack{records.meant(guide)} is recorded in {namespace}",
            why=f"recorded there: {names}" if names else "nothing there was installed by wellit",
            write="without -g, all that is in the namespace is looked at",
        )
    if environment and found and all(one.environment != environment for one in found):
        names = ", ".join(one.environment for one in found)
        raise CannotAnswer(
            f"the recorded stack is of environment {names}, not {environment}", write=f"leave -e out, or say -e {names}"
        )
    return found[0] if len(found) == 1 else None


def _nothing(sight: Sight) -> CannotAnswer:
    unread = "; ".join(f"you may not {why}" for why in dict.fromkeys(sight.unread.values()))
    ways = "Gateway, HTTPRoute, InferencePool, LLMInferenceService or DynamoGraphDeployment"
    where = f"{sight.namespace} on {sight.label}"
    return CannotAnswer(
        f"it cannot be read whether a {ways} is in {where}" if unread else f"no {ways} is in {where}",
        why=unread or "there is no way in for a request",
        write="another namespace: -n NAMESPACE; a fresh stack: invoke install",
    )


def _reach(access: Access, namespace: str, what: str, port: int) -> AbstractContextManager[str]:
    from wellit.reach import reach

    return reach(access, namespace, what, port)
