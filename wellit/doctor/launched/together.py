"""Judges whether the workers of a launch have found each other, by what each published and the frontend knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wellit import capabilities
from wellit.checks import good
from wellit.doctor.launched.sight import Card, Sight
from wellit.findings import Check
from wellit.smoke.frontend.causes import absent
from wellit.smoke.frontend.parts import DECODE, PREFILL
from wellit.subject import DYNAMO

MEMORY = "mem"
SERVED, BOOTSTRAP = "model.servedName", "disaggregation.bootstrapPort"


def names(sight: Sight) -> str:
    """The workers that are known, by role and number."""
    return ", ".join(f"{card.role or 'worker'} {card.number}" for card in sight.cards or ())


def found(sight: Sight) -> Iterator[Check]:
    """Whether the frontend knows all that a request needs."""
    title = good("WL882")
    if sight.figures is None or not sight.figures.health.ok:
        return
    lacking = absent(sight.figures.instances, split=sight.target.split)
    if not lacking:
        yield Check("WL882", title, "pass", f"{len(sight.figures.instances)} workers")
    elif "namespaces" not in lacking:
        yield Check("WL882", title, "fail", *_why(sight, lacking))


def _why(sight: Sight, lacking: str) -> tuple[str, str]:
    told = {(name, one.name) for one in sight.launched.processes for name in _discovery() & {*one.environment}
            if one.environment[name] == MEMORY}  # fmt: skip
    if told:
        alone = ", ".join(one for _, one in sorted(told))
        why = f"{lacking}: with {min(told)[0]}={MEMORY} a process sees only itself ({alone})"
        return why, f"{sight.target.commands.again} --set local.discovery=file"
    if said := next((s for name in sight.logs for s in sight.said[name] if s.graph == "WL882"), None):
        return f"{lacking}: {said.means}", said.write
    dead = [one.name for one in sight.workers if not sight.alive.get(one.name)]
    if dead:
        return f"{lacking}: {', '.join(dead)} does not run", sight.target.commands.again
    lost = [one for one in sight.target.workers if one.role and f"no {one.role}" in lacking] or sight.target.workers
    fix = lost[0].log if lost else sight.target.commands.frontend_log
    return f"{lacking}: it still loads its model, or looks for the others elsewhere", fix


def _discovery() -> set[str]:
    """The variables that say how processes find each other, of every release."""
    releases = capabilities.versions(DYNAMO)
    return {str(capabilities.contract(DYNAMO, release)["discoveryVariable"]) for release in releases}


def agree(sight: Sight) -> Iterator[Check]:
    """Whether prefill and decode have the same served name and namespace, so that they are taken for one model."""
    title, cards = good("WL883"), sight.cards
    if not sight.target.split or not sight.lives:
        return
    instances = sight.figures.instances if sight.figures else []
    if not cards and len({one.namespace for one in instances}) < 2:
        return
    if len(served := _by(sight, lambda card: card.name)) > 1:
        what = _told(served)
        fix = f"{sight.target.commands.again} --set {SERVED}={sight.launched.model}, or the same --served-model-name"
        yield Check("WL883", title, "fail", f"the served names differ, so that the model is never ready: {what}", fix)
    spaces = _by(sight, lambda card: card.namespace)
    if not cards:
        for one in instances:
            spaces.setdefault(one.namespace, []).append(one.role)
    if len(spaces) > 1:
        detail = f"Dynamo's namespaces differ, so that they do not find each other: {_told(spaces)}"
        yield Check("WL883", title, "fail", detail, "the same DYN_NAMESPACE, or --endpoint dyn://NAMESPACE..., for all")
    if len(served) == 1 == len(spaces):
        yield Check("WL883", title, "pass", f"{next(iter(served))} in {next(iter(spaces))}")


def gone(sight: Sight) -> Iterator[Check]:
    """Whether the frontend lists a worker that no process of the launch is."""
    if sight.figures is None or not sight.figures.health.ok:
        return
    title, alive = good("WL890"), [one for one in sight.workers if sight.alive.get(one.name)]
    told = {one.name: sight.pages(one.name).ids for one in alive}
    if all(told.values()) and sight.workers:
        own = {number for ids in told.values() for number in ids}
        stale = [one for one in sight.figures.instances if one.id not in own]
        if stale:
            which = ", ".join(f"{one.role} {one.id}" for one in stale)
            detail = (
                f"the frontend lists {which}, which no process of this launch is: a worker that was killed stays "
                "listed until its lease ends"
            )
            yield Check("WL890", title, "fail", detail, "wait 15 seconds, then again: " + sight.target.commands.doctor)
        else:
            yield Check("WL890", title, "pass")


def pages(sight: Sight) -> Iterator[Check]:
    """Whether prefill and decode cut their caches alike."""
    sizes = _by(sight, lambda card: str(card.page) if card.page else "")
    sizes.pop("", None)
    title = good("WL885")
    if not sight.target.split or not sizes:
        return
    if len(sizes) > 1:
        detail = (
            f"they differ: {_told(sizes)} tokens; Dynamo takes that in silence, the engine refuses the transfer or "
            "hands over the wrong pages"
        )
        size = next(iter(sizes))
        fix = f"{sight.target.commands.again} --set decode.pageSize={size} --set prefill.pageSize={size}"
        yield Check("WL885", title, "fail", detail, fix)
    else:
        yield Check("WL885", title, "pass", f"{next(iter(sizes))} tokens")


def meet(sight: Sight) -> Iterator[Check]:
    """Whether each prefill worker has published an address of its own, where somebody listens."""
    title, cards = good("WL884"), sight.of_role(PREFILL)
    if not sight.target.split or not cards:
        return
    wrong = [*_unpublished(sight, cards), *_shared(cards), *_closed(sight, cards)]
    for detail, fix in wrong:
        yield Check("WL884", title, "fail", detail, fix)
    if not wrong:
        yield Check("WL884", title, "pass", ", ".join(f"{host}:{port}" for host, port in _addresses(cards)))


def _unpublished(sight: Sight, cards: list[Card]) -> Iterator[tuple[str, str]]:
    for card in cards:
        if card.bootstrap is None:
            log = next((one.log for one in sight.target.workers if one.role == PREFILL), "")
            yield f"prefill {card.number} has registered without an address for decode", log


def _shared(cards: list[Card]) -> Iterator[tuple[str, str]]:
    addresses = _addresses(cards)
    for host, port in sorted({one for one in addresses if addresses.count(one) > 1}):
        yield f"several prefill workers have published {host}:{port}", f"a --set {BOOTSTRAP} of its own for each"


def _closed(sight: Sight, cards: list[Card]) -> Iterator[tuple[str, str]]:
    for host, port in sorted(set(_addresses(cards))):
        if not sight.listening.get((host, port), True):
            log = next((one.log for one in sight.target.workers if one.role == PREFILL), "")
            yield f"nobody listens at {host}:{port}, which prefill has published", log


def _addresses(cards: list[Card]) -> list[tuple[str, int]]:
    return [card.bootstrap for card in cards if card.bootstrap]


def _by(sight: Sight, what: Callable[[Card], str]) -> dict[str, list[str]]:
    """What the cards say, each with the roles that say it."""
    found: dict[str, list[str]] = {}
    for card in sight.cards or ():
        found.setdefault(what(card), []).append(card.role or DECODE)
    return found


def _told(found: dict[str, list[str]]) -> str:
    return ", ".join(f"{value} for {' and '.join(dict.fromkeys(roles))}" for value, roles in found.items())
