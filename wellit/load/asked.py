"""How large a load is asked for: every number is bounded, so that a typing mistake takes nobody's cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from wellit.errors import CannotAnswer

# Of each flag: the least and the most, what is taken when it is not given, and its unit.
LIMITS: dict[str, tuple[float, float, float, str]] = {
    "concurrency": (1, 1000, 8, "open requests"),
    "rate": (0.01, 1000, 0, "requests a second"),
    "requests": (1, 100_000, 100, "requests"),
    "duration": (1, 3600, 60, "seconds"),
    "limit": (1, 3600, 60, "seconds"),
    "prompt-tokens": (1, 100_000, 256, "tokens"),
    "output-tokens": (1, 32_768, 64, "tokens"),
    "shared-prefix": (0, 0.99, 0, "of a prompt"),
    "groups": (1, 10_000, 1, "groups"),
}
_FRACTIONS = ("rate", "duration", "limit", "shared-prefix")


@dataclass(frozen=True)
class Spread:
    """A length in tokens: evenly spread from `mean` less `around` to `mean` and `around`."""

    mean: int
    around: int = 0

    def draw(self, random: Random) -> int:
        return max(1, random.randint(self.mean - self.around, self.mean + self.around))

    def __str__(self) -> str:
        return f"{self.mean}+-{self.around}" if self.around else str(self.mean)


@dataclass(frozen=True)
class Asked:
    """A load. `rate` (requests/s) of 0 sends the next request when one is answered; `duration` and `limit` are seconds.

    With a rate, requests go at even intervals whether or not those before are answered, up to `concurrency` open ones.
    `shared` is the share of a prompt that all prompts of its group begin with.
    """

    concurrency: int = 8
    rate: float = 0
    requests: int = 100
    duration: float = 60
    limit: float = 60
    prompt: Spread = Spread(256)
    output: Spread = Spread(64)
    shared: float = 0
    groups: int = 1
    chat: bool = True
    stream: bool = True

    @property
    def words(self) -> list[str]:
        """What will be sent, for a person who is asked whether it may."""
        kind = "chat" if self.chat else "completion"
        how = f"{self.concurrency} at a time"
        how = f"{self.rate:g} a second, at most {self.concurrency} open" if self.rate else how
        shared = f"; {self.shared:.0%} of each shared by all of its group, {self.groups} in all" if self.shared else ""
        return [
            f"at most {self.requests} {kind} requests{', streamed' if self.stream else ''}, {how}",
            f"none is begun after {self.duration:g} s; each is given up after {self.limit:g} s",
            f"prompts of about {self.prompt} tokens{shared}",
            f"answers of at most {self.output} tokens",
        ]

    def document(self) -> dict[str, Any]:
        return asdict(self)


def parse(said: Mapping[str, str], chat: bool = True, stream: bool = True) -> Asked:
    """The load that flags ask for; `said` has the words of each flag of LIMITS, empty where it was not given.

    With --requests alone it lasts as long as they take, with --duration alone as many are sent as fit in; both within
    LIMITS. Raises CannotAnswer when a word is no number, or one outside LIMITS.
    """
    given = {flag: words for flag, words in said.items() if words}
    numbers = {flag: _number(flag, given.get(flag, "")) for flag in LIMITS if not flag.endswith("-tokens")}
    if "duration" in given and "requests" not in given:
        numbers["requests"] = LIMITS["requests"][1]
    elif "requests" in given and "duration" not in given:
        numbers["duration"] = LIMITS["duration"][1]
    if "groups" in given and "shared-prefix" not in given:
        raise CannotAnswer("--groups says nothing by itself: groups share a prefix", write="--shared-prefix 0.5")
    if "rate" in given and "concurrency" not in given:
        numbers["concurrency"] = 200  # so that slow answers do not hold a rate back
    return Asked(
        concurrency=int(numbers["concurrency"]), rate=numbers["rate"], requests=int(numbers["requests"]),
        duration=numbers["duration"], limit=numbers["limit"],
        prompt=_spread("prompt-tokens", given.get("prompt-tokens", "")),
        output=_spread("output-tokens", given.get("output-tokens", "")),
        shared=numbers["shared-prefix"], groups=int(numbers["groups"]), chat=chat, stream=stream,
    )  # fmt: skip


def _number(flag: str, words: str, least: float | None = None) -> float:
    low, high, usual, unit = LIMITS[flag]
    low = low if least is None else least
    if not words:
        return usual
    try:
        number = float(words) if flag in _FRACTIONS else int(words)
    except ValueError:
        kind = "number" if flag in _FRACTIONS else "whole number"
        raise CannotAnswer(f'--{flag} "{words}" is no {kind}', write=f"--{flag} {_range(low, high)} ({unit})") from None
    if not low <= number <= high:  # what is no number at all is outside, too
        raise CannotAnswer(
            f"--{flag} {words} is outside its limits",
            why="a load is bounded: it takes capacity that others may need",
            write=f"--{flag} {_range(low, high)} ({unit})",
        )
    return number


def _spread(flag: str, words: str) -> Spread:
    mean, given, around = words.partition("+-")
    middle = int(_number(flag, mean))
    if given and not mean:
        raise CannotAnswer(f'--{flag} "{words}" has no mean', write=f"--{flag} 256+-64")
    width = int(_number(flag, around, least=0)) if given and around else 0
    if given and (not around or width >= middle):
        raise CannotAnswer(
            f'--{flag} "{words}" reaches down to nothing' if around else f'--{flag} "{words}" has no spread',
            write=f"--{flag} {middle}+-{max(middle // 4, 0)}",
        )
    return Spread(middle, width)


def _range(low: float, high: float) -> str:
    return f"between {low:g} and {high:,g}".replace(",", "")
