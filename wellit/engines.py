"""The engines wellit knows, as their files say (environments/engines), and how to recognise one."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wellit import remembered
from wellit.images import Image
from wellit.paths import ENVIRONMENTS


@dataclass(frozen=True, eq=False)
class Engine:
    """One engine's file; `data` is what stands below ``engine:``."""

    name: str
    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def command(self) -> list[str]:
        return list(self.data["command"])

    @property
    def model_commands(self) -> list[str]:
        """The words after modelCommand that start it, where a chart has them, best first."""
        return list(self.data["modelCommands"])

    @property
    def connectors(self) -> list[str]:
        return list(self.data["connectors"])

    @property
    def metrics(self) -> Mapping[str, Any]:
        metrics: Mapping[str, Any] = self.data["metrics"]
        return metrics

    @property
    def default_port(self) -> int:
        return int(self.data["defaults"]["port"])

    @property
    def default_host(self) -> str:
        return str(self.data["defaults"]["host"])

    def flag(self, setting: str) -> str:
        """The engine's flag for a neutral setting (model, host, port ...); "" when it has none."""
        return str(self.data["flags"].get(setting) or "")

    @property
    def loads_weights(self) -> bool:
        """Whether it loads a model's weights, and is no simulator."""
        return self.data.get("memory", {}) is not None

    @property
    def image_starts(self) -> bool:
        """Whether its image starts it by itself, so that modelCommand imageDefault has something to start."""
        return bool(self.data["imageStarts"])

    @property
    def host_flag(self) -> str:
        """The flag of the address to listen on. Engines that need none have it too, under the common name."""
        return self.flag("host") or "--host"

    def in_image(self, image: Image) -> bool:
        """Whether the image is one of this engine's own."""
        return any(image.is_of(known) for known in self.data["images"])

    def perhaps_in(self, image: Image) -> bool:
        """Whether the image, another engine's, may carry this one as well: nobody has looked into it."""
        return any(image.is_of(known) for known in self.data.get("perhapsIn", ()))

    def built_for(self, image: Image) -> list[str]:
        """The accelerators (the chart's accelerator.type) that one of its images is built for; none when not known."""
        for known in self.data.get("builtFor", ()):
            if image.is_of(known["image"]) and known.get("tag", "") in image.tag:
                return list(known["for"])
        return []

    def started_by(self, words: Sequence[str]) -> bool:
        """Whether these words of a command line start it: `launchers` of its file, word after word."""
        spoken = f" {' '.join(words)} "
        return any(f" {launcher} " in spoken for launcher in self.data["launchers"])

    @property
    def dynamo(self) -> Mapping[str, Any]:
        """How it runs as a worker of Dynamo: module, program, image, framework ...; empty when it does not."""
        found: Mapping[str, Any] = self.data.get("dynamo") or {}
        return found

    @property
    def command_line(self) -> str:
        """Its command as a values file has it."""
        return f"command: [{', '.join(self.command)}]"


@functools.cache
def engines() -> tuple[Engine, ...]:
    """Every engine of environments/engines, by file name; those that serve no model come last."""
    files = sorted((ENVIRONMENTS / "engines").glob("*.yaml"))
    read = (remembered.data(file)["engine"] for file in files)
    known = [Engine(data["name"], data) for data in read]
    return tuple(sorted(known, key=lambda engine: engine.data.get("memory", {}) is None))


def of_image(image: Image) -> Engine | None:
    return _first(engine for engine in engines() if engine.in_image(image))


def of_words(words: Sequence[str]) -> Engine | None:
    """The engine that a command line starts, read word by word, paths cut off (/usr/bin/vllm is vllm)."""
    spoken = [word.rsplit("/", 1)[-1] if word.startswith("/") else word for word in words]
    return _first(engine for engine in engines() if engine.started_by(spoken))


def of_flags(words: Sequence[str]) -> Engine | None:
    """The engine whose own flags stand in these words; None when there are none, or several engines'."""
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    speaking = [engine for engine in engines() if given & _own_flags(engine)]
    return speaking[0] if len(speaking) == 1 else None


def _own_flags(engine: Engine) -> set[str]:
    """The flags that this engine has for the neutral settings, and no other."""
    others = {flag for other in engines() if other is not engine for flag in other.data["flags"].values()}
    return {flag for flag in engine.data["flags"].values() if flag} - others


def of_model_command(name: str) -> Engine | None:
    """The engine that names this modelCommand as a way to start it."""
    return _first(engine for engine in engines() if name in engine.model_commands)


def of_dynamo(key: str, value: str) -> Engine | None:
    """The engine whose worker of Dynamo has this module, framework ...; None for an empty word."""
    return _first(engine for engine in engines() if value and engine.dynamo.get(key) == value)


def of_connector(name: str) -> list[Engine]:
    """The engines that speak a connector's protocol."""
    return [engine for engine in engines() if name in engine.connectors]


def _first(found: Iterable[Engine]) -> Engine | None:
    return next(iter(found), None)
