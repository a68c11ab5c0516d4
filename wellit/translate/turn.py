"""From one engine's settings to another's words. Nothing here knows an engine: all of it is in their files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wellit.translate.language import NO, YES, Entry, Language
from wellit.translate.listen import Heard, Said
from wellit.translate.result import Fate, Item, Translation, assignment, dotted, joined, said
from wellit.translate.value import Values

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Turn:
    """One command on its way from a language to another."""

    source: Language
    target: Language
    heard: Heard
    made: Translation
    # JSON flags of the other engine: their keys, and the words that they come from.
    json: dict[str, dict[str, Any]] = field(default_factory=dict)
    spoken: dict[str, list[str]] = field(default_factory=dict)
    unchecked: set[str] = field(default_factory=set)

    @property
    def _values(self) -> Values:
        return Values(self.source, self.target, self.heard)

    def all(self) -> Translation:
        """Everything that was heard, in the order in which it was said."""
        for name, value in self.heard.variables:
            self._variable(name, value)
        for given in self.heard.last:
            self._setting(given)
        self._whole_json()
        self._unsaid()
        for item in self.heard.items:
            self.made.items.append(item if item.why else self._nothing_known(item))
        self.made.words.sort(key=lambda words: words[0].startswith("-"))
        return self.made

    # -- what is said

    def _variable(self, name: str, value: str) -> None:
        written = assignment(name, value)
        if entry := self.source.of_variable(name):
            self._setting(Said(entry, value, written))
        elif self.source.owns_variable(name):
            self._tell("none", written, why=f"only {self.source.title} reads it: leave it out")
        else:
            self.made.variables.append((name, value))
            self._tell("kept", written, written, "an environment variable of no engine's own")

    def _setting(self, given: Said) -> None:
        own, other = given.entry, self.target.entries.get(given.entry.setting)
        if own.text("means") != (other.text("means") if other else ""):
            self._differs(given, other)
        elif other is None or not (other.sayable or "already" in other.data or "default" in other.data):
            words = (other.text("lacks") if other else "") or self.target.lacks(own.setting)
            self._tell("none", given.words, why=words or f"{self.target.title} has no flag for it: leave it out")
        elif isinstance(value := self._values.of(given, other), Item):
            self.made.items.append(value)
        else:
            self._say(given, other, value)

    def _differs(self, given: Said, other: Entry | None) -> None:
        own, title = given.entry, self.target.title
        here = f"{self.source.title}'s {own.name} is {own.text('means') or 'not said to mean the same'}"
        there = f"{title} has nothing that means this"
        if other:
            there = f"{title}'s {other.name} is {other.text('means') or 'not said to mean the same'}"
        why = f"{here}; {there}. The value is not copied."
        checked = own.checked and (other is None or other.checked)
        self._tell("differs", given.words, why=f"{why} {other.text('set') if other else ''}".strip(), checked=checked)

    # -- saying it

    def _say(self, given: Said, other: Entry, value: str) -> None:
        checked = given.entry.checked and other.checked
        why = "; ".join(filter(None, [self._remark(given, value), other.text("about")]))
        missing = self.target.without(other.flag)
        why = "; ".join(filter(None, [why, f"not in {self.target.title} {', '.join(missing)}" if missing else ""]))
        written = value if "words" in other.data and value in other.words else other.own(value)
        if value in (YES, NO) and (
            other.kind == "switch" or other.text("negativeValue") or other.text("default") == value
        ):
            self._switch(given, other, value, why, checked)
        elif "key" in other.data and other.flag:
            self._key(given.words, other, written, checked)
        elif other.flag is not None:
            self._write(given, other, [written], why, checked)
        elif "env" in other.data:
            self.made.variables.append((other.text("env"), written))
            self._tell("translated", given.words, assignment(other.text("env"), written), why, checked)
        else:
            self._in_file(given.words, other, written, why, checked)

    def _remark(self, given: Said, value: str) -> str:
        """What should be known of a value that is not what was written."""
        if given.entry.kind == "number" and value == YES and "counts" not in given.entry.data:
            return f"only on and off: {given.value} is left out"
        other = self.target.entries[given.entry.setting]
        named = (given.entry.data.get("names") or other.data.get("names")) and value != other.text("default")
        return "the same word: look whether it means the same" if named and value != "auto" else ""

    def _write(self, given: Said, other: Entry, values: list[str], why: str, checked: bool) -> None:
        more = list(given.more) if other.data.get("several") else []
        flags = [other.flag] if other.flag else []
        self._put([*flags, *values, *more], given.words, why, checked)
        if given.more and not more:
            self._tell("none", joined(given.more), why=f"{self.target.title}'s {other.name} takes one")
        for needed in other.data.get("needs", ()):
            if not any(needed in words for words in self.made.words):
                self.made.words.append([needed])
                self._tell("added", "", needed, f"{other.flag} needs it", checked)

    def _switch(self, given: Said, other: Entry, value: str, why: str, checked: bool) -> None:
        if value == YES and (already := other.text("already")):
            self._tell("translated", given.words, "", f"nothing to write: {already}", checked)
        elif value == other.text("default"):
            told = "on unless told otherwise" if value == YES else "off unless asked for"
            self._tell(
                "translated", given.words, "", "; ".join(filter(None, [f"nothing to write: {told}", why])), checked
            )
        elif "key" in other.data and other.flag:
            self._key(given.words, other, value, checked)
        elif "file" in other.data:
            self._in_file(given.words, other, value, why, checked)
        elif value == YES and other.flag:
            self._put([other.flag], given.words, why, checked)
        elif value == NO and other.text("negativeValue") and other.flag:
            self._put([other.flag, other.text("negativeValue")], given.words, why, checked)
        elif value == NO and (no := self.target.negation(other)):
            self._put([no], given.words, why, checked)
        elif value == NO and other.kind == "switch":
            self._tell("translated", given.words, "", "nothing to write: off unless asked for", checked)
        else:
            words = other.text("lacks")
            self._tell("none", given.words, why=words or f"{self.target.title} has no flag that says so")

    def _put(self, words: list[str], was: str, why: str, checked: bool) -> None:
        self.made.words.append(words)
        self._tell("translated", was, joined(words), why, checked)

    def _in_file(self, was: str, other: Entry, value: str, why: str, checked: bool) -> None:
        self.made.options.append((other.text("file"), said(value)))
        self._tell(
            "translated", was, f"{other.text('file')}: {value}", "; ".join(filter(None, ["in the file", why])), checked
        )

    def _key(self, was: str, other: Entry, value: str, checked: bool) -> None:
        assert other.flag
        self.json.setdefault(other.flag, {})[other.text("key")] = said(value)
        self.spoken.setdefault(other.flag, []).append(was)
        if not checked:
            self.unchecked.add(other.flag)

    def _whole_json(self) -> None:
        """The JSON flags, with the keys that the source leaves to its defaults and the target wants said."""
        for flag, given in self.json.items():
            for other in (entry for entry in self.target.meanings[flag].entries if entry.text("key") not in given):
                own = self.source.entries.get(other.setting)
                if own and "default" in own.data and self.heard.value(other.setting) is None:
                    was = f"({own.name}: {own.text('default')} unless told otherwise)"
                    value = self._values.of(Said(own, own.own(own.text("default")), was), other)
                    if isinstance(value, Item):
                        self.made.items.append(value)
                    elif value != other.text("default"):
                        given[other.text("key")] = said(other.own(value))
                        self.spoken[flag].append(was)
            text = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
            self._put([flag, text], ", ".join(self.spoken[flag]), "", flag not in self.unchecked)

    # -- what is not said

    def _unsaid(self) -> None:
        """What the source does unasked and the target does not."""
        here, there = self.source.engine, self.target.engine
        if self.heard.value("host") is None and there.default_host in LOOPBACK and here.default_host not in LOOPBACK:
            self._add([there.host_flag, here.default_host], f"{there.title} listens on {there.default_host} alone")
        if self.heard.value("port") is None and there.default_port != here.default_port and there.flag("port"):
            own, other = f"{here.title} listens on {here.default_port}", f"{there.title} on {there.default_port}"
            self._add([there.flag("port"), str(here.default_port)], f"{own}, {other}")
        config = self.target.entries.get("configFile")
        self.made.file_flag = config.flag if config and config.flag else ""
        written = {words[0] for words in self.made.words}
        for words in self._always():
            meaning, _ = self.target.meaning(words[0])
            unsaid = not any(self.heard.value(entry.setting) for entry in meaning.entries) if meaning else True
            if words[0] == self.made.file_flag:
                self._content(Path(words[-1]).name)
            elif words[0] not in written and unsaid:
                self._add(words, f"wellit always gives it to {there.title}")
        if self.made.options and self.made.file_flag:
            flag = self.made.file_flag
            self._add([flag, "FILE.yaml"], f"some settings stand only in the file that {flag} names")

    def _always(self) -> list[list[str]]:
        """The arguments that the target always gets, each flag with its values."""
        groups: list[list[str]] = []
        for word in self.target.engine.data["args"]:
            if word.startswith("-") or not groups:
                groups.append([])
            groups[-1].append(str(word))
        return groups

    def _content(self, name: str) -> None:
        """What always stands in the target's file, unless it was said otherwise."""
        content = self.target.engine.data.get("files", {}).get("content", {}).get(name, {})
        said_already = {entry.text("file") for entry in self.target.entries.values() if self.heard.value(entry.setting)}
        for key, value in dotted(content):
            if key not in said_already:
                self.made.options.append((key, value))
                why = f"in the file; wellit always gives it to {self.target.title}"
                self._tell("added", "", f"{key}: {json.dumps(value)}", why)

    def _add(self, words: list[str], why: str) -> None:
        self.made.words.append(words)
        self._tell("added", "", joined(words), why)

    def _nothing_known(self, item: Item) -> Item:
        why = f"{self.source.title}'s own: wellit knows nothing like it in {self.target.title}; leave it out"
        return Item(item.fate, item.was, why=why)

    def _tell(self, fate: Fate, was: str, now: str = "", why: str = "", checked: bool = True) -> None:
        self.made.items.append(Item(fate, was, now, why, checked))
