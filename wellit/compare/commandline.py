"""A container's command line, by meaning: the engine, how it is started, and its settings under neutral names."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wellit import engines
from wellit.compare.description import OWN, Fact
from wellit.engines import Engine
from wellit.images import Image
from wellit.overrides import looks_secret
from wellit.seen.words import Words

FLAG = re.compile(r"--?[A-Za-z]")
REFERENCE = re.compile(r"\$\(([A-Za-z_.][\w.-]*)\)")
# What a setting means where nobody writes it, on every engine alike.
ABSENT = {"tensorParallel": "1", "dataParallel": "1", "expertParallel": "no", "trustRemoteCode": "no"}
YES, GIVEN = "yes", "given"


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
    for launcher in engine.data["launchers"] if engine else ():
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
    names = {flag: name for name, flag in _flags(engine).items()} if engine else {}
    found: dict[str, Fact] = {}
    for flag, value in given(arguments):
        plain = _plain(flag)
        name = names.get(flag) or names.get(plain) or plain
        if not flag:
            if str(value).startswith("$") and not all_known:
                continue  # flags that only the running container knows
            name = names.get("", f"word {value}")
        found[name] = _fact(name, flag, value)
    return _implied(engine, found) if engine and all_known else found


def _fact(name: str, flag: str, value: str | None) -> Fact:
    by = "" if name == _plain(flag) else flag
    if value is None:
        return Fact(YES if name in ABSENT or name == "metrics" else GIVEN, by)
    return Fact(hidden(flag, canonical(value)), by)


def _flags(engine: Engine) -> dict[str, str]:
    """The engine's flag for each neutral setting; "" is the first bare word."""
    flags = {name: flag for name, flag in engine.data["flags"].items() if flag is not None}
    flags.setdefault("host", engine.host_flag)
    if metrics := engine.metrics["flag"]:
        flags["metrics"] = metrics
    return flags


def _implied(engine: Engine, found: dict[str, Fact]) -> dict[str, Fact]:
    """With what the settings are that nobody wrote; those first, in the order of the engine's file."""
    default = f"{engine.title}'s default"
    flags = _flags(engine)
    known = {"host": (engine.default_host, default), "port": (str(engine.default_port), default)}
    known["metrics"] = ("no", "not asked for") if engine.metrics["flag"] else (YES, "")
    if "model" in found:
        known["servedName"] = (found["model"].value, "the model's name")
    result: dict[str, Fact] = {}
    for name in [*engine.data["flags"], "metrics"]:
        value, note = known.get(name) or (ABSENT.get(name, OWN), "")
        result[name] = found.pop(name) if name in found else Fact(value, flags.get(name, ""), note)
    if result["model"].value == OWN:
        del result["model"]
    return result | found


def _plain(flag: str) -> str:
    return "-" * (len(flag) - len(flag.lstrip("-"))) + flag.lstrip("-").replace("_", "-")


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
