"""What a stand-in has counted, and the page that its engine would write of it."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wellit.standin.settings import Settings

BUCKETS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)  # seconds
Labels = Mapping[str, str]


@dataclass
class Histogram:
    """How often which time was measured."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0

    def add(self, seconds: float, times: int = 1) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += times
        self.total += seconds * times

    def samples(self, name: str, labels: Labels) -> Iterator[str]:
        passed = 0
        for limit, count in zip((*map(str, BUCKETS), "+Inf"), self.counts, strict=True):
            passed += count
            yield _sample(f"{name}_bucket", {**labels, "le": limit}, passed)
        yield _sample(f"{name}_count", labels, passed)
        yield _sample(f"{name}_sum", labels, self.total)


@dataclass
class Counts:
    """Everything that a stand-in counts, by the names that an engine's file has for it (metrics.also)."""

    numbers: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=lambda: Counter({"stop": 0, "length": 0, "abort": 0}))
    times: dict[str, Histogram] = field(
        default_factory=lambda: {name: Histogram() for name in ("firstToken", "betweenTokens", "whole", "waited")}
    )


@dataclass(frozen=True)
class Now:
    """The figures of this moment: requests that wait and run, the share of the KV cache in use, its pages."""

    queued: float
    running: float
    kv_usage: float
    held: int
    pages: int


def page(settings: Settings, counts: Counts, now: Now) -> str:
    """The metrics page, in the engine's own names; empty when it serves none."""
    return "".join(line + "\n" for line in _lines(settings, counts, now)) if settings.metrics else ""


def _lines(settings: Settings, counts: Counts, now: Now) -> Iterator[str]:
    names, labels = settings.engine.metrics, _labels(settings)
    if settings.gauges:
        gauges = {"queued": now.queued, "running": now.running, "kvUsage": now.kv_usage}
        for key, figure in gauges.items():
            yield from _family(names[key], "gauge", [_sample(names[key], labels, figure)])
        yield from _infos(settings, now)
    also: Mapping[str, str] = names.get("also", {})
    tokens = {"held": now.held * settings.page, "room": now.pages * settings.page}
    for key, name in also.items():
        if key in tokens:
            yield from _family(name, "gauge", [_sample(name, labels, tokens[key])])
        elif key in counts.times:
            yield from _family(name, "histogram", counts.times[key].samples(name, labels))
        elif key == "finished":
            reasons = counts.reasons.items()
            samples = (_sample(name, {**labels, "finished_reason": reason}, count) for reason, count in reasons)
            yield from _family(name, "counter", samples)
        else:
            yield from _family(name, "counter", [_sample(name, labels, counts.numbers[key])])


def _infos(settings: Settings, now: Now) -> Iterator[str]:
    """What says something by its labels: the size of the KV cache, the LoRA adapters."""
    names = settings.engine.metrics
    if name := names["cacheInfo"]:
        labels = {"block_size": str(settings.page), "num_gpu_blocks": str(now.pages),
                  "enable_prefix_caching": str(settings.prefix_caching)}  # fmt: skip
        yield from _family(name, "gauge", [_sample(name, labels, 1)])
    if (name := names["lora"]) and settings.lora:
        most = str(settings.number("maxLoras") or 1)
        labels = {"max_lora": most, "running_lora_adapters": ",".join(settings.adapters), "waiting_lora_adapters": ""}
        yield from _family(name, "gauge", [_sample(name, labels, time.time())])


def _labels(settings: Settings) -> dict[str, str]:
    names = settings.engine.metrics
    role = names.get("roles", {}).get(settings.role, settings.role)
    return {key: text.format(name=settings.names[0], role=role) for key, text in names.get("labels", {}).items()}


def _family(name: str, kind: str, samples: Iterable[str]) -> Iterator[str]:
    if name:
        yield f"# TYPE {name} {kind}"
        yield from samples


def _sample(name: str, labels: Labels, figure: float) -> str:
    said = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
    return f"{name}{{{said}}} {float(figure)}" if said else f"{name} {float(figure)}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
