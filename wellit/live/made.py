"""What a project's own controller made of its object: is it there, and is it that object's?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from wellit import carriers
from wellit.access import Access, Missing, Unread
from wellit.cluster import whole
from wellit.demand import Kind, Object


@dataclass(frozen=True)
class Made:
    """An object with the labels that a controller gives; `owner` is the uid of what owns it, "" for none."""

    kind: str
    name: str
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Makings:
    """What was found. `uid` is the object's own, `lacking` are kinds of which nothing was made."""

    of: Object
    uid: str
    found: tuple[Made, ...]
    lacking: tuple[str, ...] = ()
    unread: str = ""

    @property
    def strangers(self) -> list[Made]:
        """What carries its labels and is not its own: left by a former one of its name."""
        return [one for one in self.found if one.owner != self.uid]


def makings(access: Access, namespace: str, objects: Iterable[Object]) -> list[Makings]:
    """Of each object that is there what its controller made of it. Raises CannotAnswer when the cluster is silent."""
    return [found for item in objects if (found := _makings(access, namespace, item))]


def left(access: Access, namespace: str, objects: Iterable[Object]) -> list[str]:
    """What controllers made of objects and is still there, whether those are or not."""
    kinds = {item: {Kind(v, k) for v, k, _ in item.of.carried.makes} for item in objects if item.of.carried}
    return [str(one) for item in kinds for one in _listed(access, namespace, item, kinds[item])[0]]


def unattended(access: Access, objects: Iterable[Object]) -> list[str]:
    """Controllers that must clean up after objects of the stack, and do not run, in words."""
    said = []
    for kind in dict.fromkeys(item.of for item in objects):
        if not (known := kind.carried):
            continue
        found = carriers.look(access, kind, known)
        if found.idle or found.beside or isinstance(found.found, Unread) or any(one.ready for one in found.found):
            continue
        said.append(f"{known.who} does not run: an object keeps {known.finalizer}, which it takes away, and stays")
    return said


def _makings(access: Access, namespace: str, item: Object) -> Makings | None:
    known = item.of.carried
    if not known or not known.makes:
        return None
    live = access.get(item.of.path(namespace, item.name))
    if isinstance(live, (Missing, Unread)):
        return None
    kinds = {Kind(version, kind) for version, kind in known.asked_for(live.get("spec") or {})}
    found, unread = _listed(access, namespace, item, kinds)
    there = {one.kind for one in found}
    lacking = () if unread else tuple(sorted(kind.kind for kind in kinds if kind.kind not in there))
    return Makings(item, live["metadata"]["uid"], tuple(found), lacking, unread)


def _listed(access: Access, namespace: str, item: Object, kinds: Iterable[Kind]) -> tuple[list[Made], str]:
    known = item.of.carried
    assert known
    selector = known.selector(item.name)
    every = sorted(kinds)
    with ThreadPoolExecutor(6) as pool:
        lists = list(pool.map(lambda kind: whole(access, kind.path(namespace), dict, labelSelector=selector), every))
    unread = next((one.words for one in lists if isinstance(one, Unread)), "")
    pairs = zip(every, lists, strict=True)
    return [one for kind, found in pairs if not isinstance(found, Unread) for one in _made(kind, found)], unread


def _made(kind: Kind, found: Iterable[Mapping[str, Any]]) -> Iterator[Made]:
    for one in found:
        about = one["metadata"]
        owner = next((ref["uid"] for ref in about.get("ownerReferences") or ()), "")
        yield Made(kind.kind, about["name"], owner)
