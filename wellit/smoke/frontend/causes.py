"""Why a frontend did not answer as it should, as far as what was asked tells it."""

from __future__ import annotations

from collections.abc import Sequence

from wellit import refusals
from wellit.keys import KEY
from wellit.smoke.ask import Answer
from wellit.smoke.causes import Cause
from wellit.smoke.frontend.parts import DECODE, PREFILL, Figures, Instance


def cause(answer: Answer, figures: Figures) -> Cause:
    """Why `answer` is not the one that was waited for."""
    commands = figures.target.commands
    if answer.error.startswith("no connection"):
        return Cause("nobody listens there: the frontend has ended, or never started", commands.doctor)
    if answer.error.startswith("no answer"):
        return Cause("the request is held: a worker that hangs, or one that waits for the KV cache", commands.doctor)
    if answer.error:
        return Cause("the frontend ended in the middle of it", commands.frontend_log)
    known = refusals.of(answer.status, answer.evidence, "frontend")
    lacking = absent(figures.instances, split=figures.target.split) if figures.health.ok else ""
    if known and known.look == "key":
        return Cause(known.means, f"export {KEY}=..., then again")
    if lacking:
        return Cause(lacking, commands.doctor)
    if known:
        return Cause(known.means, commands.doctor)
    return Cause("the worker itself refuses or fails", commands.frontend_log)


def absent(instances: Sequence[Instance], *, split: bool) -> str:
    """What keeps a model from being ready, by the workers that the frontend knows; "" when nothing does."""
    if not instances:
        return "no worker has registered with the frontend"
    if not split:
        return ""
    roles = {role: {one.namespace for one in instances if one.role == role} for role in (PREFILL, DECODE)}
    for role, other in ((PREFILL, DECODE), (DECODE, PREFILL)):
        if not roles[role]:
            return (
                f"no {role} worker has registered with the frontend, and without one the {other} workers serve nothing"
            )
    if not roles[PREFILL] & roles[DECODE]:
        named = " and ".join(f"{role} in {', '.join(sorted(names))}" for role, names in roles.items())
        return f"the workers are in different namespaces of Dynamo, where they do not find each other: {named}"
    return ""
