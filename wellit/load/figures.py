"""From what became of each request to figures. Pure: nothing is sent and no clock is read here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from wellit.load.sample import Sample


@dataclass(frozen=True)
class Quantiles:
    """Of a time in seconds."""

    p50: float
    p90: float
    p99: float
    mean: float


@dataclass(frozen=True)
class Failure:
    """One kind of error: how often, and what the first of them said."""

    kind: str
    count: int
    said: str


@dataclass(frozen=True)
class Share:
    """What one pod or engine did of it; `name` is empty where nobody said who answered."""

    name: str
    engine: str
    answered: int
    failed: int
    output_tokens: int
    first_token: Quantiles | None


# How it is known which pod answered: the answers say it, or the engines' counters, which count everybody's requests.
KnownBy = Literal["answers", "counters", "nothing"]


@dataclass(frozen=True)
class Figures:
    """Times are of answered requests. `hanging` had no end within their limit, `cut_off` were open when it was stopped.

    Tokens are the engine's own count; of an answer where it tells none, the pieces of the stream. `cached_tokens` of
    the prompts lay in a prefix cache; None where no engine tells. `latest` is how far behind its time the request was
    sent that was sent latest, in seconds.
    """

    seconds: float
    sent: int
    answered: int
    failed: int
    hanging: int
    cut_off: int
    failures: tuple[Failure, ...]
    requests_per_second: float
    output_tokens_per_second: float
    prompt_tokens_per_second: float
    output_tokens: int
    prompt_tokens: int
    cached_tokens: int | None
    first_token: Quantiles | None
    per_token: Quantiles | None
    latency: Quantiles | None
    latest: float
    pods: tuple[Share, ...]
    engines: tuple[Share, ...]
    known_by: KnownBy = "nothing"

    @property
    def cached(self) -> float | None:
        """The share of the prompt tokens that lay in a prefix cache."""
        if self.cached_tokens is None or not self.prompt_tokens:
            return None
        return self.cached_tokens / self.prompt_tokens


def figures(samples: Sequence[Sample], seconds: float, engine_of: Mapping[str, str] | None = None) -> Figures:
    """The figures of `samples`, sent within `seconds`; `engine_of` says for a pod which engine it is."""
    named = engine_of or {}
    good = [one for one in samples if one.fate == "answered"]
    fates = [one.fate for one in samples]
    output, prompt = (sum(counts) for counts in (map(tokens, good), (one.prompt_tokens or 0 for one in good)))
    told = [one.cached_tokens for one in good if one.cached_tokens is not None]
    span = max(seconds, 1e-9)
    return Figures(
        seconds=seconds,
        sent=len(samples),
        answered=len(good),
        failed=fates.count("failed"),
        hanging=fates.count("hanging"),
        cut_off=fates.count("cut off"),
        failures=tuple(_failures(samples)),
        requests_per_second=len(good) / span,
        output_tokens_per_second=output / span,
        prompt_tokens_per_second=prompt / span,
        output_tokens=output,
        prompt_tokens=prompt,
        cached_tokens=sum(told) if told else None,
        first_token=quantiles(_first(good)),
        per_token=quantiles(_per_token(good)),
        latency=quantiles(one.ended - one.began for one in good if one.ended is not None),
        latest=max((one.began - one.due for one in samples), default=0.0),
        pods=tuple(_shares(samples, lambda one: one.pod, named)),
        engines=tuple(_shares(samples, lambda one: one.way or named.get(one.pod, ""), {})),
        known_by="answers" if any(one.pod for one in samples) else "nothing",
    )


def tokens(sample: Sample) -> int:
    """The tokens of an answer, by the engine's count."""
    return sample.output_tokens or 0


def quantiles(values: Iterable[float]) -> Quantiles | None:
    """None when there are no values."""
    ordered = sorted(values)
    if not ordered:
        return None
    p50, p90, p99 = (quantile(ordered, part) for part in (0.5, 0.9, 0.99))
    return Quantiles(p50, p90, p99, fmean(ordered))


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value below which `part` (0 to 1) of them lie, between two of them by their distance."""
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _first(samples: Iterable[Sample]) -> list[float]:
    return [one.first - one.began for one in samples if one.first is not None]


def _per_token(samples: Iterable[Sample]) -> list[float]:
    """The time of each token after the first, one mean for each answer."""
    return [
        (one.ended - one.first) / (tokens(one) - 1)
        for one in samples
        if one.first is not None and one.ended is not None and tokens(one) > 1
    ]


def _failures(samples: Iterable[Sample]) -> list[Failure]:
    kinds: dict[str, list[Sample]] = {}
    for one in samples:
        if one.ended is not None and one.kind:
            kinds.setdefault(one.kind, []).append(one)
    found = [Failure(kind, len(of), next((one.said for one in of if one.said), "")) for kind, of in kinds.items()]
    return sorted(found, key=lambda one: (-one.count, one.kind))


def _shares(samples: Iterable[Sample], key: Callable[[Sample], str], engines: Mapping[str, str]) -> list[Share]:
    groups: dict[str, list[Sample]] = {}
    for one in samples:
        groups.setdefault(key(one), []).append(one)
    made = []
    for name, of in sorted(groups.items()):
        good = [one for one in of if one.fate == "answered"]
        failed = sum(one.fate in ("failed", "hanging") for one in of)
        output, first = sum(map(tokens, good)), quantiles(_first(good))
        made.append(Share(name, engines.get(name, ""), len(good), failed, output, first))
    return made
