"""Kinds whose objects a controller carries out: it makes pods of them, which carry its labels (schemas/apis.yaml).

Where no such controller can be had, as in a sandbox, its kinds may be known by a definition that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from wellit import paths, remembered

# The annotation of a definition that stands in the place of a project's own: nothing carries its objects out.
STANDS_FOR = "wellit.dev/stands-for"
CONDITION = "Ready"
PARTS = ("components", "services")  # where a graph of Dynamo has them, by the version of its API


@dataclass(frozen=True)
class Carried:
    """One such kind. `controller` says who carries it out (title) and how its Deployment is labelled.

    `pods`, `part`, `does` and `member` are labels of the pods that are made: the object's name, which part of it they
    are, what for, and which of several they are over which one is spread; all of them have `also` besides, and `parts`
    are the names of parts where the labels say other words. `system` is the port that says how one is, 0 for none.
    `conditions` are what Ready is made of, `makes` the kinds (with the block of the spec that asks for each) that come
    of one, `goes_by` what else the controller reads; its `webhooks` are asked about every change of an object.
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
    fixed: Mapping[str, Any] = field(hash=False)
    without: str
    reasons: Mapping[str, str] = field(hash=False)
    also: Mapping[str, str] = field(hash=False, default_factory=dict)
    parts: Mapping[str, str] = field(hash=False, default_factory=dict)
    conditions: Mapping[str, str] = field(hash=False, default_factory=dict)
    mends: Mapping[str, str] = field(hash=False, default_factory=dict)
    makes: tuple[tuple[str, str, str], ...] = ()
    goes_by: Mapping[str, Any] = field(hash=False, default_factory=dict)
    webhooks: tuple[str, ...] = ()

    def purpose(self, labels: Mapping[str, str]) -> str:
        """What a pod with these labels is for: frontend, worker, prefill, decode; "" when they do not say."""
        said = next((labels[key] for key in self.does if labels.get(key)), "")
        return self.parts.get(said, said)

    def part_of(self, labels: Mapping[str, str]) -> str:
        """Which part of its object a pod with these labels is; "" when they do not say."""
        said = labels.get(self.part, "")
        return self.parts.get(said, said)

    def service(self, name: str, part: str) -> str:
        """The Service that its controller makes for a part of the object of this name."""
        return str(self.entry["service"]).format(name=name, part=part.lower())

    def takes_requests(self, does: str) -> bool:
        """Whether a part that is for this takes requests; of an object that takes them as a whole none does alone."""
        return self.entry.get("does") == does

    @property
    def who(self) -> str:
        """The controller's name."""
        return str(self.controller["title"])

    def selector(self, name: str) -> str:
        """The labels of the pods of the object of this name, as kubectl takes them."""
        return ",".join(f"{key}={value}" for key, value in {self.pods: name, **self.also}.items())

    def made(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether a pod with these labels was made for the object of this name."""
        return labels.get(self.pods) == name and self.also.items() <= labels.items()

    def asked_for(self, spec: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(apiVersion, kind) of what the controller makes of an object with this spec."""
        found = [(version, kind) for version, kind, when in self.makes if not when or within(spec, when) is not None]
        return list(dict.fromkeys(found))


def within(spec: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of a spec (``prefill.worker``); None for nothing."""
    found: Any = spec
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


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
                    said.get("system", 0), said["entry"], said["finalizer"], said["fixed"], said["without"],
                    said["reasons"], pods.get("also", {}), pods.get("parts", {}), said.get("conditions", {}),
                    said.get("mends", {}), tuple(_made(said)), said.get("goesBy", {}),
                    tuple(said.get("webhooks", ())),
                )  # fmt: skip
    return found


def _made(said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in said.get("makes", ()):
        version, _, kind = one["kind"].rpartition("/")
        yield version, kind, one["when"]
