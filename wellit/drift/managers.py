"""Who wrote which field of an object, as the API server notes it (metadata.managedFields). Pure.

What it notes is the tool, by the name that this gives itself; which person that was only an audit log has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from wellit import paths, remembered

UNNOTED = "who is not noted"


@dataclass(frozen=True)
class Manager:
    """A tool that owns fields. `when` is its latest change of this object, "" where that is not noted."""

    name: str
    operation: str = "Update"
    subresource: str = ""
    when: str = ""

    @property
    def helm(self) -> bool:
        return bool(self.name == _known()["helm"])

    @property
    def hand(self) -> bool:
        """Whether a person holds it in their hands."""
        return self._one("hands") is not None

    @property
    def words(self) -> str:
        """``kubectl edit, 2026-11-28 17:54:58 UTC``."""
        known = self._one("hands") or {} if self.name else {"words": UNNOTED}
        said = str(known.get("words") or self.name.replace("kubectl-", "kubectl "))
        return f"{said}, {moment(self.when)}" if self.when else said

    def right(self, path: str) -> str:
        """Why it may change a field that helm applied; "" where it may not."""
        mine = (one for one in _known()["rights"] if self._is(one, exact=True))
        return next((str(one["words"]) for one in mine if path.endswith(one["field"])), "")

    def _one(self, which: str) -> Mapping[str, Any] | None:
        return next((one for one in _known()[which] if self._is(one)), None)

    def _is(self, one: Mapping[str, Any], *, exact: bool = False) -> bool:
        named = self.name == one["is"] if exact else self.name.startswith(one["is"])
        same = {"subresource": self.subresource, "operation": self.operation}
        return named and all(one.get(key, value) == value for key, value in same.items())


def addition(annotation: str) -> str | None:
    """What an annotation that a tool left means, "" for nothing worth a word; None when it is no such annotation."""
    found = next((one for one in _known()["additions"] if one["annotation"] == annotation), None)
    return None if found is None else str(found.get("words", ""))


def moment(when: str) -> str:
    """A time of the API in words."""
    return f"{when[:10]} {when[11:19]} UTC" if len(when) >= 19 else when


@cache
def _known() -> Mapping[str, Any]:
    known: Mapping[str, Any] = remembered.data(paths.SCHEMAS / "managers.yaml")
    return known


@dataclass(frozen=True)
class Owner:
    """What one tool owns below a place of an object: a tree of words as FieldsV1 has them.

    An empty tree is the field as a whole. `covers`: it owns the place as part of a whole above it.
    """

    by: Manager
    tree: Mapping[str, Any]
    covers: bool = False

    def below(self, word: str) -> Owner | None:
        """What it owns at a place below; None for nothing."""
        if word in self.tree:
            return Owner(self.by, self.tree[word])
        return None if self.tree else Owner(self.by, {}, covers=True)


Owners = tuple[Owner, ...]


def owners(live: Mapping[str, Any]) -> Owners:
    """Who owns what of an object; of its status nothing."""
    noted = live["metadata"].get("managedFields") or ()
    return tuple(
        Owner(
            Manager(
                str(one.get("manager") or ""), str(one.get("operation") or ""), str(one.get("subresource") or ""),
                str(one.get("time") or ""),
            ),
            {word: tree for word, tree in (one.get("fieldsV1") or {}).items() if word != "f:status"},
        )
        for one in noted
        if any(word != "f:status" for word in one.get("fieldsV1") or {})
    )  # fmt: skip


def below(found: Owners, word: str) -> Owners:
    """Who owns what is below a place."""
    return tuple(one for owner in found if (one := owner.below(word)))


def latest(found: Owners) -> Manager | None:
    """Who of them wrote last; one whose time is not noted counts as the last, None for nobody."""
    return max((one.by for one in found), key=lambda by: by.when or "~", default=None)
