"""A worker's command line as the mocker's: what both can be told, and what only an engine can."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wellit import flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.errors import CannotAnswer
from wellit.launch.mock import facts, install, model
from wellit.paths import cache
from wellit.translate.language import NO, YES, language
from wellit.translate.listen import Heard, Said, listen


@dataclass(frozen=True)
class Worker:
    """A mocker in the place of a worker. `dropped` are the worker's words that it has no counterpart for.

    `environment` is what those words say that the mocker has only as a variable.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()


def environment() -> dict[str, str]:
    """What every process gets, the frontend too: nothing is asked of a hub, or written into the person's home."""
    return {**facts()["env"], "HOME": str(cache() / "dynamo" / "home")}


def frontend(arguments: Sequence[str]) -> tuple[str, ...]:
    """Dynamo's own frontend with its own arguments."""
    return (str(install.python()), "-m", facts()["frontend"], *arguments)


def worker(arguments: Sequence[str], engine: Engine) -> Worker:
    """The mocker for the arguments of a worker (those after ``-m dynamo.sglang``), whatever role they have.

    Raises CannotAnswer for an engine that the mocker cannot be like.
    """
    known = facts()
    kind = known["engines"].get(engine.name)
    if kind is None:
        raise CannotAnswer(
            f"Dynamo's mocker cannot stand in for {engine.title}",
            why=f"it can be like {', '.join(known['engines'])}", write="leave --mock out, on a machine with GPUs",
        )  # fmt: skip
    turn = _Turn(engine, listen(arguments, engine), known)
    words = [*turn.settings(), *turn.own()]
    argv = (
        str(install.python()), "-m", known["module"], known["model"], str(model.folder()),
        known["engineType"], kind, *known["words"], *words,
    )  # fmt: skip
    return Worker(argv, turn.variables, tuple(turn.dropped))


class _Turn:
    """One worker's words, setting by setting."""

    def __init__(self, engine: Engine, heard: Heard, known: Mapping[str, Any]) -> None:
        self.engine = engine
        self.heard = heard
        self.known = known
        self.language = language(engine)
        self.used = {"model", *known["itself"]}
        self.variables: dict[str, str] = {}

    def settings(self) -> Iterator[str]:
        """What an engine is told, in the mocker's words."""
        for name, how in self.known["settings"].items():
            words = self._said(name, how)
            if words is not None and self._taken(words):
                self.used |= {name, *how.get("when", ())}
                yield from words

    def own(self) -> Iterator[str]:
        """Dynamo's own flags."""
        for flag, values in self._others():
            if flag in self.known["same"]:
                yield from (flag, *values)
            elif flag in self.known["variables"] and values:
                self.variables[self.known["variables"][flag]] = values[0]

    @cached_property
    def dropped(self) -> list[str]:
        """The words that the mocker is not told, as they were written. Call it when everything else was asked."""
        left = [said.words for said in self.heard.last if said.entry.setting not in self.used]
        taken = {*self.known["same"], *self.known["variables"]}
        return [*left, *(shlex.join((flag, *values)) for flag, values in self._others() if flag not in taken)]

    def _said(self, name: str, how: Mapping[str, Any]) -> list[str] | None:
        """The words for a setting: none when the mocker does so anyway, None when it is not to be told."""
        given = self.heard.value(name) or self.heard.value(how.get("unless", ""))
        flag = how.get("flag") or how.get("of", {}).get(self.engine.name, "")
        if any(self._value(other) != value for other, value in how.get("when", {}).items()):
            return None
        if given is None:
            return None
        value = self._neutral(given)
        if value in (NO, given.entry.text("negativeValue")) and "never" in how:
            return [how["never"]]
        if value == YES and given.entry.kind == "switch":
            return [flag] if how.get("flag") else []
        value = str(how.get("values", {}).get(value, value))
        return [flag, value] if flag and value else None

    def _value(self, name: str) -> str:
        given = self.heard.value(name)
        return self._neutral(given) if given else ""

    def _neutral(self, given: Said) -> str:
        own = given.value
        if given.entry.kind == "number":
            own = self.language.number(own) or own
        return given.entry.neutral(own)

    def _taken(self, words: Sequence[str]) -> bool:
        """Whether the mocker's parser takes these words: of some settings it knows fewer values."""
        answer = flags.ask(self.known["program"], install.version(), words)
        return isinstance(answer, Unknown) or not answer.problems

    def _others(self) -> Iterator[tuple[str, list[str]]]:
        """The words that are no setting of the engine's: each flag with its values."""
        for item in self.heard.items:
            flag, *values = shlex.split(item.was)
            name, equals, value = flag.partition("=")
            yield name, [value] if equals else values
