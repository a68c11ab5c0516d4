"""What is to be started, as plain data, and the seam at which another program may do a component's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from wellit.launch.facts import Local, facts
from wellit.launch.unfit import Unfit
from wellit.seen.graph import FRONTEND, Component, Graph

HTTP, SYSTEM, BOOTSTRAP, EVENTS = "http", "system", "bootstrap", "events"


@dataclass(frozen=True)
class Command:
    """What does the work of a component: its words, variables of its own, and whether it takes GPUs.

    `modules` are those that the Python, which is its first word, must have.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    on_gpus: bool = True
    modules: tuple[str, ...] = ()


class Programs(Protocol):
    """Which program does the work of a component, given the words that the component's own would get."""

    def release(self, graph: Graph) -> str:
        """The release of Dynamo that they are of."""

    def command(self, component: Component, said: Sequence[str]) -> Command: ...


class Real:
    """The programs that the components name, as this machine's `python` has them."""

    def __init__(self, python: str = "python3") -> None:
        self.python = python

    def release(self, graph: Graph) -> str:
        return graph.version

    def command(self, component: Component, said: Sequence[str]) -> Command:
        engine = component.engine.dynamo.get("modules", ()) if component.engine else ()
        return Command((self.python, "-m", component.module, *said), modules=(component.module, *engine))


@dataclass(frozen=True)
class Options:
    """What a launch has beside its stack: a folder, in which its processes find each other, and where traces go."""

    folder: Path
    traces: str = ""


@dataclass(frozen=True)
class Process:
    """One process. `environment` is what is said to it, without what it has of the person's own.

    `gpus` are how many it takes, `devices` those that it was given. `ports` are by what they are for.
    """

    name: str
    component: Component = field(repr=False)
    role: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    ports: Mapping[str, int]
    gpus: int = 0
    devices: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()

    @property
    def is_frontend(self) -> bool:
        return self.component.type == FRONTEND

    def on(self, given: Sequence[str]) -> Process:
        """The same on GPUs of its own."""
        variable = {facts()["devices"]: ",".join(given)}
        return replace(self, devices=tuple(given), environment={**self.environment, **variable})


@dataclass(frozen=True)
class Plan:
    """All that is started. `unfit` is what cannot run on one machine, `beside` what must run already, by address."""

    name: str
    model: str
    version: str
    local: Local
    processes: tuple[Process, ...]
    unfit: tuple[Unfit, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    traces: str = ""
    framework: str = ""

    @property
    def gpus(self) -> int:
        return sum(process.gpus for process in self.processes)

    @property
    def url(self) -> str:
        frontend = next(process for process in self.processes if process.is_frontend)
        return f"http://{self.local.reached}:{frontend.ports[HTTP]}"

    def system_url(self, process: Process) -> str:
        """Where a process tells of its health and metrics; "" for one that does not."""
        return f"http://{self.local.reached}:{process.ports[SYSTEM]}" if SYSTEM in process.ports else ""

    def on(self, pool: Sequence[str]) -> Plan:
        """The same with the GPUs of a pool, which has enough, handed out in order."""
        left, placed = list(pool), []
        for process in self.processes:
            placed.append(process.on(left[: process.gpus]) if process.gpus else process)
            del left[: process.gpus]
        return replace(self, processes=tuple(placed))
