"""The programs of schemas/flags, and the command line of each of their versions: one file there is one program."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from wellit import remembered
from wellit.capabilities import Unknown
from wellit.flags.record import Flag, as_of, spellings, version_key
from wellit.images import Image
from wellit.paths import SCHEMAS

FOLDER = SCHEMAS / "flags"
_TAG = re.compile(r"v?(\d+\.\d+\.\d+(?:\.?(?:post|rc)\d+)?)(?:[-_+].*)?")
_WIDER = ("abbreviations", "snake", "dotted")  # ways of writing flags of which either parser may take more


@dataclass(frozen=True, eq=False)
class Line:
    """The command line of one program in one version. `style` says how its parser reads words.

    `engine` is the command line whose flags it takes as well: its own parser reads first, that one what is left.
    """

    program: Program
    version: str
    engine: Line | None = None

    @property
    def title(self) -> str:
        return f"{self.program.title} {self.version}"

    @cached_property
    def own_style(self) -> Mapping[str, Any]:
        return as_of(self.program.head["style"], self.program.versions, self.version)

    @cached_property
    def style(self) -> Mapping[str, Any]:
        """What it reads itself, and what its engine reads."""
        if self.engine is None:
            return self.own_style
        wider = {name: True for name in _WIDER if self.own_style.get(name) or self.engine.style.get(name)}
        return {**self.engine.style, **self.own_style, **wider}

    def named(self, spelled: str) -> Flag | None:
        """The flag that is written exactly like this."""
        return self._own(spelled) or self._of_engine(self.engine.named(spelled) if self.engine else None)

    def _own(self, spelled: str) -> Flag | None:
        found = (self.program.flag(name, self.version) for name in self.program.names.get(spelled, ()))
        return next((flag for flag in found if flag and spelled in flag.spellings), None)

    def _of_engine(self, flag: Flag | None) -> Flag | None:
        """An engine's flag, with the choices that this program takes besides the engine's."""
        more = self.own_style.get("engine", {}).get("choices", {}).get(flag.name) if flag else None
        return Flag(flag.key, {**flag.data, "choices": [*flag.choices, *more]}) if flag and more else flag

    def beginning(self, letters: str) -> dict[str, Flag]:
        """The flags that begin with these letters, by their spelling."""
        near = (name for name in self.program.names if name.startswith(letters))
        found = {name: flag for name in near if (flag := self._own(name))}
        if self.engine is None:
            return found
        return (self.own_style.get("abbreviations") and found) or self.engine.beginning(letters)

    def own(self) -> Iterator[Flag]:
        """Its flags without its engine's."""
        flags = (self.program.flag(name, self.version) for name in self.program.records)
        return (flag for flag in flags if flag)

    def all(self) -> Iterator[Flag]:
        yield from self.own()
        yield from (flag for flag in self.engine.all() if not self._own(flag.name)) if self.engine else ()

    @cached_property
    def spellings(self) -> list[str]:
        return [spelled for flag in self.all() for spelled in flag.spellings]


