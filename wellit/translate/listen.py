"""A command line in one engine's words: which settings it gives, and what in it is not the engine's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wellit import engines
from wellit.engines import Engine
from wellit.errors import did_you_mean
from wellit.images import Image
from wellit.translate.language import NO, YES, Entry, Language, Meaning, language
from wellit.translate.result import Item, joined, nested

ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
FLAG = re.compile(r"--?[A-Za-z]")
BEFORE = ("env", "export", "exec", "nohup")  # words that may stand before a command and change nothing here


@dataclass(frozen=True)
class Said:
    """A setting that is given: its value in the engine's own words, and the words themselves."""

    entry: Entry
    value: str
    words: str
    more: tuple[str, ...] = ()


@dataclass
class Heard:
    """Everything that a command line says. `items` are the words that have no neutral name."""

    variables: list[tuple[str, str]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def value(self, setting: str) -> Said | None:
        """The last mention of a setting, which is the one that counts."""
        return next((said for said in reversed(self.said) if said.entry.setting == setting), None)

    @property
    def last(self) -> list[Said]:
        """Every setting once, in the order in which they were given."""
        return [said for said in self.said if self.value(said.entry.setting) is said]


def split(words: Sequence[str], engine: Engine) -> tuple[list[str], list[str]]:
    """The words before an engine's launcher, and those after it: its arguments.

    Without a launcher the arguments begin after the engine's image (docker run ... IMAGE), else at the first word.
    """
    spoken = [word.rsplit("/", 1)[-1] if word.startswith("/") else word for word in words]
    for launcher in sorted(engine.data["launchers"], key=len, reverse=True):
        parts = launcher.split()
        for start in range(len(spoken) - len(parts) + 1):
            if spoken[start : start + len(parts)] == parts:
                return list(words[:start]), list(words[start + len(parts) :])
    for number, word in enumerate(words):
        if "/" in word and not FLAG.match(word) and engine.in_image(Image.parse(word)):
            return list(words[:number]), list(words[number + 1 :])
    number = 0
    while number < len(words) and (ASSIGNMENT.fullmatch(words[number]) or words[number] in BEFORE):
        number += 1
    return list(words[:number]), list(words[number:])


def listen(words: Sequence[str], engine: Engine) -> Heard:
    """Read a command line, its environment and launcher included."""
    before, arguments = split(words, engine)
    heard = Heard()
    for word in before:
        if ASSIGNMENT.fullmatch(word):
            name, _, value = word.partition("=")
            heard.variables.append((name, value))
    rest = [w for w in before if not ASSIGNMENT.fullmatch(w) and w not in BEFORE and not w.startswith("python")]
    if rest and rest != ["-m"]:
        heard.items.append(Item("none", joined(rest), why="it stands before the engine's own command: left as it is"))
    _Ear(language(engine), heard).arguments(arguments)
    return heard


class _Ear:
    """Hears one command line out, word by word."""

    def __init__(self, lang: Language, heard: Heard) -> None:
        self.lang = lang
        self.heard = heard
        # JSON flags: what all mentions of one give together, and the words that gave it.
        self.json: dict[str, tuple[Meaning, dict[str, Any], list[str]]] = {}

    def arguments(self, words: list[str]) -> None:
        at = 0
        while at < len(words):
            at = self._flag(words, at) if FLAG.match(words[at]) else self._bare(words, at)
        for meaning, given, spoken in self.json.values():
            self._keys(meaning, given, joined(spoken))

    def _bare(self, words: list[str], at: int) -> int:
        model = self.lang.entries.get("model")
        if model and model.flag == "" and self.heard.value("model") is None:
            self.heard.said.append(Said(model, words[at], joined([words[at]])))
        elif words[at].startswith("$"):
            self._unknown([words[at]], "what is in it is only known when it starts")
        else:
            self._unknown([words[at]], f"a word that {self.lang.title} has no place for")
        return at + 1

    def _flag(self, words: list[str], at: int) -> int:
        name, equals, glued = words[at].partition("=")
        meaning, rest = self.lang.meaning(name)
        if meaning is None and (short := self._short(name, equals)):
            meaning, glued, equals = *short, "="
        if meaning and equals and self.lang.style.get("valued") and glued in (YES, NO) and _is_switch(meaning, rest):
            meaning, equals = Meaning(meaning.flag, meaning.entries, meaning.no == (glued == YES)), ""
        following: list[str] = []
        for word in words[at + 1 :]:
            if FLAG.match(word):
                break
            following.append(word)
        if meaning is None:
            return self._nobody(words, at, name, [] if equals else following)
        most = 0 if equals else _takes(meaning, rest, len(following))
        values = [glued] if equals else following[:most]
        spoken = words[at : at + 1 + most]
        if problem := _wrong(meaning, rest, equals, values):
            self._unknown(spoken, f"{name} {problem}: {self.lang.title} refuses it")
        elif not meaning.entries:
            self.heard.items.append(Item("none", joined(spoken)))
        else:
            self._say(meaning, rest, values, spoken)
        return at + 1 + most

    def _short(self, name: str, equals: str) -> tuple[Meaning, str] | None:
        """``-O3``: a short flag with its value glued to it."""
        meaning = self.lang.meanings.get(name[:2])
        if equals or name.startswith("--") or meaning is None or not name[2:]:
            return None
        return meaning, name[2:]

    def _say(self, meaning: Meaning, rest: str, values: list[str], spoken: list[str]) -> None:
        words, entry = joined(spoken), meaning.entries[0]
        if entry.kind == "switch" and "key" not in entry.data:
            self.heard.said.append(Said(entry, NO if meaning.no else YES, words))
        elif meaning.no:
            self.heard.said.append(Said(entry, NO, words))
        elif rest or "key" in entry.data:
            self._json(meaning, rest, values[0], spoken)
        else:
            self.heard.said.append(Said(entry, values[0], words, tuple(values[1:])))

    def _json(self, meaning: Meaning, rest: str, value: str, spoken: list[str]) -> None:
        try:
            given = json.loads(value)
        except ValueError:
            given = value
        if not rest and not isinstance(given, dict):
            self._unknown(spoken, f"{value} is no JSON object")
            return
        _, known, before = self.json.setdefault(meaning.flag, (meaning, {}, []))
        known.update(nested([(rest, given)]) if rest else given)
        before.extend(spoken)

    def _keys(self, meaning: Meaning, given: Mapping[str, Any], words: str) -> None:
        if "key" not in meaning.entries[0].data:  # the whole value is one setting
            self.heard.said.append(Said(meaning.entries[0], json.dumps(given, separators=(",", ":")), words))
            return
        by_key = {entry.data["key"]: entry for entry in meaning.entries}
        for key, value in given.items():
            text = value if isinstance(value, str) else json.dumps(value)
            if entry := by_key.get(key):
                self.heard.said.append(Said(entry, text, f"{meaning.flag} {key}={text}"))
            else:
                self.heard.items.append(Item("none", f"{meaning.flag} {key}={text}"))

    def _nobody(self, words: list[str], at: int, name: str, following: list[str]) -> int:
        """A flag that this engine does not have: perhaps a misspelt one, perhaps another engine's."""
        taken = following[:1]
        others = [e.title for e in engines.engines() if e is not self.lang.engine and language(e).meaning(name)[0]]
        several = [flag for flag in self.lang.meanings if flag.startswith(name)]
        hint = did_you_mean(name, self.lang.meanings)
        why = f"{self.lang.title} has no {name}"
        if len(several) > 1:
            hint = f"it is the beginning of {', '.join(sorted(several)[:4])}"
        if others:
            why += f"; it is a flag of {' and '.join(others)}"
        elif hint:
            why += f"; {hint}"
        self._unknown([words[at], *taken], why)
        return at + 1 + len(taken)

    def _unknown(self, words: list[str], why: str) -> None:
        self.heard.items.append(Item("unknown", joined(words), why=why))


def _is_switch(meaning: Meaning, rest: str) -> bool:
    """Whether a flag takes no value."""
    if not meaning.entries:
        return meaning.takes == ""
    entry = meaning.entries[0]
    return not rest and (meaning.no or (entry.kind == "switch" and "key" not in entry.data))


def _takes(meaning: Meaning, rest: str, there: int) -> int:
    """How many of the words that follow a flag are its values."""
    if not meaning.entries:
        return {"": 0, "=": min(1, there)}.get(meaning.takes, there)
    if _is_switch(meaning, rest):
        return 0
    entry = meaning.entries[0]
    return there if entry.data.get("several") else min(1, there)


def _wrong(meaning: Meaning, rest: str, equals: str, values: list[str]) -> str:
    """What is wrong with the values of a flag; "" when nothing is."""
    if _is_switch(meaning, rest):
        return "takes no value" if equals else ""
    return "" if values else "needs a value"
