"""A container's command line, by meaning: the engine, how it is started, and its settings under neutral names."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wellit import engines
from wellit.compare.description import OWN, Fact
from wellit.engines import Engine
from wellit.images import Image
from wellit.overrides import looks_secret
from wellit.seen.words import Words
from wellit.translate.language import language
from wellit.translate.listen import Said, listen

FLAG = re.compile(r"--?[A-Za-z]")
REFERENCE = re.compile(r"\$\(([A-Za-z_.][\w.-]*)\)")
# What a setting means where nobody writes it, on every engine alike.
ABSENT = {"tensorParallel": "1", "dataParallel": "1", "expertParallel": "no", "trustRemoteCode": "no"}
YES, GIVEN = "yes", "given"
SWITCHED = {"true": "yes", "false": "no"}


def engine_of(words: Words, image: Image) -> Engine | None:
    """The engine that runs: as the command line says, else as its flags tell in an image that may carry several,
    else the image's."""
    hinted = engines.of_flags(words.texts)
    carried = hinted if hinted and hinted.perhaps_in(image) else None
    return engines.of_words(words.texts) or carried or engines.of_image(image) or hinted


def spoken(words: Words, env: Mapping[str, str]) -> list[str]:
    """The words as the kubelet passes them: $(NAME) is the variable of that name."""
    return [REFERENCE.sub(lambda found: env.get(found.group(1), found.group()), text) for text in words.texts]


def split(texts: Sequence[str], engine: Engine | None) -> tuple[list[str], list[str]]:
    """The words that start the engine, paths cut off, and its arguments."""
    bare = [text.rsplit("/", 1)[-1] if text.startswith("/") else text for text in texts]
    launchers = [*engine.data["launchers"], engine.dynamo.get("module", "")] if engine else []
    for launcher in filter(None, launchers):
        parts = str(launcher).split()
        for start in range(len(bare) - len(parts) + 1):
            if bare[start : start + len(parts)] == parts:
                return bare[: start + len(parts)], list(texts[start + len(parts) :])
    first = next((number for number, text in enumerate(texts) if FLAG.match(text)), len(texts))
    return bare[:first], list(texts[first:])


def given(arguments: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Each flag with its value, None for a flag alone, and each bare word as the value of ""."""
    at = 0
    while at < len(arguments):
        word = arguments[at]
        at += 1
        if not FLAG.match(word):
            yield "", word
            continue
        name, equals, value = word.partition("=")
        values = [value] if equals else []
        while not equals and at < len(arguments) and not FLAG.match(arguments[at]):
            values.append(arguments[at])
            at += 1
        yield name, " ".join(values) if values else None


def settings(engine: Engine | None, arguments: Sequence[str], *, all_known: bool = True) -> dict[str, Fact]:
    """The arguments as facts: neutral names where the engine's file has them, else the flag as it is written.

    When `all_known`, a setting that nobody wrote is told as what it then is.
    """
    if engine is None:
        return dict(_unnamed(arguments))
    # What only the running container knows is no word of the engine's.
    known = [word for word in arguments if all_known or not word.startswith("$")]
    heard = listen([*engine.command, *known], engine)
    found = {said.entry.setting: _named(engine, said) for said in heard.last if not _is_default(said)}
    for item in heard.items:
        for flag, fact in _unnamed(shlex.split(item.was)):
            of_json = _is_json(engine, flag)
            own = replace(fact, words=()) if of_json else fact
            found[f"{flag} {fact.value.partition('=')[0]}" if of_json else flag] = own
    return _implied(engine, found) if all_known else found


def _unnamed(arguments: Sequence[str]) -> Iterator[tuple[str, Fact]]:
    for flag, value in given(arguments):
        told = GIVEN if value is None else hidden(flag, canonical(value))
        words = (flag,) if value is None else (flag, value)
        yield (flag or f"word {value}"), Fact(told, words=words if flag else ())


def _is_json(engine: Engine, flag: str) -> bool:
    """Whether a flag's value is JSON that the engine's file reads key by key."""
    meaning, _ = language(engine).meaning(flag)
    return bool(meaning and any("key" in entry.data for entry in meaning.entries))


def _named(engine: Engine, said: Said) -> Fact:
    """A setting under its neutral name: its value in neutral words, its flag in the engine's own."""
    entry = said.entry
    value = SWITCHED.get(said.value, said.value) if entry.kind == "switch" else entry.neutral(said.value)
    if entry.kind == "number":
        value = language(engine).number(value) or value
    value = canonical(" ".join([value, *said.more]))
    flag = entry.flag or said.words.partition(" ")[0].partition("=")[0]
    words = () if "key" in entry.data else tuple(shlex.split(said.words))
    return Fact(hidden(entry.setting, value), flag if FLAG.match(flag) else "", words=words)


def _is_default(said: Said) -> bool:
    """Whether it says what the engine does anyway."""
    return bool(said.entry.data.get("default") == said.value and said.entry.setting != "metrics")


def _implied(engine: Engine, found: dict[str, Fact]) -> dict[str, Fact]:
    """With what the settings are that nobody wrote; those first, in the order of the engine's file."""
    default = f"{engine.title}'s default"
    entries = language(engine).entries
    known = {"host": (engine.default_host, default), "port": (str(engine.default_port), default)}
    known["metrics"] = ("no", "not asked for") if engine.metrics["flag"] else (YES, "")
    if "model" in found:
        known["servedName"] = (found["model"].value, "the model's name")
    result: dict[str, Fact] = {}
    for name in [*engine.data["flags"], "metrics"]:
        value, note = known.get(name) or (ABSENT.get(name, OWN), "")
        flag = entries[name].flag if name in entries else ""
        result[name] = found.pop(name) if name in found else Fact(value, flag or "", note)
    if result["model"].value == OWN:
        del result["model"]
    return result | found


def hidden(name: str, value: str) -> str:
    """The value, or, when it looks like a secret, what tells it from another without showing it."""
    if not looks_secret(name.replace("-", "_"), value):
        return value
    return f"hidden, {hashlib.sha256(value.encode()).hexdigest()[:8]}"


def canonical(value: Any) -> str:
    """A value as everybody writes it: 0.20 is 0.2, JSON has its keys in order and no blanks."""
    text = str(value).strip()
    if re.fullmatch(r"-?\d+\.\d+", text):
        return text.rstrip("0").removesuffix(".") if "." in text else text
    if text[:1] in "{[":
        try:
            return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
        except ValueError:
            return text
    return text


__all__ = ["canonical", "engine_of", "given", "settings", "split", "spoken"]
