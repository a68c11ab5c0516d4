"""A value in another engine's vocabulary: as a neutral word, or as what is told when there is none."""

from __future__ import annotations

from dataclasses import dataclass

from wellit.translate.language import NO, YES, Entry, Language
from wellit.translate.listen import Heard, Said
from wellit.translate.result import Item


@dataclass(frozen=True)
class Values:
    """What is needed to say a value again: both languages, and everything else that was heard."""

    source: Language
    target: Language
    heard: Heard

    def of(self, given: Said, other: Entry) -> str | Item:
        """The value that was given, as the neutral word that `other` can say."""
        own = given.entry
        value: str | None = own.neutral(given.value)
        if own.kind == "number" and value not in (own.text("negativeValue"), *own.data.get("values", ())):
            value = self.source.number(given.value)
        if value is None:
            return Item("unknown", given.words, why=f"{given.value} is no number")
        if own.kind == "switch" and other.kind == "number":
            return self._count(given, other, value)
        if own.kind == "number" and other.kind == "switch":
            return self._yes_or_no(given, value)
        why = self._unsayable(own, other, value)
        return Item("none", given.words, why=why) if why else value

    def _unsayable(self, own: Entry, other: Entry, value: str) -> str:
        """Why the other engine has no such word; "" when it has."""
        named = value in other.data.get("values", ())
        if told := other.data.get("cannot", {}).get(value):
            return str(told)
        if other.kind == "number" and not named and self.source.number(value) is None:
            return f"{self._its(other)} takes a number only: leave it out"
        if other.words and other.own(value) not in other.words:
            return f"{self._its(other)} takes {', '.join(other.words)}"
        if (own.data.get("names") or other.data.get("names")) and not other.words and not named:
            return f"{value} is a name of {self.source.title}'s own: look up what {self._its(other)} calls it"
        return ""

    def _count(self, given: Said, other: Entry, value: str) -> str | Item:
        """Yes or no, where the other engine wants a number."""
        if value == NO or other.text("default") == YES:
            return value
        counted = other.text("counts")
        if not counted:
            return Item("none", given.words, why=f"{self._its(other)} wants a number: choose one")
        if self._number("dataParallel") > 1:
            why = (
                f"{self.source.title} counts the GPUs of all its data-parallel replicas, "
                f"{self._its(other)} is a part of {self.target.entries[counted].name}: choose the number"
            )
            return Item("none", given.words, why=why)
        number = str(self._number(counted))
        if number == other.text("negativeValue"):
            return Item("translated", given.words, why="nothing to write: it is one GPU")
        return number

    def _yes_or_no(self, given: Said, value: str) -> str | Item:
        """A number, where the other engine knows only yes and no."""
        if value == given.entry.text("negativeValue"):
            return NO
        counted = given.entry.text("counts")
        if counted and value != str(self._number(counted) * self._number("dataParallel")):
            why = f"{self.target.title} has only on and off, and on is all GPUs of the server, not {value}"
            return Item("differs", given.words, why=why)
        return YES

    def _number(self, setting: str) -> int:
        """A setting that is counted, 1 when it is not given."""
        given = self.heard.value(setting)
        return int(given.value) if given and given.value.isdigit() else 1

    def _its(self, other: Entry) -> str:
        return f"{self.target.title}'s {other.name}"
