"""The steps of a way (guides/ways.yaml) or of a gateway's file, with the versions of the stack's train."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit import capabilities, catalogue, paths, publishers, source
from wellit.compose import Stack
from wellit.demand import Kind
from wellit.errors import CannotAnswer
from wellit.semver import order


@dataclass(frozen=True)
class Definitions:
    """Definitions (CRDs) of one API. `newer` is what to know of a newer release, `managed` whether a cloud keeps them.

    `about` is what schemas/apis.yaml says of the API.
    """

    about: Mapping[str, Any]
    version: str
    newer: str = ""
    managed: bool = False

    @property
    def title(self) -> str:
        return f"the definitions of {self.about['title']} {self.version} are there"

    def has(self, name: str) -> bool:
        """Whether a definition is of this API."""
        return name.partition(".")[2] in self.about["groups"]


@dataclass(frozen=True)
class Charted:
    """A chart of the gateway's provider, or of a way's controller; `about` is what is said of it.

    `carries` is the kind whose objects its controller carries out, `besides` what it installs of others' by itself,
    `defines` another API whose definitions it brings, in the train's `defined` version. `of_way` tells whether it is
    the way that needs it, and not the gateway.
    """

    about: Mapping[str, Any]
    version: str
    digest: str = ""
    brings: frozenset[str] = field(default_factory=frozenset)
    carries: Kind | None = None
    besides: tuple[str, ...] = ()
    defines: Mapping[str, Any] | None = None
    defined: str = ""
    of_way: bool = False

    def has(self, definition: str) -> bool:
        """Whether it brings a definition."""
        return not self.brings.isdisjoint((definition, definition.partition(".")[2]))

    @property
    def release(self) -> str:
        return str(self.about["release"])

    @property
    def namespace(self) -> str:
        return str(self.about["namespace"])

    @property
    def title(self) -> str:
        return f"{self.release} {self.version} is installed in {self.namespace}"


@dataclass(frozen=True)
class TurnedOn:
    """What a cloud has and must be told to use."""

    about: Mapping[str, Any]

    @property
    def title(self) -> str:
        return f"{self.about['what']} is on"


Step = Definitions | Charted | TurnedOn


def steps(stack: Stack) -> tuple[Step, ...]:
    """The steps of the stack's gateway, where its way takes one, and those of the way, in order.

    Raises CannotAnswer for a gateway that the train does not go with.
    """
    gateway = () if stack.way.no_gateway else stack.values["gateway"]["prerequisites"]
    said = [step for step in (*gateway, *stack.way.prerequisites) if _is_for(step, stack)]
    # Definitions that come with a chart: helm would not touch those that somebody else has applied before.
    brought = {one["definitions"]["of"] for step in said if "definitions" in (one := step.get("chart", {}))}
    return tuple(_step(stack, step) for step in said if step.get("crds", {}).get("of") not in brought)


def whose(stack: Stack) -> str:
    """Who needs them, in words."""
    return stack.way.title if stack.way.prerequisites else str(stack.values["gateway"]["title"])


def class_of(stack: Stack, steps: Iterable[Step]) -> str:
    """The gateway class that comes of the steps; "" when the gateway has none."""
    own = str(stack.values["gateway"]["className"])
    return next((step.about["class"] for step in steps if isinstance(step, Charted) and "class" in step.about), own)


def _is_for(step: Mapping[str, Any], stack: Stack) -> bool:
    chart, train = step.get("chart", {}), stack.values["versions"]["name"]
    if ("last" in chart or "first" in chart) and (version := publishers.release(chart, stack.values)):
        first, last = (order(chart.get(bound, version)) or () for bound in ("first", "last"))
        return bool(first <= (order(version) or ()) <= last)
    return train in chart.get("trains", [train])


def _step(stack: Stack, step: Mapping[str, Any]) -> Step:
    if "turnOn" in step:
        return TurnedOn(step["turnOn"])
    if "crds" in step:
        said = step["crds"]
        about = publishers.about(said["of"])
        version = publishers.release(about, stack.values)
        return Definitions(about, version, said.get("newer", ""), said.get("managed", False))
    chart = step["chart"]
    version = publishers.release(chart, stack.values)
    if not version:
        raise _unknown_to_the_train(stack, chart["version"].split("."))
    digest = stack.values["versions"].get("providerDigests", {}).get(chart["release"], "")
    group, _, kind = chart.get("carries", "").partition("/")
    carries = Kind(f"{group}/", kind) if kind else None  # in any version
    own = chart.get("instead", {}).get(version, version)
    defines = publishers.about(chart["definitions"]["of"]) if "definitions" in chart else None
    return Charted(
        chart, own, digest, frozenset(chart["brings"]), carries, _besides(chart, version), defines,
        publishers.release(defines, stack.values) if defines else "", step in stack.way.prerequisites,
    )  # fmt: skip


def _besides(chart: Mapping[str, Any], version: str) -> tuple[str, ...]:
    """What a chart installs of others' by itself, in this version."""
    if "besides" not in chart:
        return ()
    file = chart["version"].split(".")[-2]  # versions.charts.NAME.version
    return tuple(capabilities.contract(file, version)[chart["besides"]])


def _unknown_to_the_train(stack: Stack, keys: list[str]) -> CannotAnswer:
    gateway, train = stack.values["gateway"], stack.values["versions"]["name"]
    others = [name for name in catalogue.trains(stack.way) if _has(name, keys)]
    ways = [f"--versions {name}" for name in others] + ["--gateway NAME for another gateway"]
    return CannotAnswer(
        f"the train {train} does not go with {gateway['title']}",
        where=str(stack.at(keys)),
        why=f"{'.'.join(keys)} is null there: no version of it is known to work with the rest of the train",
        write=", or ".join(ways),
    )


def _has(train: str, keys: list[str]) -> bool:
    data = source.load(paths.ENVIRONMENTS / "versions" / f"{train}.yaml").data
    try:
        return bool(source.lookup(data, keys))
    except KeyError:
        return False
