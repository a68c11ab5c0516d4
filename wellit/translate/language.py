"""An engine's command line as its file describes it: `flags`, `defaults` and `speaks` of environments/engines."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit import flags
from wellit.engines import Engine
from wellit.flags import Flag

# Of the neutral settings that stand in `flags` these are yes or no, unless the engine's file says otherwise.
YES_NO = ("trustRemoteCode", "expertParallel")
YES, NO = "true", "false"


@dataclass(frozen=True, eq=False)
class Entry:
    """How one engine says one neutral setting; `data` is what its file says of it."""

    setting: str
    flag: str | None
    kind: str
    data: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A member that is words: "" when it is not there."""
        return str(self.data.get(name, ""))

    @property
    def name(self) -> str:
        """What the engine calls it."""
        return self.flag or self.text("file") or self.text("env") or self.setting

    @property
    def words(self) -> list[str]:
        """The only words that it takes; empty when any is."""
        return list(self.data.get("words", ()))

    @property
    def checked(self) -> bool:
        return bool(self.data.get("checked", True))

    @property
    def sayable(self) -> bool:
        """Whether the engine has any way to say it."""
        return self.flag is not None or any(name in self.data for name in ("file", "env", "negative"))

    def neutral(self, value: str) -> str:
        """An own word as the neutral one."""
        named = {own: name for name, own in self.data.get("values", {}).items()}
        return str(named.get(value, value))

    def own(self, value: str) -> str:
        """A neutral word as the own one."""
        return str(self.data.get("values", {}).get(value, value))


@dataclass(frozen=True)
class Meaning:
    """What a flag says: the settings that it sets (several when its value is JSON), and whether it says no to them."""

    flag: str
    entries: tuple[Entry, ...]
    no: bool = False
    # Of a flag that has no neutral name: "" is a switch, "=" takes a value, "=*" several.
    takes: str = ""


