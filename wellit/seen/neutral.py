"""What an engine's container is told of a neutral setting: by a flag, by a member of its JSON, or by its environment.

How each engine says a setting stands in its file: `speaks` and `flags` of environments/engines.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit.engines import Engine
from wellit.flags import is_open
from wellit.node import Node, whole
from wellit.seen.started import Started
from wellit.seen.words import Word

SHORTEST = 4  # characters that an abbreviated flag has at least: --tp would be anything


@dataclass(frozen=True, eq=False)
class Told:
    """A setting that is said: its value as it is written, where, and by which flag or variable."""

    value: str
    node: Node
    by: str

    @property
    def open(self) -> bool:
        """Whether the value is only known when the container starts."""
        return is_open(self.value)

    @property
    def number(self) -> int | None:
        return whole(self.value)


@dataclass(frozen=True, eq=False)
class Json:
    """A flag that takes JSON, as it is given. `data` is None when it is not JSON, or is only known at the start."""

    text: str
    data: Any
    node: Node
    flag: str

    @property
    def open(self) -> bool:
        return self.data is None and is_open(self.text)

    def member(self, key: str) -> str | None:
        """What a member says, as a word; None when it is not there."""
        value = self.data.get(key) if isinstance(self.data, Mapping) else None
        return None if value is None else json.dumps(value) if isinstance(value, (bool, dict, list)) else str(value)


def spec(engine: Engine, setting: str) -> Mapping[str, Any]:
    """How the engine says the setting: flag, key, env, default ...; empty when it cannot be said."""
    said: Mapping[str, Any] = (engine.data.get("speaks") or {}).get("settings", {}).get(setting, {})
    return {"flag": engine.flag(setting), **said}


def told(container: Started, setting: str) -> Told | None:
    """What the container is told of the setting; None when nothing is, or its engine is not known."""
    if container.engine is None:
        return None
    how = spec(container.engine, setting)
    key, flag = str(how.get("key") or ""), str(how.get("flag") or "")
    if flag and key:
        given = json_of(container, flag)
        value = given.member(key) if given else None
        return Told(value, given.node, f"{key} of {flag}") if given and value is not None else None
    if flag and (given_word := _last(container, container.engine, [flag, *how.get("aliases", ())])):
        return given_word
    if setting == "model" and not flag and (first := _positional(container, container.engine)):
        return first
    return _variable(container, str(how.get("env") or ""))


def own_model(container: Started) -> Told | None:
    """The model that a command of one's own names, by flag or as the first word after the program."""
    return told(container, "model") if container.own else None


def _positional(container: Started, engine: Engine) -> Told | None:
    """The model that stands behind the words that start the engine."""
    words = container.words.words
    for launcher in engine.data["launchers"] if container.own else ():
        wanted = launcher.split()
        for at in range(len(words) - len(wanted)):
            spoken = [word.text.rpartition("/")[2] for word in words[at : at + len(wanted)]]
            first = words[at + len(wanted)]
            if spoken == wanted and not first.text.startswith("-"):
                return Told(first.text, first.node, launcher)
    return None


def json_of(container: Started, flag: str) -> Json | None:
    """The JSON that a flag is given, with what its dotted forms say (--flag.key value); None when it is not given."""
    if container.engine is None:
        return None
    whole_one = _last(container, container.engine, [flag])
    dotted = list(_dotted(container, flag))
    if not whole_one and not dotted:
        return None
    text = whole_one.value if whole_one else "{}"
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if isinstance(data, dict):
        data |= {key: value for key, value, _ in dotted}
    return Json(text, data, whole_one.node if whole_one else dotted[-1][2], flag)


def unclear(container: Started) -> str:
    """Why a setting may be told although nothing is read of it; "" when it cannot."""
    return container.words.elsewhere


def variables(container: Started) -> dict[str, Node]:
    """The container's environment, by name: what stands beside each name."""
    return {entry["name"].text(): entry for entry in container.node["env"] if entry["name"]}


def _variable(container: Started, name: str) -> Told | None:
    entry = variables(container).get(name) if name else None
    if entry is None or not entry["value"].written:
        return None
    return Told(str(entry["value"].value), entry["value"], name)


def _last(container: Started, engine: Engine, flags: list[str]) -> Told | None:
    """The last mention of any of a flag's spellings."""
    words, found = container.words.words, None
    for at, word in enumerate(words):
        name, equals, value = word.text.partition("=")
        flag = next((flag for flag in flags if _is(name, flag, engine)), "")
        if flag:
            following = words[at + 1] if at + 1 < len(words) else None
            found = _value(word, flag, value if equals else None, following)
    return found


def _value(word: Word, flag: str, value: str | None, following: Word | None) -> Told:
    if value is None and following is not None and not following.text.startswith("-"):
        return Told(following.text, following.node, flag)
    return Told(value or "", word.node, flag)


def _is(name: str, flag: str, engine: Engine) -> bool:
    """Whether a word is this flag, also with _ for - or cut short, where the engine takes that."""
    if not name.startswith("-") or not flag:
        return False
    style = engine.data.get("speaks", {}).get("style", {})
    plain = "--" + name[2:].replace("_", "-") if style.get("snake") and name.startswith("--") else name
    if plain == flag:
        return True
    cut = style.get("abbreviations") and len(plain) >= SHORTEST + 2 and flag.startswith(plain)
    return bool(cut) and plain not in _known(engine.name) and _only(plain, engine)


def _only(cut: str, engine: Engine) -> bool:
    return sum(known.startswith(cut) for known in _known(engine.name)) == 1


@functools.cache
def _known(name: str) -> frozenset[str]:
    """Every flag of an engine, as far as its file says."""
    from wellit.engines import engines

    data = next(engine.data for engine in engines() if engine.name == name)
    speaks = data.get("speaks") or {}
    named = [spec.get("flag") for spec in speaks.get("settings", {}).values()]
    more = [alias for spec in speaks.get("settings", {}).values() for alias in spec.get("aliases", ())]
    others = [word.partition("=")[0] for word in str(speaks.get("others", "")).split()]
    return frozenset(flag for flag in [*named, *more, *others, *data["flags"].values()] if flag)


def _dotted(container: Started, flag: str) -> Iterator[tuple[str, str, Node]]:
    """The members that are said by themselves: --flag.key value."""
    words = container.words.words
    for at, word in enumerate(words):
        name, equals, value = word.text.partition("=")
        head, dot, key = name.partition(".")
        if dot and key and "--" + head[2:].replace("_", "-") == flag:
            following = words[at + 1].text if not equals and at + 1 < len(words) else value
            yield key, following, word.node
