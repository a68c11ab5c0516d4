"""Prompts of a wanted length that share a wanted part, and no more, with others."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from wellit.load.asked import Asked

# Common short words: each is one token, with the blank before it, in the vocabularies of today's models.
WORDS = (
    "time year people way day man thing woman life child world school state family student group country problem hand "
    "part place case week company system program question work government number night point home water room mother "
    "area money story fact month lot right study book eye job word business issue side kind head house service friend "
    "father power hour game line end member law car city name team minute idea body back parent face level office door"
).split()


@dataclass(frozen=True)
class Prompt:
    """One request's words, and how many tokens are asked for."""

    text: str
    output: int


class Prompts:
    """The prompts of one load. `random` is another for each load, so that no cache knows them from an earlier one."""

    def __init__(self, asked: Asked, random: Random) -> None:
        self.asked, self.random = asked, random
        length = round(asked.prompt.mean * asked.shared)
        self.heads = [self._words(length) for _ in range(asked.groups if length else 1)]

    def make(self, number: int) -> Prompt:
        """The prompt of request `number`, counted from 0; groups take turns."""
        head = self.heads[number % len(self.heads)]
        own = self._words(max(1, self.asked.prompt.draw(self.random) - len(head)))
        return Prompt(" ".join([*head, *own]), self.asked.output.draw(self.random))

    def _words(self, count: int) -> list[str]:
        return self.random.choices(WORDS, k=count)
