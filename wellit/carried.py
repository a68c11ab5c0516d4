"""Kinds whose objects a controller carries out: it makes pods of them, which carry its labels (schemas/apis.yaml).

Where no such controller can be had, as in a sandbox, its kinds may be known by a definition that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from wellit import paths, remembered

# The annotation of a definition that stands in the place of a project's own: nothing carries its objects out.
STANDS_FOR = "wellit.dev/stands-for"
CONDITION = "Ready"


@dataclass(frozen=True)
class Carried:
    """One such kind. `controller` says who carries it out (title) and how its Deployment is labelled.

    `pods`, `part`, `does` and `member` are labels of the pods that are made: the object's name, which part of it they
    are, what for, and which of several they are over which one is spread. `system` is the port that says how one is.
    """

    kind: str
    group: str
    controller: Mapping[str, Any] = field(hash=False)
    pods: str
    part: str
    does: tuple[str, ...]
    member: str
    system: int
    entry: Mapping[str, Any] = field(hash=False)
    finalizer: str
    fixed: tuple[str, ...]
    without: str
    reasons: Mapping[str, str] = field(hash=False)

    def purpose(self, labels: Mapping[str, str]) -> str:
        """What a pod with these labels is for: frontend, worker, prefill, decode; "" when they do not say."""
        return next((labels[key] for key in self.does if labels.get(key)), "")

    def service(self, name: str, part: str) -> str:
        """The Service that its controller makes for a part of the object of this name."""
        return str(self.entry["service"]).format(name=name, part=part.lower())

    @property
    def who(self) -> str:
        """The controller's name."""
        return str(self.controller["title"])

    def made(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether a pod with these labels was made for the object of this name."""
        return labels.get(self.pods) == name


def carried(group: str, kind: str) -> Carried | None:
    """What is known of a kind; None for one that no controller of a project's own carries out."""
    return _known().get((group, kind))


@cache
def _known() -> dict[tuple[str, str], Carried]:
    found = {}
    for about in remembered.data(paths.SCHEMAS / "apis.yaml").values():
        for kind, said in about.get("kinds", {}).items():
            pods = said["pods"]
            for group in about["groups"]:
                found[group, kind] = Carried(
                    kind, group, said["controller"], pods["object"], pods["part"], tuple(pods["does"]), pods["of"],
                    said["system"], said["entry"], said["finalizer"], tuple(said["fixed"]), said["without"],
                    said["reasons"],
                )  # fmt: skip
    return found
