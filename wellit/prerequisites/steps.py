"""The steps of a gateway's file, with the versions of the stack's train."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit import catalogue, paths, publishers, source
from wellit.compose import Stack
from wellit.errors import CannotAnswer


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
    """A chart of the gateway's provider; `about` is what the gateway's file says of it."""

    about: Mapping[str, Any]
    version: str
    digest: str = ""
    brings: frozenset[str] = field(default_factory=frozenset)

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
    """The steps of the stack's gateway, in order. Raises CannotAnswer for a gateway that the train does not go with."""
    train = stack.values["versions"]["name"]
    said = [step for step in stack.values["gateway"]["prerequisites"] if _is_for(step, train)]
    return tuple(_step(stack, step) for step in said)


def class_of(stack: Stack, steps: Iterable[Step]) -> str:
    """The gateway class that comes of the steps; "" when the gateway has none."""
    own = str(stack.values["gateway"]["className"])
    return next((step.about["class"] for step in steps if isinstance(step, Charted) and "class" in step.about), own)


def _is_for(step: Mapping[str, Any], train: str) -> bool:
    return train in step.get("chart", {}).get("trains", [train])


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
    digest = stack.values["versions"]["providerDigests"].get(chart["release"], "")
    return Charted(chart, version, digest, frozenset(chart["brings"]))


def _unknown_to_the_train(stack: Stack, keys: list[str]) -> CannotAnswer:
    gateway, train = stack.values["gateway"], stack.values["versions"]["name"]
    others = [name for name in catalogue.component_names("versions") if _has(name, keys)]
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
