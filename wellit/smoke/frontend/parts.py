"""What is asked of a Dynamo stack, wherever its URLs come from: a launch here, or port-forwards of a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wellit import remembered
from wellit.prometheus import Page
from wellit.smoke.ask import Answer
from wellit.smoke.figures import NO_ANSWER, NO_PAGE, Road
from wellit.smoke.verdicts import get

PREFILL, DECODE = "prefill", "decode"
ROUTED = "kv"  # a frontend that chooses workers by what they have cached
FACTS: Mapping[str, Any] = remembered.data(Path(__file__).with_name("facts.yaml"))


@dataclass(frozen=True)
class Worker:
    """One worker. `road` leads to its system port, `log` is the command that shows its log. Role "" does both."""

    name: str
    role: str
    road: Road
    log: str = ""


@dataclass(frozen=True)
class Commands:
    """What a person runs next, in full."""

    frontend_log: str
    doctor: str
    again: str
    """What starts the whole stack anew, or installs it again."""


@dataclass(frozen=True)
class Target:
    """One stack: the way to its frontend, the model that requests name, and what it promises.

    `split` says that prefill and decode are workers of their own, `router` how the frontend chooses a worker ("" when
    that is not known), `stands_in` what plays the engine when none runs.
    """

    road: Road
    model: str
    workers: tuple[Worker, ...]
    commands: Commands
    split: bool = False
    router: str = ""
    stands_in: str = ""

    def with_role(self, role: str) -> list[Worker]:
        """The workers that do this part of the work."""
        return [one for one in self.workers if one.role in (role, "")]


@dataclass(frozen=True)
class Instance:
    """One worker as the frontend knows it: Dynamo's namespace, its component, and its number."""

    namespace: str
    component: str
    id: int

    @property
    def role(self) -> str:
        return PREFILL if self.component == FACTS["prefill"] else DECODE


@dataclass(frozen=True)
class Pages:
    """What a worker says of itself at its system port."""

    health: Answer = NO_ANSWER
    live: Answer = NO_ANSWER
    metrics: Page = NO_PAGE

    @property
    def ids(self) -> frozenset[int]:
        """The numbers of the workers that this process is, as far as its metrics tell them."""
        label = FACTS["worker"]["label"]
        told = {has[label] for samples in self.metrics.samples.values() for has, _ in samples if label in has}
        return frozenset(number for one in told if (number := _hexadecimal(one)) is not None)


@dataclass(frozen=True)
class Figures:
    """All that was asked. `same` are groups of answers to equal prompts; `settled` the seconds until it was ready."""

    target: Target
    models: Answer = NO_ANSWER
    health: Answer = NO_ANSWER
    completion: Answer = NO_ANSWER
    chat: Answer = NO_ANSWER
    stream: Answer = NO_ANSWER
    unknown: Answer = NO_ANSWER
    before: Page = NO_PAGE
    after: Page = NO_PAGE
    workers: Mapping[str, Pages] = field(default_factory=dict)
    same: tuple[tuple[Answer, ...], ...] = ()
    settled: float = 0.0
    seconds: float = 0.0
    asked: int = 0

    @property
    def instances(self) -> list[Instance]:
        return registered(self.health)


def registered(health: Answer) -> list[Instance]:
    """The workers that a frontend says it knows: those that take requests."""
    told = get(health.data, "instances")
    return [
        Instance(str(one.get("namespace")), str(one.get("component")), one["instance_id"])
        for one in (told if isinstance(told, list) else [])
        if get(one, "endpoint") == FACTS["worker"]["endpoint"] and isinstance(get(one, "instance_id"), int)
    ]


def took_part(answer: Answer) -> tuple[int | None, int | None]:
    """The numbers of the workers that did prefill and decode for an answer; None where it does not say."""
    told = get(answer.data, "nvext", FACTS["field"])
    found: Sequence[Any] = [get(told, FACTS["ids"][role]) for role in (PREFILL, DECODE)]
    prefill, decode = (one if isinstance(one, int) else None for one in found)
    return prefill, decode


def _hexadecimal(text: str) -> int | None:
    try:
        return int(text, 16)
    except ValueError:
        return None
