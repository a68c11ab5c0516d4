"""What a look finds. Nothing here judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit.access import Missing, Unread
from wellit.demand import Kind
from wellit.tried import Tried


@dataclass(frozen=True)
class Definition:
    """The definition of a kind: the versions that it serves, and the one in which objects are kept."""

    served: tuple[str, ...]
    stored: str


@dataclass(frozen=True)
class Preset:
    """A preset by its name; `why` is what of the spec asks for it, `where` the namespace in which it is."""

    name: str
    why: str
    where: str | Missing | Unread = field(default_factory=Missing)


@dataclass(frozen=True)
class Joined:
    """A gateway that a route is joined to and that the stack does not make itself.

    `accepted` is what is known of its class, `programmed` whether a controller says that it is. `by_default` is
    whether only the controller's settings name it.
    """

    name: str
    of: str | Missing | Unread
    accepted: bool | Missing | Unread = field(default_factory=Missing)
    programmed: bool = False
    by_default: bool = False


@dataclass(frozen=True)
class Besides:
    """What was found beside one object.

    `settings` are those of its controller (a key of a ConfigMap), `own` are the containers that a person wrote and that
    serve without TLS, `switched` is whether the gateway's controller looks at what is made; None where that cannot be
    told.
    """

    definition: Definition | Missing | Unread = field(default_factory=Missing)
    settings: Mapping[str, Any] | str | Missing | Unread = field(default_factory=dict)
    presets: tuple[Preset, ...] = ()
    made: Mapping[Kind, bool | Unread] = field(default_factory=dict)
    gateways: tuple[Joined, ...] = ()
    own: tuple[str, ...] = ()
    switched: bool | None = None
    tried: Tried | None = None
