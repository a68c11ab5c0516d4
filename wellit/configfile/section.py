"""The file after --config: its text, its values as the engine reads them, and the sections of it that count."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import yaml

from wellit import source
from wellit.configfile import kinds
from wellit.configfile.data import ConfigFile
from wellit.errors import CannotAnswer, did_you_mean, nearest
from wellit.findings import Finding, Location
from wellit.overrides import starred
from wellit.source import BadSource, Keys, Source

SHOWN = 12  # keys of a list


@dataclass(frozen=True)
class Asked:
    """What a person asked for: a file, and the path of a section in it with dots ("" is all of it)."""

    file: str
    key: str = ""


def asked(files: Collection[str], key: str) -> Asked | None:
    """What --config and --config-key say; None when nothing. Raises CannotAnswer for what is no answer."""
    if len(files) > 1:
        raise CannotAnswer(
            f"--config stands here {len(files)} times: {', '.join(files)}",
            why="an engine reads one config file, and ends at a second", write="one file, with the keys of all",
        )  # fmt: skip
    if files:
        return Asked(next(iter(files)), key)
    if key:
        raise CannotAnswer(f"--config-key {key} names a section of no file", write=f"--config FILE --config-key {key}")
    return None


@dataclass(frozen=True)
class Section:
    """A map of the file: where it stands, and its values as the engine's own YAML reader has them."""

    file: Source
    keys: Keys
    values: Mapping[Any, Any]

    def at(self, keys: Keys, *, key: bool = False) -> Location:
        """Where it is written; what looks secret in that line is not shown."""
        at = self.file.at(keys, key=key)
        return replace(at, text=starred(at.text))


def read(wanted: Asked, config: ConfigFile) -> Section:
    """The section that was asked for. Raises BadSource, with the place, when there is none."""
    if Path(wanted.file).suffix.lower() not in config.extensions:
        shown = " or ".join(config.extensions)
        _none(f"{config.title} takes a config file by its name: {wanted.file} does not end in {shown}",
              Location(wanted.file), f"a name that ends in {shown}")  # fmt: skip
    file, data = _loaded(wanted.file)
    if data is None:
        _none(f"{wanted.file} says nothing", file.at(()), "the engine's flags as keys: page-size: 16")
    keys: Keys = ()
    for step in _steps(data, wanted.key, file, wanted.key):
        keys, data = (*keys, step), data[step]
    if not isinstance(data, dict):
        what = f'"{wanted.key}" leads to {_said(data)}' if wanted.key else f"{wanted.file} is {_said(data)}"
        _none(f"{what}, not to a map of flags", file.at(keys), "the flags as keys of a map: page-size: 16")
    if not data:
        _none(f'"{wanted.key}" is an empty map', file.at(keys), "the engine's flags as keys: page-size: 16")
    return Section(file, keys, data)


def _loaded(name: str) -> tuple[Source, Any]:
    """The file with its places, and its values as the engine's own reader has them: y is a word, 1:30 a number."""
    try:
        file = source.load(Path(name), name)
    except BadSource as bad:
        said = bad.finding
        if said.id == source.IDS["several-documents"]:
            _none("another document begins here, and the engine takes one", said.at, "one document, without ---")
        raise BadSource(replace(said, why=said.why.replace("helm and helmfile keep", "the engine keeps"))) from bad
    try:
        return file, yaml.load(file.text, source.LOADER)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        at = Location(name, mark.line + 1, mark.column + 1, 1, file.lines[mark.line]) if mark else Location(name)
        message = str(error).partition("\n")[0]
        _none(f"the engine's YAML reader does not take this: {message}", at, "plain words and numbers")


def _steps(data: Any, path: str, file: Source, whole: str) -> Iterator[Any]:
    """The keys that lead to `path`. One that has dots itself is found, too."""
    keys: Keys = ()
    while path:
        names = {str(name): name for name in data} if isinstance(data, dict) else {}
        here = [name for name in names if path == name or path.startswith(f"{name}.")]
        if not here:
            raise BadSource(_missing(data, path, file, keys, whole))
        name = max(here, key=len)
        yield names[name]
        keys, data, path = (*keys, names[name]), data[names[name]], path[len(name) + 1 :]


def _missing(data: Any, path: str, file: Source, keys: Keys, whole: str) -> Finding:
    wrong = path.partition(".")[0]
    below = source.dotted(keys)
    if not isinstance(data, dict):
        message = f'"{below}" is {_said(data)}: there is no "{wrong}" below it' if below else f"it is {_said(data)}"
        return _finding(message, file.at(keys), f"--config-key {source.dotted(keys[:-1])}".rstrip(), whole)
    names = [str(name) for name in data]
    listed = ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
    near = nearest(wrong, names)
    write = f"--config-key {'.'.join(filter(None, [below, near]))}" if near else "one of its keys"
    where = f'"{below}" of {file.name}' if below else file.name
    hint = did_you_mean(wrong, names)
    message = f'{where} has no "{wrong}"; it has {listed}' + (f"; {hint}" if hint else "")
    return _finding(message, file.at(keys, key=bool(keys)), write, whole)


def by_worker(section: Section, names: Collection[str]) -> dict[str, Section] | None:
    """The sections of a file that has one for each worker, by its name or role; None for one that is for all."""
    maps = {str(name): (name, value) for name, value in section.values.items() if isinstance(value, dict)}
    if len(maps) < len(section.values) or not set(maps) & set(names):
        return None
    return {said: Section(section.file, (*section.keys, name), value) for said, (name, value) in maps.items()}


def _said(data: Any) -> str:
    if data is None:
        return "null"
    return "a list" if isinstance(data, list) else "a map" if isinstance(data, dict) else f'the word "{data}"'


def _finding(message: str, at: Location, write: str, path: str = "") -> Finding:
    return kinds.finding(kinds.SECTION, message, at, path=path, write=write)


def _none(message: str, at: Location, write: str) -> NoReturn:
    raise BadSource(_finding(message, at, write))