class Program:
    """One file of schemas/flags."""

    def __init__(self, path: Path) -> None:
        self.head: Mapping[str, Any] = remembered.data(path)
        self.name, self.title = str(self.head["program"]), str(self.head["title"])
        self.versions: list[str] = list(self.head["versions"])
        self.records: Mapping[str, Mapping[str, Any]] = self.head["flags"]
        self._flags: dict[tuple[str, str], Flag | None] = {}

    @cached_property
    def names(self) -> Mapping[str, list[str]]:
        """For each spelling of any version, the flags whose records name it."""
        names: dict[str, list[str]] = {}
        for name, record in self.records.items():
            for spelled in dict.fromkeys(spellings(name, record)):
                names.setdefault(spelled, []).append(name)
        return names

    def flag(self, name: str, version: str) -> Flag | None:
        """A flag as a listed version has it; None when that version has not."""
        key = (name, version)
        if key not in self._flags:
            record = self.records[name]
            has = version in self.having(record)
            self._flags[key] = Flag(name, as_of(record, self.versions, version)) if has else None
        return self._flags[key]

    def having(self, record: Mapping[str, Any]) -> list[str]:
        """The listed versions that have a flag."""
        first = self.versions.index(record.get("since", self.versions[0]))
        last = self.versions.index(record.get("until", self.versions[-1]))
        return [version for version in self.versions[first : last + 1] if version not in record.get("without", ())]

    def reads_besides(self, variable: str, version: str) -> bool:
        """Whether a listed version reads a variable that stands for none of its flags."""
        until = self.head.get("alsoReads", {}).get(variable)
        return until is not None and self.versions.index(version) <= self.versions.index(until)

    def versions_with(self, spelled: str) -> list[str]:
        """The listed versions that know a spelling."""
        return [version for version in self.versions if self.exactly(version).named(spelled)]

    def refused(self, version: str) -> list[Mapping[str, Any]]:
        """The flags that end a listed version together."""
        return [entry for entry in self.head.get("together", ()) if version in self.having(entry)]

    @functools.cache  # noqa: B019
    def exactly(self, version: str) -> Line:
        """The command line of a listed version, with its engine's: of several like it the newest."""
        return self._joined(version)[-1]

    @functools.cache  # noqa: B019
    def _joined(self, version: str) -> tuple[Line, ...]:
        """The command lines of a listed version: one for each listed version of its engine that it may have."""
        alone = Line(self, version)
        how = alone.own_style.get("engine")
        known = program(how["program"]) if how else None
        engines = known.near(how["version"]) if known and how else ()
        return tuple(Line(self, version, engine) for engine in engines or ()) or (alone,)

    def near(self, version: str) -> tuple[Line, ...] | Unknown:
        """The listed version that this is, or the ones on either side of it, which it is like where they agree.

        All of them where only commits are known. Unknown for one that is older or newer than all listed.
        """
        if self.head.get("commits"):
            return tuple(self.exactly(listed) for listed in self.versions)
        wanted = version_key(version)
        if wanted is None:
            return Unknown(f"{version} is no version of {self.title}")
        order = {listed: version_key(listed) for listed in self.versions}
        below = [listed for listed, key in order.items() if key and key <= wanted]
        above = [listed for listed, key in order.items() if key and key >= wanted]
        if not below or not above:
            known = self.versions[-1 if below else 0]
            return Unknown(f"{self.title} {version} is {'newer' if below else 'older'} than {known}, the "
                           f"{'last' if below else 'first'} whose flags are known")  # fmt: skip
        return tuple(line for listed in dict.fromkeys([below[-1], above[0]]) for line in self._joined(listed))

    def in_image(self, image: Image) -> str | Unknown:
        """The version that an image carries."""
        for known in self.head["images"]:
            if any(image.is_of(repository) for repository in known["repositories"]):
                return self._tagged(image, known.get("tags"))
        return Unknown(f"which {self.title} {image.text or 'an image without a name'} carries is not known")

    def _tagged(self, image: Image, tags: Mapping[str, str] | None) -> str | Unknown:
        if image.unnamed:
            return Unknown(f"{image.text}: {image.unnamed}")
        if tags is not None:
            version = tags.get(image.tag)
        else:
            version = found[1] if (found := _TAG.fullmatch(image.tag)) else None
        return version or Unknown(f"which {self.title} {image.text} carries is not known")


@functools.cache
def program(name: str) -> Program | None:
    """The program of a file of schemas/flags: an engine by its name, picker, picker-gaie, routing-proxy, dynamo-...

    None for one whose flags are not known.
    """
    path = FOLDER / f"{name}.yaml"
    return Program(path) if path.is_file() else None


@functools.cache
def of_module(module: str) -> str:
    """The program that ``python3 -m MODULE`` starts, by the name of its file; "" when its flags are not known."""
    return _by_module().get(module, "")


@functools.cache
def _by_module() -> Mapping[str, str]:
    entries = {path.stem: str(remembered.data(path)["entry"]) for path in sorted(FOLDER.glob("*.yaml"))}
    return {entry.partition(" -m ")[2]: name for name, entry in entries.items() if " -m " in entry}


def module_of(name: str) -> str:
    """The Python module of a program; "" for one that is none."""
    known = program(name)
    return str(known.head["entry"]).partition(" -m ")[2] if known else ""
