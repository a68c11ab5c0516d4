"""How many GPUs a worker takes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from wellit.launch import words
from wellit.node import whole
from wellit.seen import neutral
from wellit.seen.graph import Component

TIMES = ("tensorParallel", "pipelineParallel")


def wanted(component: Component, said: Sequence[str]) -> int:
    """What its words say, by tensor and pipeline parallelism; without a word of it what its pod would get."""
    known = [number for setting in TIMES if (number := _number(component, setting, said))]
    return prod(known) if known else component.gpus or 1


def _number(component: Component, setting: str, said: Sequence[str]) -> int | None:
    spelt = words.value(said, words.flags(component, setting))
    told = neutral.told(component, setting)
    return whole(spelt) if spelt else told.number if told else None
