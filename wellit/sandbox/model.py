"""What a sandbox is, where its files are, and the record that says so."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from wellit.errors import CannotAnswer
from wellit.paths import cache

NAME = re.compile("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")
RECORD = "sandbox.json"
COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller")
# What makes pods, gateways, routes and pools ready: a data plane in which they run and answer, simulation, or nothing.
Ready = Literal["answers", "simulated", "nothing"]
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Sandbox:
    """A sandbox, as its record and its processes show it.

    `resources` is what each node offers ({"nvidia.com/gpu": 8}), `kubernetes` and `crds` are known once it was up,
    `recipe` changes with what wellit puts into a sandbox, `parts` are those that it was asked for beside it, each with
    its own recipe ("" until it is whole), `problem` says what is wrong with one that is not in order.
    """

    name: str
    ports: dict[str, int] = field(default_factory=dict)
    nodes: int = 0
    resources: dict[str, int] = field(default_factory=dict)
    ready: Ready = "simulated"
    kubernetes: str = ""
    crds: int = 0
    recipe: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    complete: bool = False
    problem: str = ""

    @property
    def folder(self) -> Path:
        return folder(self.name)

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def context(self) -> str:
        """The name of its context in its kubeconfig."""
        return f"wellit-sandbox-{self.name}"

    @property
    def port(self) -> int:
        return self.ports["kube-apiserver"]

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def box(self) -> Path:
        """The folder of its data plane."""
        return self.folder / "box"

    @property
    def gpus(self) -> int:
        """Devices on all nodes together, of every kind."""
        return self.nodes * sum(self.resources.values())


def home() -> Path:
    """The folder of all sandboxes. Its path is resolved, because processes are known by it."""
    return cache().resolve() / "sandboxes"


def all_names() -> list[str]:
    """The names of all sandboxes, made or half-made."""
    try:
        return sorted(entry.name for entry in home().iterdir() if entry.is_dir() and NAME.fullmatch(entry.name))
    except OSError:
        return []


def folder(name: str) -> Path:
    return home() / name


def check_name(name: str, reserved: Collection[str] = ()) -> str:
    """`name` when a sandbox may have it. Raises CannotAnswer: it becomes a folder, a context and a flag's value."""
    if not NAME.fullmatch(name):
        raise CannotAnswer(
            f'"{name}" cannot be the name of a sandbox',
            why="a name is 1 to 40 lower-case letters, digits and hyphens, with no hyphen first or last",
            write=_nearest(name),
        )
    if name in reserved:
        raise CannotAnswer(
            f'a sandbox cannot be called "{name}"', why="that is the name of a task: --sandbox would swallow it",
            write=f"{name}-box",
        )  # fmt: skip
    return name


def _nearest(name: str) -> str:
    near = re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-")
    return near or "default"


def read(name: str) -> Sandbox | None:
    """The sandbox as recorded, None when there is no folder. One whose record cannot be read was never finished."""
    if not folder(name).is_dir():
        return None
    try:
        said: dict[str, Any] = json.loads((folder(name) / RECORD).read_text())
        # An older version knew simulation only, and did not say so; later ones knew no parts.
        known = {"ready": "simulated", "parts": {}} | said
        return Sandbox(name=name, **{key: known[key] for key in _kept()})
    except (OSError, ValueError, KeyError, TypeError):
        return Sandbox(name=name)


def write(sandbox: Sandbox) -> Sandbox:
    """Record a sandbox; a reader sees the old record or the new one."""
    file = sandbox.folder / RECORD
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps({key: getattr(sandbox, key) for key in _kept()}, indent=1))
    draft.replace(file)
    return sandbox


def with_problem(sandbox: Sandbox, problem: str) -> Sandbox:
    return replace(sandbox, problem=problem)


def _kept() -> tuple[str, ...]:
    return ("ports", "nodes", "resources", "ready", "kubernetes", "crds", "recipe", "parts", "complete")
