"""Rendered objects, from files or stdin: what kubectl, helm and kustomize print. Lists are taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wellit import source
from wellit.findings import Location
from wellit.nested import Nested
from wellit.paths import shown
from wellit.source import Keys, Source
from wellit.subject import Manifest


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


def _place(document: Source, below: Keys) -> Any:
    nested = Nested(document)

    def place(keys: Keys) -> Location:
        return nested.at((*below, *keys))

    return place


def _path(below: Keys) -> Any:
    def path(keys: Keys) -> Keys:
        return (*below, *keys)

    return path
