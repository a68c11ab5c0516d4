"""What is recorded of an installed stack. Pure; record writes it down and finds it again."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from wellit.demand import Kind, Object

HISTORY = 5
# What of a record tells one installed state from another, and is what going back to it brings back.
KEPT = ("guide", "environment", "components", "size", "overrides", "model", "releases", "objects", "entry", "ways",
        "notes", "tools", "images", "revisions", "rendered", "when", "by")  # fmt: skip
State = Literal["installing", "installed", "going back", "uninstalling"]
# What did not end, where a record is found in another state than installed.
UNENDED = {"installing": "an install", "going back": "a way back", "uninstalling": "an uninstall"}


@dataclass(frozen=True)
class Record:
    """What was installed, how, when, and how far it came.

    `objects` are (apiVersion, kind, name, release) of the render. `entry` is where requests come in: a gateway with its
    service and port, or a deployment with its port; `ways` are what a client writes (entry.ways; an older record has
    none). `notes` are what the guide has to say of these choices. `host` and `process` are those of the wellit that is
    or was at work. `images` are all that the render names, `revisions` what helm counted of each release after the
    install. `history` are former installed states, newest first, each with the fields of KEPT. `going` are releases
    of a former state that are not (or may not be) of this one and may still be there, `going_objects` what they made:
    an uninstall removes them too. `restarts` are objects whose pods are still to be restarted. `adopted`: somebody
    else installed it. `resource_version` is the Secret's: it keeps two writers from overwriting each other.
    """

    guide: str
    environment: str
    namespace: str
    postfix: str
    components: Mapping[str, str] = field(default_factory=dict)
    size: str = "default"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    releases: tuple[Mapping[str, str], ...] = ()
    objects: tuple[tuple[str, str, str, str], ...] = ()
    entry: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    rendered: str = ""
    when: str = ""
    by: str = ""
    host: str = ""
    process: int = 0
    state: State = "installing"
    images: tuple[str, ...] = ()
    revisions: Mapping[str, int] = field(default_factory=dict)
    history: tuple[Mapping[str, Any], ...] = ()
    going: tuple[str, ...] = ()
    going_objects: tuple[tuple[str, str, str, str], ...] = ()
    restarts: tuple[tuple[str, str, str, str], ...] = ()
    adopted: bool = False
    resource_version: str = ""

    @property
    def secret(self) -> str:
        """The name of the Secret."""
        return secret_name(self.postfix)

    @property
    def path(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/secrets/{self.secret}"

    @property
    def release_names(self) -> list[str]:
        return [release["name"] for release in self.releases]

    def all_objects(self) -> list[Object]:
        """The objects of this state."""
        return objects(self.objects)

    def ever(self) -> list[Object]:
        """The objects of this state, and those that a former one may have left."""
        return objects((*self.objects, *self.going_objects))

    @property
    def ever_releases(self) -> list[str]:
        """The releases of this state, and those that a former one may have left."""
        return [*self.release_names, *self.going]

    def as_former(self) -> dict[str, Any]:
        """What is kept of this state in the history of the next one."""
        return {name: getattr(self, name) for name in KEPT}

    def after(self, before: Record | None) -> Record:
        """This state, about to be installed over what `before` records, with the history of both.

        A state that never stood is not part of the history; what it may have left is `going`.
        """
        if before is None:
            return self
        history = before.history
        if before.state == "installed" and before.rendered != self.rendered:
            history = (before.as_former(), *history)[:HISTORY]
        going = dict.fromkeys([*before.release_names, *before.going])
        objects = dict.fromkeys([*before.objects, *before.going_objects])
        return replace(
            self,
            history=history,
            going=tuple(name for name in going if name not in self.release_names),
            going_objects=tuple(item for item in objects if item not in self.objects),
            adopted=before.adopted,
            resource_version=before.resource_version,
        )

    @property
    def maker_alive(self) -> bool | None:
        """Whether the wellit that wrote it still runs; None when it ran on another machine."""
        if self.host != platform.node():
            return None
        return self.process != os.getpid() and _runs(self.process)


def objects(noted: Iterable[tuple[str, str, str, str]]) -> list[Object]:
    """Objects as a record notes them: (apiVersion, kind, name, release)."""
    return [Object(Kind(version, kind), name, release) for version, kind, name, release in noted]


def secret_name(postfix: str) -> str:
    """The name of the record of the stack with this postfix."""
    return f"wellit-stack-{postfix}"


def maker() -> tuple[str, int]:
    """This machine's name and this process."""
    return platform.node(), os.getpid()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
