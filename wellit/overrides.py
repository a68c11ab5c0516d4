"""What a person lays over a stack's settings: a file of them, or one after --set; each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wellit import source
from wellit.errors import CannotAnswer, Refused
from wellit.source import Key, Keys, Mark, Source

_SECRET_NAME = re.compile(r"(token|password|passwd|apikey|api_key|secretkey|credential)s?$", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"\b(hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,})")
_ENTRY = re.compile(r"""([A-Za-z_][\w-]*)(\s*:\s+)("[^"]*"|'[^']*'|[^\s,{}\[\]]+)""")


STARS = "********"


@dataclass(frozen=True)
class Layer:
    """One source of values. `under` are the keys in its file that the values hang below."""

    source: Source
    data: Mapping[str, Any]
    under: Keys = ()


def looks_secret(key: str, value: str) -> bool:
    """Whether a setting looks like a secret: by its value, or by its name unless the value is a mere number."""
    return bool(_SECRET_VALUE.search(value) or (_SECRET_NAME.search(key) and value and not value.isdigit()))


def masked(data: Any, key: str = "") -> Any:
    """`data` with stars for what looks secret: by its key, by the name beside it (as in env), or by itself."""
    if isinstance(data, Mapping):
        name = data.get("name")
        own = {k: name if k == "value" and isinstance(name, str) else str(k) for k in data}
        return {k: masked(value, own[k]) for k, value in data.items()}
    if isinstance(data, list):
        return [masked(value, key) for value in data]
    if isinstance(data, str) and looks_secret(key, data):
        return STARS if not _SECRET_VALUE.search(data) else _SECRET_VALUE.sub(STARS, data)
    return data


def masked_words(words: Iterable[str]) -> list[str]:
    """The words of a command line with stars for what looks secret: by its flag, or by itself."""
    shown: list[str] = []
    flag = ""
    for word in words:
        name, equals, value = word.partition("=")
        if equals and word.startswith("-"):
            shown.append(f"{name}={masked(value, _spelt(name))}")
        else:
            shown.append(str(masked(word, _spelt(flag))) if not word.startswith("-") else word)
        flag = word if word.startswith("-") and not equals else ""
    return shown


def starred(line: str) -> str:
    """A line of YAML with as many stars as letters for what looks secret in it, so that columns stay what they are."""

    def shown(found: re.Match[str]) -> str:
        key, colon, value = found.groups()
        return key + colon + ("*" * len(value) if looks_secret(key.replace("-", "_"), value.strip("'\"")) else value)

    plain = _ENTRY.sub(shown, line)
    return _SECRET_VALUE.sub(lambda found: "*" * len(found[0]), plain)


def masked_lines(data: Any) -> Any:
    """`data` with stars in its texts of several lines: each may be a file with secrets in it."""
    if isinstance(data, Mapping):
        return {key: masked_lines(value) for key, value in data.items()}
    if isinstance(data, list):
        return [masked_lines(value) for value in data]
    return "\n".join(map(starred, data.split("\n"))) if isinstance(data, str) and "\n" in data else data


def _spelt(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_")


def from_file(name: str) -> Layer:
    """A file of settings. Raises source.BadSource when it cannot be read, CannotAnswer when it is no map."""
    read = source.load(Path(name), name)
    if read.data is not None and not isinstance(read.data, dict):
        example = "settings as in guide.yaml: decode: {replicas: 2}"
        raise CannotAnswer(f"{name} is not a map of settings", where=name, write=example)
    return Layer(read, read.data or {})


def from_word(word: str) -> Layer:
    """One ``a.b=value``. Raises CannotAnswer when it is no such word, or looks like a secret."""
    path, equals, value = word.partition("=")
    keys = path.split(".")
    if not equals or not all(keys):
        raise CannotAnswer(f'--set "{word}" is not a setting', write="--set decode.replicas=2")
    if looks_secret(keys[-1], value):
        raise CannotAnswer(
            f"--set {path} looks like a secret; it is not taken",
            why="the command line is seen by others on this machine, and settings are recorded in the cluster",
            write="put it into a Kubernetes Secret and name that: --set model.secret=NAME",
        )
    name = f"--set {word}"
    parsed = source.parse(value if value.strip() else '""', name)
    read = Source(name, name, None, {})
    start = len("--set ") + len(path) + 1
    for depth in range(len(keys)):
        read.marks[tuple(keys[:depth])] = (Mark(0, len("--set ")), Mark(0, start - 1), None)
    for inner, (begin, end, _) in parsed.marks.items():
        read.marks[(*keys, *inner)] = (Mark(0, start + begin.column), Mark(0, start + max(1, end.column)), None)
    return Layer(read, below(keys, parsed.data))


def from_flag(flag: str, keys: Keys, value: str) -> Layer:
    """One flag that stands for a setting, as ``--engine sglang`` for components.engines."""
    name = f"{flag} {value}"
    read = Source(name, name, None, {})
    read.marks[keys] = (Mark(0, len(flag) + 1), Mark(0, len(name)), None)
    return Layer(read, below(keys, value))


def below(keys: Iterable[Key], data: Any) -> dict[str, Any]:
    """`data` in maps of maps, at `keys`."""
    for key in reversed(tuple(keys)):
        data = {key: data}
    nested: dict[str, Any] = data
    return nested


def refuse_secrets(settings: Mapping[str, Any]) -> None:
    """Raise Refused when a setting looks like a secret: settings are recorded in the cluster."""
    for path, key, value in _leaves(settings, ()):
        if looks_secret(key, value):
            raise Refused(
                f"the setting {'.'.join(path)} looks like a secret; it is not recorded, so nothing is installed",
                why="the settings of a stack are kept in the cluster, where others read them",
                write="put it into a Kubernetes Secret and name that: model.secret, or valueFrom.secretKeyRef in env",
            )


def _leaves(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(path, key, value) of each plain value; a {name, value} pair (as in env) counts under its name."""
    if isinstance(data, Mapping):
        if isinstance(data.get("name"), str) and isinstance(data.get("value"), str):
            yield (*path, "value"), data["name"], data["value"]
        for key, value in data.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(data, list):
        for i, item in enumerate(data):
            yield from _leaves(item, (*path, str(i)))
    elif data is not None:
        yield path, path[-1] if path else "", str(data)