class Language:
    """One engine's command line."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.speaks: Mapping[str, Any] = engine.data.get("speaks") or {}
        self.style: Mapping[str, Any] = self.speaks.get("style", {})
        settings: Mapping[str, Any] = self.speaks.get("settings", {})
        names = dict.fromkeys([*engine.data["flags"], *settings])
        entries = {name: self._entry(name, settings.get(name, {})) for name in names}
        self.entries = {name: entry for name, entry in entries.items() if entry.sayable or entry.data}
        self.meanings: dict[str, Meaning] = {}
        for entry in self.entries.values():
            self._learn(entry)
        for word in str(self.speaks.get("others", "")).split():
            flag, equals, several = word.partition("=")
            self.meanings.setdefault(flag, Meaning(flag, (), takes=equals + several))
        for known in self._listed():
            self._learn_more(known)

    def _listed(self) -> Iterator[Flag]:
        """The flags of all its versions (schemas/flags), each as its newest and its oldest version have it."""
        program = flags.program(self.engine.name)
        for name, record in program.records.items() if program else ():
            having = program.having(record) if program else []
            yield from (
                flag for version in (having[-1], having[0]) if program and (flag := program.flag(name, version))
            )

    def without(self, flag: str | None) -> list[str]:
        """The versions that do not have a flag that others have."""
        program = flags.program(self.engine.name)
        if not flag or program is None or program.head.get("commits"):
            return []
        having = program.versions_with(flag)
        return [version for version in program.versions if having and version not in having]

    def _learn_more(self, flag: Flag) -> None:
        """Spellings that the engine's file does not name: of a neutral setting, or of none."""
        takes = {0: "", 1: "="}.get(flag.takes[1], "=*")
        named = [flag.name, *flag.data.get("aliases", ())]
        neutral = [found for name in named if (found := self.meanings.get(name)) and found.entries]
        meaning = neutral[0] if neutral else Meaning(flag.name, (), takes=takes)
        for name in named:
            self.meanings.setdefault(name, meaning if neutral else Meaning(name, (), takes=takes))
        for name in flag.negations:
            self.meanings.setdefault(name, Meaning(name, meaning.entries, no=not meaning.no))

    def _entry(self, name: str, data: Mapping[str, Any]) -> Entry:
        flag = data["flag"] if "flag" in data else self.engine.data["flags"].get(name)
        degree = name in self.engine.data.get("degrees", ())
        kind = data.get("kind") or ("number" if degree else "switch" if name in YES_NO else "text")
        return Entry(name, flag, kind, data)

    def _learn(self, entry: Entry) -> None:
        for flag in [entry.flag, *entry.data.get("aliases", ())]:
            if flag:
                together = self.meanings.get(flag)
                entries = (*together.entries, entry) if together else (entry,)
                self.meanings[flag] = Meaning(entry.flag or flag, entries)
        for flag in (entry.data.get("negative"), *entry.data.get("negativeAliases", ())):
            if flag:
                self.meanings[flag] = Meaning(flag, (entry,), no=True)

    @property
    def title(self) -> str:
        return self.engine.title

    def meaning(self, spelled: str) -> tuple[Meaning | None, str]:
        """What a flag means, and the dotted rest of it (--kv-transfer-config.kv_role); None when it is not one."""
        head, dot, rest = spelled.partition(".")
        if not dot:
            return self._named(spelled), ""
        found = self._named(head) if self.style.get("dotted") else None
        return found, rest

    def _named(self, name: str) -> Meaning | None:
        if self.style.get("snake") and name.startswith("--"):
            name = "--" + name[2:].replace("_", "-")
        if found := self.meanings.get(name):
            return found
        if self.style.get("negation") and name.startswith("--no-"):
            positive = self.meanings.get("--" + name.removeprefix("--no-"))
            if positive and positive.entries and positive.entries[0].kind == "switch":
                return Meaning(name, positive.entries, no=not positive.no)
            return positive if positive and not positive.takes else None
        return self._shortened(name)

    def _shortened(self, name: str) -> Meaning | None:
        """The one flag that begins with these letters, where the engine takes that."""
        if not self.style.get("abbreviations") or not re.fullmatch(r"--[a-z][\w-]+", name):
            return None
        near = {id(meaning): meaning for flag, meaning in self.meanings.items() if flag.startswith(name)}
        meant = list(near.values())
        settings = {tuple(entry.setting for entry in meaning.entries) for meaning in meant}
        return meant[0] if meant and len(settings) == 1 and (meant[0].entries or len(meant) == 1) else None

    def number(self, word: str) -> str | None:
        """A number as it is written out (32k is 32000 where the engine takes that); None when it is none.

        What is only known when it starts ($PORT) may be one.
        """
        if "$" in word or "{{" in word:
            return word
        if re.fullmatch(r"-?\d+(\.\d+)?", word):
            return word
        factor = self.style.get("suffixes", {}).get(word[-1:])
        if factor is None or not re.fullmatch(r"\d+(\.\d+)?", word[:-1]):
            return None
        return str(int(float(word[:-1]) * factor))

    def negation(self, entry: Entry) -> str:
        """The flag that says no to a setting; "" when there is none."""
        own = entry.text("negative")
        if own or not entry.flag or not self.style.get("negation"):
            return own
        return "--no-" + entry.flag.removeprefix("--")

    def lacks(self, setting: str) -> str:
        """Why the engine has no such setting, as its file says; "" when it does not say."""
        return str(self.engine.data.get("lacks", {}).get(setting, ""))

    def of_variable(self, name: str) -> Entry | None:
        """The setting that an environment variable is for."""
        return next((entry for entry in self.entries.values() if entry.data.get("env") == name), None)

    def owns_variable(self, name: str) -> bool:
        """Whether only this engine reads the variable."""
        return any(name.startswith(prefix) for prefix in self.speaks.get("variables", ()))


@functools.cache
def language(engine: Engine) -> Language:
    return Language(engine)
