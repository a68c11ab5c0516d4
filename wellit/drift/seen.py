"""What drift is judged by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit.demand import Object
from wellit.installed import Installed
from wellit.live import Live
from wellit.record import Record


@dataclass(frozen=True)
class Release:
    """What helm has noted of one release: the revision whose objects are those of now, and the newest one.

    `recorded` is the one that wellit left, where that is another; `why` says what could not be read.
    """

    name: str
    now: Installed | None = None
    newest: Installed | None = None
    recorded: Installed | None = None
    why: str = ""
    objects: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def settled(self) -> bool:
        """Whether helm's newest revision is the one that stands."""
        return self.now is not None and self.now == self.newest


@dataclass(frozen=True)
class Seen:
    """All that drift is judged by."""

    record: Record
    live: Live
    releases: Mapping[str, Release]
    scaled: Mapping[Object, str] = field(default_factory=dict)
    """When a workload was scaled last, by its events: the API does not note that of its owner."""
