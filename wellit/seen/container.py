"""A container of the modelservice chart: how it is started, and which engine runs in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wellit import engines, flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.errors import nearest
from wellit.images import Image
from wellit.node import Node
from wellit.seen import words
from wellit.seen.words import Given, Words

if TYPE_CHECKING:
    from wellit.seen.modelservice import Pod

MODEL = "$(MODEL)"  # the word that the chart writes for the model, whatever it is


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
    def written(self) -> Mapping[str, Any] | None:
        """What the chart does for the modelCommand that is written; None when it has none of that name."""
        how: Mapping[str, Any] | None = self.facts["modelCommands"].get(self.model_command)
        return how

    @cached_property
    def meant(self) -> str:
        """The chart's modelCommand that is written, or was meant by a misspelt one that fits the image; "" for none."""
        known = self.facts["modelCommands"]
        misspelt = self.node.misspelt("modelCommand")
        if not misspelt and self.model_command in known:
            return self.model_command
        name = misspelt.text() if misspelt else self.model_command
        near = name if name in known else nearest(name, known, likeness=0.85)
        said = engines.of_words(words.read(self.node["command"]).texts)
        runs = said or (None if name in known else self.made_for(name)) or self.engine_of_image
        return near if self.made_for(near) in (None, runs) or runs is None else ""

    @property
    def starts(self) -> Mapping[str, Any]:
        """What the chart does for the modelCommand that is meant."""
        how: Mapping[str, Any] = self.facts["modelCommands"].get(self.meant, {"injects": ()})
        return how

    @property
    def own(self) -> bool:
        """Whether the command line is the person's own; so it has to become when no modelCommand fits."""
        return not self.starts["injects"]

    def injects(self, setting: str) -> bool:
        """Whether the chart writes a setting (model, port ...) on the command line."""
        return setting in self.starts["injects"]

    @property
    def written_before(self) -> list[str]:
        """What the chart writes before the words: the model, as a word or with its flag."""
        if self.own or not self.injects("model"):
            return []
        how = self.starts["model"]
        return [MODEL] if how == "positional" else [how, MODEL]

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
        """The engine that the command line starts, or that this modelCommand is made for.

        Without a command the arguments tell which one was meant, in an image that may carry several.
        """
        spoken = engines.of_words(self.words.texts) if self.own else None
        if found := spoken or self.made_for(self.meant or self.model_command):
            return found
        hinted = engines.of_flags(self.words.texts) if self.own else None
        return hinted if hinted and hinted.perhaps_in(self.image) else None

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

    def way_to_start(self, engine: Engine) -> str:
        """What to write so that this chart version starts the engine."""
        ready = self.ready_made(engine)
        if ready:
            return f"modelCommand: {ready}"
        free = next((name for name, how in self.facts["modelCommands"].items() if how.get("needs")), "")
        return f"modelCommand: {free} and {engine.command_line}" if free else engine.command_line

    @property
    def possible_engines(self) -> list[Engine]:
        """The engines that may be meant: two when the command starts another one than the image has."""
        started, inside = self.engine_of_command, self.engine_of_image
        sure = started and (started is inside or started.perhaps_in(self.image))
        return [engine for engine in ((started,) if sure else (started, inside)) if engine]

    @property
    def program(self) -> str:
        """The program of schemas/flags that reads its words; "" when none is known."""
        return self.engine.name if self.engine else ""

    @cached_property
    def version(self) -> str | Unknown:
        """The version of the engine that the image carries, or why it is not known."""
        return flags.of_image(self.program, self.image)

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
