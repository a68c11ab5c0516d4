"""What an install would change: rendered objects held against live ones, by the API server's own dry run. Pure.

Secrets are compared as they are and shown masked: nothing here keeps what looks secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wellit.changes.fields import Field
from wellit.demand import Object

__all__ = ["Change", "Changes", "Field", "What"]

What = Literal["new", "changed", "removed", "unchanged", "unknown"]


@dataclass(frozen=True)
class Change:
    """What would become of one object.

    `fields` say where it differs, `meaning` what that does, in words. `fixed` are those of the fields that cannot be
    changed in place: the object must be made anew. `refused` is why the API server, or one of its webhooks, would not
    have it, in their words; `why` is what else is to be said: who was not asked, or which permission is missing.
    `readers` are workloads whose pods read it when they start, and are not made anew by the rest of the changes.
    `before` and `after` are the whole objects as YAML would show them, masked; None where there is none.
    """

    object: Object
    what: What
    fields: tuple[Field, ...] = ()
    meaning: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    readers: tuple[Object, ...] = ()
    refused: str = ""
    why: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None

    @property
    def anew(self) -> bool:
        """Whether it cannot be changed in place."""
        return bool(self.fixed)


@dataclass(frozen=True)
class Changes:
    """What would become of every object of a render, and of those that are not rendered any more."""

    all: tuple[Change, ...] = ()
    gone: tuple[str, ...] = ()
    """Releases that are recorded and not rendered any more: they are uninstalled."""
    notes: tuple[str, ...] = ()
    """What was not looked at, and why."""

    def of(self, *whats: What) -> tuple[Change, ...]:
        return tuple(one for one in self.all if one.what in whats)

    @property
    def new(self) -> tuple[Change, ...]:
        return self.of("new")

    @property
    def changed(self) -> tuple[Change, ...]:
        return self.of("changed")

    @property
    def removed(self) -> tuple[Change, ...]:
        return self.of("removed")

    @property
    def unchanged(self) -> tuple[Change, ...]:
        return self.of("unchanged")

    @property
    def unknown(self) -> tuple[Change, ...]:
        """Those of which it could not be said what would become of them."""
        return self.of("unknown")

    @property
    def refused(self) -> tuple[Change, ...]:
        """Those that the API server, a webhook or helm would refuse."""
        return tuple(one for one in self.all if one.refused)

    @property
    def anew(self) -> tuple[Change, ...]:
        """Those that must be made anew: a field of theirs differs that cannot be changed."""
        return tuple(one for one in self.all if one.anew)

    @property
    def stale(self) -> tuple[Object, ...]:
        """Workloads that go on with a former configuration until their pods are made anew."""
        return tuple(dict.fromkeys(item for one in self.changed for item in one.readers))

    @property
    def any(self) -> bool:
        """Whether anything would change; what is unknown does not count."""
        return any(one.what in ("new", "changed", "removed") for one in self.all) or bool(self.gone)

    def find(self, item: Object) -> Change | None:
        """What would become of an object, by its kind and name."""
        return next((one for one in self.all if same(one.object, item)), None)


def same(one: Object, other: Object) -> bool:
    """Whether two are the same object, whatever the version of their API and whoever makes them."""
    return (one.of.group, one.of.kind, one.name) == (other.of.group, other.of.kind, other.name)


def counted(names: Iterable[str]) -> str:
    """``2 Deployment, 1 Service``, of the kinds of some objects."""
    kinds: dict[str, int] = {}
    for name in sorted(names):
        kinds[name] = kinds.get(name, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())
