"""What the modelservice chart makes of its values: which pods, started how, listening where.

Defaults are those of the chart version (Release.facts). A role that the chart does not create is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit import engines
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node, spoken
from wellit.seen import words
from wellit.seen.proxy import Proxy
from wellit.seen.words import Given, Words
from wellit.subject import MODELSERVICE, Release, Subject

DECODE, PREFILL = "decode", "prefill"


@dataclass(frozen=True, eq=False)
class Service:
    """One modelservice release."""

    release: Release

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.release.facts

    @cached_property
    def proxy(self) -> Proxy:
        return Proxy(self.release.root.at("routing", "proxy"), self.facts)

    @property
    def port_node(self) -> Node:
        return self.release.root.at("routing", "servicePort")

    @property
    def port(self) -> int | None:
        """The port of the pods that the pool sends requests to."""
        return self.port_node.number(self.facts["ports"]["service"])

    @cached_property
    def pods(self) -> list[Pod]:
        """The roles that are created and have containers of their own."""
        roles = (Pod(self, role, self.release.root[role]) for role in (DECODE, PREFILL))
        return [pod for pod in roles if pod.created]

    @property
    def labels_node(self) -> Node:
        return self.release.root.at("modelArtifacts", "labels")

    @cached_property
    def labels(self) -> dict[str, str | None]:
        """The labels that every pod has; None for a value that only the installed release has."""
        defaults = {key: None if "{" in value else value for key, value in self.facts["defaultLabels"].items()}
        if not self.facts["labelsSettable"]:
            return defaults
        given = {key: node.value for key, node in self.labels_node.items()}
        merged: dict[str, Any] = defaults | given
        return {key: spoken(value) for key, value in merged.items() if value is not None}

    @property
    def pod_labels(self) -> list[dict[str, str | None]]:
        """The labels of each role's pods."""
        roles = [role for role in (DECODE, PREFILL) if self.release.root[role]["create"].flag(True)]
        return [self.labels | {str(self.facts["roleLabel"]): role} for role in roles]


@dataclass(frozen=True, eq=False)
class Pod:
    """The pods of one role."""

    service: Service
    role: str
    node: Node

    @property
    def created(self) -> bool:
        return self.node["create"].flag(True) and bool(list(self.node["containers"]))

    @cached_property
    def containers(self) -> list[Container]:
        return [Container(self, node) for node in self.node["containers"]]

    @cached_property
    def main(self) -> Container:
        """The container that runs the engine: the first that is known for one, else the first."""
        known = [container for container in self.containers if container.engine]
        return (known or self.containers)[0]

    @property
    def proxied(self) -> bool:
        """Whether the routing proxy stands before the engine."""
        return self.role == DECODE and self.service.proxy.on

    @property
    def expected_port(self) -> int | None:
        """Where the engine must listen to be reached."""
        return self.service.proxy.engine_port if self.proxied else self.service.port

    @property
    def expected_node(self) -> Node:
        """The setting that says so."""
        return self.service.proxy.port_node if self.proxied else self.service.port_node

    @property
    def injected_port(self) -> int | None:
        """The port that the chart writes on a command line of its own making."""
        follows = self.service.facts["proxyOff"]["enginePortFollows"]
        if self.role == DECODE and (self.service.proxy.on or not follows):
            return self.service.proxy.engine_port
        return self.service.port


@dataclass(frozen=True, eq=False)
class Container:
    """One container of a pod."""

    pod: Pod
    node: Node

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.pod.service.facts

    @property
    def title(self) -> str:
        return f"{self.pod.role} container {self.node['name'].text() or self.node.keys[-1]}"

    @cached_property
    def image(self) -> Image:
        return Image.parse(self.node["image"].text())

    @property
    def model_command(self) -> str:
        """How the chart is asked to start it."""
        return str(self.node["modelCommand"].value or self.facts["defaultModelCommand"])

    @property
    def known_command(self) -> Mapping[str, Any] | None:
        """What the chart does for this modelCommand; None when it has none of that name."""
        known: Mapping[str, Any] | None = self.facts["modelCommands"].get(self.model_command)
        return known

    @property
    def own(self) -> bool:
        """Whether the command line is the person's own; so it has to become when the modelCommand is unknown."""
        return self.known_command is None or not self.known_command["injects"]

    def injects(self, setting: str) -> bool:
        """Whether the chart writes a setting (model, port ...) on the command line."""
        return self.known_command is not None and setting in self.known_command["injects"]

    @cached_property
    def words(self) -> Words:
        """The words that the values give: command and args, or the args alone when the chart has its own command."""
        parts = (self.node["command"], self.node["args"]) if self.own else (self.node["args"],)
        return words.read(*parts)

    @cached_property
    def engine_of_image(self) -> Engine | None:
        return engines.of_image(self.image)

    @cached_property
    def engine_of_command(self) -> Engine | None:
        """The engine that the command line starts, or that this modelCommand is made for."""
        spoken = engines.of_words(self.words.texts) if self.own else None
        return spoken or self.made_for(self.model_command)

    def made_for(self, name: str) -> Engine | None:
        """The engine that a modelCommand is made for; None for those that take any."""
        how = self.facts["modelCommands"].get(name)
        return None if how and not how.get("command") else engines.of_model_command(name)

    def ready_made(self, engine: Engine) -> str:
        """The modelCommand of this chart version that is made for the engine; "" when there is none."""
        known = self.facts["modelCommands"]
        return next((name for name in engine.model_commands if known.get(name, {}).get("command")), "")

    @cached_property
    def engine(self) -> Engine | None:
        """The engine that is meant to run; None when neither command nor image is a known one's."""
        return self.engine_of_command or self.engine_of_image

    @property
    def possible_engines(self) -> list[Engine]:
        """The engines that may be meant: two when the command starts another one than the image has."""
        started, inside = self.engine_of_command, self.engine_of_image
        sure = started and (started is inside or started.perhaps_in(self.image))
        return [engine for engine in ((started,) if sure else (started, inside)) if engine]

    @property
    def engine_node(self) -> Node:
        """The setting that says which engine it is."""
        if self.engine_of_command is None:
            return self.node["image"]
        return self.node["command"] if self.own and self.node["command"] else self.node["modelCommand"]

    @property
    def unknown_engine(self) -> str:
        """That nobody can tell which engine it runs, as a clause."""
        return f"neither image nor command of the {self.title} is a known engine's ({self.image.text or 'no image'})"

    @property
    def written_port(self) -> Given | None:
        return self.words.given((self.engine and self.engine.flag("port")) or "--port")


def services(subject: Subject) -> Iterator[Service]:
    """Every modelservice release."""
    return (Service(release) for release in subject.of(MODELSERVICE))


def pods(subject: Subject) -> Iterator[Pod]:
    """Every role of every modelservice release."""
    return (pod for service in services(subject) for pod in service.pods)


def mains(subject: Subject) -> Iterator[Container]:
    """The engine's container of every role."""
    return (pod.main for pod in pods(subject))
