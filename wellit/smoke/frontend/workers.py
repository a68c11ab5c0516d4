"""Judges the workers behind a frontend: what each says of itself, who took part, who gets equal prompts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wellit.findings import Check
from wellit.smoke.ask import Answer
from wellit.smoke.frontend.parts import DECODE, FACTS, PREFILL, ROUTED, Figures, Pages, Worker, took_part
from wellit.smoke.verdicts import get

_WORKER = FACTS["worker"]


def checks(figures: Figures) -> Iterator[Check]:
    """WL868 for each worker, then how they share the work."""
    for worker in figures.target.workers:
        yield _says_well(worker, figures)
    yield _shares(figures)
    if figures.target.router == ROUTED:
        yield _keeps(figures)


def _says_well(worker: Worker, figures: Figures) -> Check:
    title, road = f"{worker.name} says that it is well", worker.road
    if not road.url:
        return Check("WL868", title, "unknown", road.why, road.fix)
    pages = figures.workers.get(worker.name, Pages())
    wrong = [answer for answer in (pages.health, pages.live) if not answer.ok]
    if any(answer.over for answer in wrong):
        return Check("WL868", title, "unknown", wrong[0].words, "--timeout 180")
    if wrong:
        return Check("WL868", title, "fail", not_well(wrong[0]), worker.log, wrong[0].evidence)
    if pages.metrics.status != 200:
        return Check("WL868", title, "fail", f"{_WORKER['metrics']}: {pages.metrics.why}", worker.log)
    known = {one.id for one in figures.instances}
    if pages.ids and figures.health.ok and not pages.ids & known:
        detail = "it is well, and the frontend does not know it: another namespace of Dynamo, or another discovery"
        return Check("WL868", title, "fail", detail, figures.target.commands.doctor)
    served = pages.metrics.total(_WORKER["requests"], dynamo_endpoint=_WORKER["endpoint"])
    told = f"{served:.0f} requests of the frontend's" if served is not None else f"{len(pages.metrics.samples)} metrics"
    return Check("WL868", title, "pass", told)


def not_well(answer: Answer) -> str:
    """What a worker's answer at its system port means when it is none of a worker that is well."""
    endpoints = get(answer.data, "endpoints")
    if answer.error:
        return f"{answer.error} at its system port: it still starts, or could not have that port"
    if answer.status != 503 or not isinstance(endpoints, Mapping):
        return f"{answer.words}: nothing of Dynamo's answers at its system port"
    failing = sorted(str(name) for name, state in endpoints.items() if state != "ready")
    if not endpoints:
        return "it has no endpoint yet: it still loads its model, or could not"
    if failing:
        return (
            f"{', '.join(failing)} is not ready: with DYN_HEALTH_CHECK_ENABLED its health payload is not answered, "
            "and without it has not started yet"
        )
    return (
        "it says notready though all its endpoints are ready: it registered no health payload, and is not told by "
        """DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS='["generate"]' to go by its endpoints"""
    )


def _shares(figures: Figures) -> Check:
    split, chat = figures.target.split, figures.chat
    title = "prefill and decode both take part" if split else "one worker does all of an answer"
    if not chat.ok:
        return Check("WL869", title, "skip", "no chat was answered")
    prefill, decode = took_part(chat)
    if prefill is None or decode is None:
        detail = "the answer does not say which workers took part, though nvext.extra_fields asks for it"
        return Check("WL869", title, "unknown", detail, evidence=chat.evidence)
    told = f"prefill by {_named(prefill, PREFILL, figures)}, decode by {_named(decode, DECODE, figures)}"
    if (prefill != decode) != split:
        why = "the same worker did both" if split else "two workers did it"
        return Check("WL869", title, "fail", f"{why}: {told}", figures.target.commands.doctor, chat.evidence)
    if wrong := [number for number in {prefill, decode} if number not in _known(figures)]:
        detail = f"{told}; the frontend knows no worker {wrong[0]}: another stack's answers?"
        return Check("WL869", title, "fail", detail, figures.target.commands.doctor)
    if split and not _has_role(prefill, PREFILL, figures):
        detail = f"{told}; the first is no prefill worker"
        return Check("WL869", title, "fail", detail, figures.target.commands.doctor)
    return Check("WL869", title, "pass", told)


def _known(figures: Figures) -> set[int]:
    """Every number that the frontend, or a worker itself, names."""
    own = {number for pages in figures.workers.values() for number in pages.ids}
    return own | {one.id for one in figures.instances}


def _has_role(number: int, role: str, figures: Figures) -> bool:
    return any(one.id == number and one.role == role for one in figures.instances)


def _named(number: int, role: str, figures: Figures) -> str:
    """A worker by its name where it says its number itself, else by the number."""
    owners = [one.name for one in figures.target.with_role(role) if number in _pages(one, figures).ids]
    return owners[0] if len(owners) == 1 else f"worker {number}"


def _pages(worker: Worker, figures: Figures) -> Pages:
    return figures.workers.get(worker.name, Pages())


def _keeps(figures: Figures) -> Check:
    title = "equal prompts go to one worker"
    role = PREFILL if figures.target.split else DECODE
    if len(figures.target.with_role(role)) < 2:
        return Check("WL870", title, "skip", f"there is one worker for {role if figures.target.split else 'requests'}")
    some = {one.id for one in figures.instances if one.role == role}
    if len(some) < 2:
        return Check("WL870", title, "unknown", "the frontend knows one of the workers, so there is nothing to choose")
    groups = [[took_part(answer)[0] for answer in group] for group in figures.same if all(one.ok for one in group)]
    if not groups or any(None in group for group in groups):
        return Check("WL870", title, "unknown", "too few of its requests were answered, or do not say by whom")
    repeats = sum(len(group) - 1 for group in groups)
    same = sum(number == group[0] for group in groups for number in group[1:])
    told = f"{same} of {repeats} requests went where their prompt was"
    if same == repeats:
        return Check("WL870", title, "pass", f"{told}, of {len(some)} workers")
    detail = f"{told}: the frontend does not hear what is cached (KV events), or does not choose by it"
    return Check("WL870", title, "fail", detail, figures.target.commands.frontend_log)
