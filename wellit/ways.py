"""The ways in which a stack is made (guides/ways.yaml): what differs between them, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit import paths, remembered


@dataclass(frozen=True)
class Way:
    """One way. `engine` is the block of an engine's file that starts it in this way; empty: the file itself does.

    `charts` are the parts whose charts are upstream's. `no_gateway` says why none stands before it, empty when one may.
    `prerequisites` are the steps to what a cluster must have; empty: those of the gateway.
    `processes` tells whether one machine can run it without Kubernetes, `sandbox` names the part of a sandbox that
    carries it out. `says` is what there is to say of it, by subject, which wellit.offers fills in; `aliases` is what
    people call it.
    """

    name: str
    title: str
    summary: str
    schema: str
    environment: str
    engine: str
    charts: tuple[str, ...]
    images: Mapping[str, str] = field(hash=False)
    no_gateway: str = ""
    prerequisites: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    processes: bool = False
    sandbox: str = ""
    aliases: tuple[str, ...] = ()
    says: Mapping[str, Any] = field(default_factory=dict, hash=False)


def ways() -> dict[str, Way]:
    """Every way by its name, in the order of the file."""
    found = {}
    for name, data in remembered.data(paths.GUIDES / "ways.yaml")["ways"].items():
        gateway = data["gateway"]
        about = {
            key: data[key] for key in ("title", "summary", "schema", "environment", "engine", "images", "processes")
        }
        charts = tuple(data["charts"])
        why = "" if gateway["takes"] else gateway["because"]
        steps = tuple(data.get("prerequisites", ()))
        about["sandbox"] = data.get("sandbox", "")
        aliases, says = tuple(data.get("aliases", ())), data.get("says", {})
        found[name] = Way(name, **about, charts=charts, no_gateway=why, prerequisites=steps, aliases=aliases, says=says)
    return found


def called() -> dict[str, list[str]]:
    """What people call each way: first its title."""
    return {way.name: [way.title, way.name, *way.aliases] for way in ways().values()}


def way(name: str) -> Way:
    """The way of this name. Raises KeyError: the schemas of guides and trains take only those that there are."""
    return ways()[name]
