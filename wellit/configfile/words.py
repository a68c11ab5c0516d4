"""From the keys of a config file to words of a command line, as the engine's own merger makes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit.configfile.data import Writes
from wellit.source import Keys

IsSwitch = Callable[[str], bool]


@dataclass(frozen=True)
class FileWord:
    """A word, and the path of what it comes from in the file; `key` when it is the key itself."""

    text: str
    keys: Keys
    key: bool = False


def words(section: Mapping[Any, Any], under: Keys, writes: Writes, is_switch: IsSwitch) -> list[FileWord]:
    """The words of all keys in the order of the file. `under` is the path of the section."""
    return [word for key, value in section.items() for word in of_key(key, value, under, writes, is_switch)]


def of_key(key: Any, value: Any, under: Keys, writes: Writes, is_switch: IsSwitch) -> Iterator[FileWord]:
    """The words of one key: none where it is dropped."""
    at = (*under, key)
    flag = FileWord(f"--{key}", at, key=True)
    if isinstance(value, bool):
        switch = is_switch(flag.text)
        if value and (writes.on_true == "always" or switch):
            yield flag
        elif (value or writes.on_false == "by-flag") and not switch:
            yield from (flag, FileWord(str(value).lower(), at))
    elif isinstance(value, list):
        if value:
            yield flag
            yield from (FileWord(str(member), (*at, number)) for number, member in enumerate(value))
    elif isinstance(value, dict) and writes.map == "json":
        yield from (flag, FileWord(json.dumps(value, default=str), at))
    else:
        yield from (flag, FileWord(str(value), at))
