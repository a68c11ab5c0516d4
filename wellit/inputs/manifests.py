"""Rendered objects, from files or stdin: what kubectl, helm and kustomize print. Lists are taken apart."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wellit import source
from wellit.errors import CannotAnswer
from wellit.findings import Finding, Location
from wellit.inputs import readback
from wellit.nested import Nested
from wellit.paths import shown
from wellit.source import BadSource, Keys, Source
from wellit.subject import Manifest, Subject

STDIN, STDIN_NAME = "-", "stdin"
SUFFIXES = (".yaml", ".yml", ".json")


def load(file: Path) -> list[Source]:
    """The documents of a file. Raises BadSource."""
    name = shown(file)
    return source.parse_all(source.read(file, name), name)


def objects(documents: Sequence[Source], release: str) -> Iterator[Manifest]:
    """Every object of the documents, with the lines it stands on."""
    for document in documents:
        for below in _below(document.data, ()):
            data = source.lookup(document.data, below)
            if isinstance(data, Mapping):
                yield Manifest(release, data, place=_place(document, below), path=_path(below), source=document)


def _below(data: Any, keys: Keys) -> Iterator[Keys]:
    """Where the objects stand: a List holds more of them."""
    if not isinstance(data, Mapping):
        return
    if isinstance(data.get("items"), list) and str(data.get("kind", "")).endswith("List"):
        for number in range(len(data["items"])):
            yield from _below(data["items"][number], (*keys, "items", number))
    elif "kind" in data and "apiVersion" in data:
        yield keys


def _place(document: Source, below: Keys) -> Callable[[Keys], Location]:
    nested = Nested(document)

    def place(keys: Keys) -> Location:
        return nested.at((*below, *keys))

    return place


def _path(below: Keys) -> Callable[[Keys], Keys]:
    def path(keys: Keys) -> Keys:
        return (*below, *keys)

    return path


def read(words: Sequence[str]) -> Subject:
    """The objects of files, folders or stdin (``-``), and the releases that they may have come from.

    A file that cannot be read becomes a finding. Raises CannotAnswer when there is no object at all.
    """
    found: list[Manifest] = []
    unreadable: list[Finding] = []
    names = list(dict.fromkeys(name for word in words for name in _files(word)))
    for name in names:
        try:
            found += objects(_stdin() if name == STDIN else load(Path(name)), STDIN_NAME if name == STDIN else name)
        except BadSource as bad:
            unreadable.append(bad.finding)
    if not found and not unreadable:
        raise CannotAnswer(
            f"no object is in {' and '.join(STDIN_NAME if word == STDIN else word for word in words)}",
            why="an object has apiVersion and kind; an empty stream often means that the command before it failed",
            write="helm template ... | scripts/invoke validate --manifests -",
        )
    return Subject(readback.releases(found), tuple(found), tuple(unreadable), rendered=True)


def _files(word: str) -> list[str]:
    if word == STDIN or not Path(word).is_dir():
        return [word]
    found = sorted(str(file) for file in Path(word).rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not found:
        raise CannotAnswer(f"no manifest is in the folder {word}", why=f"looked for {', '.join(SUFFIXES)}",
                           write="--manifests FILE")  # fmt: skip
    return found


def _stdin() -> list[Source]:
    return source.parse_all(sys.stdin.read(), STDIN_NAME)
