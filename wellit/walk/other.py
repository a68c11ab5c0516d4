"""The steps of a README in another environment than the one that it is written for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from wellit import catalogue, cells
from wellit.compose import Choice, Stack, compose
from wellit.errors import CannotAnswer
from wellit.walk.readme import Step

_SAID = re.compile(r"(?<=\s)-e (\S+)")
METRICS = ("queued", "running", "kvUsage")


def own(steps: Sequence[Step]) -> str:
    """The one environment that the steps name; empty when they name none, or several."""
    named = {found for step in steps if "invoke " in step.command for found in _SAID.findall(step.command)}
    return named.pop() if len(named) == 1 else ""


def in_environment(guide: str, steps: Sequence[Step], environment: str) -> list[Step]:
    """The steps with `-e environment` in the place of the README's own, and in promises the names that follow from it.

    Those are the engine's, its connector's, its metrics' and the model's. Raises CannotAnswer when the guide has no
    such environment, or when the README promises what has no counterpart there.
    """
    there = _stack(guide, environment)
    written = own(steps)
    if not written:
        raise CannotAnswer(
            f"the README of {guide} has no steps for -e {environment}",
            why="it does not name one environment that another could take the place of",
            write=f"scripts/invoke walk -g {guide}",
        )
    if written == environment:
        return list(steps)
    here = _stack(guide, written)
    kinds = {"accelerators": "accelerator", "gateways": "gateway"}
    unlike = [name for axis, name in kinds.items() if here.components[axis] != there.components[axis]]
    if unlike or len(here.engines) != 1 or len(there.engines) != 1:
        raise CannotAnswer(
            f"the README of {guide} has no steps for -e {environment}",
            why=f"its promises are of -e {written}; this has another {unlike[0] if unlike else 'number of engines'}",
            write=f"scripts/invoke walk -g {guide} -e {written}",
        )
    names = list(_names(here, there))
    return [_step(step, names, environment) for step in steps]


def _stack(guide: str, environment: str) -> Stack:
    return compose(Choice(guide, environment, components={"charts": "offline"}, size="small"))


def _names(here: Stack, there: Stack) -> Iterator[tuple[str, str]]:
    """(pattern, what takes its place): an empty one is what has no counterpart. The first that fits counts."""
    (old, was), (new, now) = ((s.engines[0], catalogue.component_data("engine", s.engines[0])) for s in (here, there))
    yield rf"(?<=-e ){re.escape(here.environment)}", there.environment
    connectors = [data["connectors"][0] if data["connectors"] else "" for data in (was, now)]
    if connectors[0]:
        yield rf"(?<=KV by ){re.escape(connectors[0])}", connectors[1]
    before, after = ({**data["metrics"], **data["metrics"].get("also", {})} for data in (was, now))
    for what in (*METRICS, *was["metrics"].get("also", {})):
        yield re.escape(before[what]), after.get(what, "")
    models = [cells.model_of(stack.values, stack.engines[0]) for stack in (here, there)]
    pairs = ((models[0], models[1]), (was["title"], now["title"]), (old, new))
    yield from ((re.escape(one), other) for one, other in pairs)


def _step(step: Step, names: Sequence[tuple[str, str]], environment: str) -> Step:
    whole = re.compile("|".join(f"(?P<n{n}>(?<![\\w/.]){old}(?![\\w/]))" for n, (old, _) in enumerate(names)))

    def other(found: re.Match[str]) -> str:
        new = names[int(str(found.lastgroup)[1:])][1]
        if not new:
            raise CannotAnswer(
                f"the README has no steps for -e {environment}", where=step.place,
                why=f'"{found[0]}" has no counterpart there', write="another environment of the guide",
            )  # fmt: skip
        return new

    return replace(step, command=whole.sub(other, step.command), promised=whole.sub(other, step.promised))
