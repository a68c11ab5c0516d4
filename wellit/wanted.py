"""The Secrets that pods read and that must be there before they start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wellit.templates import Manifest, containers


@dataclass(frozen=True)
class Wanted:
    """A Secret that a pod reads and the stack does not make. `keys` is empty when all of it is read."""

    name: str
    keys: frozenset[str]
    by: str


def secrets(pods: Iterable[tuple[str, Manifest]], whole: Iterable[tuple[str, list[str]]]) -> list[Wanted]:
    """The Secrets that pods read; of those of `whole` it is not said which keys."""
    keys: dict[str, set[str]] = {}
    by: dict[str, str] = {}
    read = [(owner, _secret_references(pod)) for owner, pod in pods]
    for owner, references in [*read, *((owner, ((name, "") for name in names)) for owner, names in whole)]:
        for name, key in references:
            by.setdefault(name, owner)
            keys.setdefault(name, set()).update([key] if key else [])
    return [Wanted(name, frozenset(keys[name]), by[name]) for name in sorted(keys)]


def _secret_references(pod: Manifest) -> Iterator[tuple[str, str]]:
    """(name, key) of each Secret that must be there before a pod starts; an empty key stands for all of it."""
    for container in containers(pod):
        for variable in container.get("env") or []:
            reference = (variable.get("valueFrom") or {}).get("secretKeyRef") or {}
            if reference and not reference.get("optional"):
                yield reference["name"], reference["key"]
        for source in container.get("envFrom") or []:
            reference = source.get("secretRef") or {}
            if reference and not reference.get("optional"):
                yield reference["name"], ""
    for volume in pod.get("volumes") or []:
        reference = volume.get("secret") or {}
        if reference and not reference.get("optional"):
            yield reference["secretName"], ""
