"""What a stack's settings say of each of its engines, before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.source import Key
from wellit.subject import ROLES, Settings, Subject


@dataclass(frozen=True, eq=False)
class EngineSettings:
    """One engine of a stack: `engine` is what its file says, `own` what perEngine lays over the settings of all."""

    settings: Settings
    engine: Node
    own: Node

    @property
    def title(self) -> str:
        return self.engine["title"].text()

    def setting(self, *keys: Key) -> Node:
        """What is set for this engine."""
        own = self.own.at(*keys)
        return own if own.written else self.settings.root.at(*keys)

    @property
    def roles(self) -> Iterator[str]:
        """The roles that have model servers."""
        return (role for role in ROLES if self.setting(role, "replicas").number(0))

    def flag(self, setting: str) -> str:
        """Its flag for a neutral setting; "" when it has none."""
        return self.engine["flags"][setting].text()


def engine_settings(subject: Subject) -> Iterator[EngineSettings]:
    """Every engine of the stack; none when it is not settings that are judged."""
    if subject.settings:
        root = subject.settings.root
        if root["engine"].written:
            yield EngineSettings(subject.settings, root["engine"], root["perEngine"][root["engine"]["name"].text()])
        for name, engine in root["engines"].items():
            yield EngineSettings(subject.settings, engine, root["perEngine"][name])


@dataclass(frozen=True, eq=False)
class Source:
    """Where an engine's model is (model.source)."""

    claim: Node
    path: Node

    @property
    def hub(self) -> bool:
        """Whether it is downloaded."""
        return not self.claim and not self.path

    @property
    def folder(self) -> bool:
        """Whether it is a folder of the nodes."""
        return bool(self.path) and not self.claim

    @property
    def said(self) -> Node:
        """What says that it is not the hub."""
        return self.claim if self.claim else self.path


def model_source(one: EngineSettings) -> Source:
    return Source(one.setting("model", "source", "pvc"), one.setting("model", "source", "path"))
