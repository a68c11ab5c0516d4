"""What is pinned: scripts/tools/tools.yaml, and the go.mod of each folder beside it."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wellit.errors import unknown
from wellit.paths import TOOL_MODULES, cache

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
# The linker leaves out symbols and debug information: half the size.
STRIPPED = "-s -w"


@dataclass(frozen=True)
class Pin:
    """One program: where it is built from, in which version, and which copies on PATH will do."""

    name: str
    folder: Path
    package: str
    version: str
    go: str
    ldflags: str
    recipe: str
    seconds: int
    megabytes: int
    scratch: int
    accepts: str = ""
    ask: tuple[str, ...] = ()
    reads: str = ""

    @property
    def built_as(self) -> str:
        """The file name that `go build` gives the package."""
        return command_of(self.package)

    @property
    def file(self) -> Path:
        """Where the cache keeps it. Another version, other build flags or other dependencies make another path."""
        return cache() / "tools" / f"{self.name}-{self.version}-{system()}-{self.recipe}" / self.name


def system() -> str:
    """Operating system and processor as Go names them: linux-amd64."""
    here = os.uname()
    return f"{here.sysname.lower()}-{ARCHITECTURES.get(here.machine, here.machine)}"


def statements(go_mod: str) -> Iterator[tuple[str, str]]:
    """The statements of a go.mod's text, blocks opened up: ("require", "example.com/x v1.0.0")."""
    verb = ""
    for raw in go_mod.splitlines():
        line = raw.split("//")[0].strip()
        if line == ")":
            verb = ""
        elif line.endswith("("):
            verb = line[:-1].strip()
        elif line and verb:
            yield verb, line
        elif line:
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def requires(go_mod: str) -> dict[str, str]:
    """Module path -> version, of every `require` in a go.mod's text."""
    lines = (rest.split() for verb, rest in statements(go_mod) if verb == "require")
    return {line[0]: line[1] for line in lines}


def command_of(package: str) -> str:
    """The program's name as Go derives it: the last part of the path that is not a major version."""
    parts = package.split("/")
    return parts[-2] if re.fullmatch(r"v\d+", parts[-1]) and len(parts) > 1 else parts[-1]


def names() -> list[str]:
    """Every program's name, in the order of tools.yaml."""
    return [name for entry in _entries().values() for name in entry["tools"]]


def folder_of(name: str) -> str:
    """The module folder a program is built from. Raises CannotAnswer for a name that is not pinned."""
    for folder, entry in _entries().items():
        if name in entry["tools"]:
            return folder
    raise unknown("tool", name, names())


@functools.cache
def pin(name: str) -> Pin:
    """The pin of one program. Raises CannotAnswer for a name that is not pinned."""
    folder = folder_of(name)
    entry = _entries()[folder]
    return make_pin(name, TOOL_MODULES / folder, entry["tools"][name], entry)


def make_pin(name: str, folder: Path, tool: Mapping[str, Any], entry: Mapping[str, Any]) -> Pin:
    """One tool of an entry of tools.yaml, completed from the go.mod in `folder`."""
    text = (folder / "go.mod").read_text()
    command = tool.get("command", name)
    package = next(rest for verb, rest in statements(text) if verb == "tool" and command_of(rest) == command)
    modules = requires(text)
    module = max((m for m in modules if f"{package}/".startswith(f"{m}/")), key=len)
    version = modules[module]
    ldflags = _stamps(entry.get("ldflags", ""), version)
    return Pin(
        name=name, folder=folder, package=package, version=version, ldflags=ldflags,
        go=next(rest for verb, rest in statements(text) if verb == "go"),
        recipe=_recipe(text, package, ldflags),
        seconds=tool["seconds"], megabytes=tool["megabytes"], scratch=entry["scratch"],
        accepts=tool.get("accepts", ""), ask=tuple(tool.get("ask", ())), reads=tool.get("reads", ""),
    )  # fmt: skip


def _stamps(template: str, version: str) -> str:
    number = version.removeprefix("v")
    major, minor, *_ = number.split(".")
    return f"{STRIPPED} {template.format(version=version, number=number, major=major, minor=minor)}".strip()


def _recipe(go_mod: str, package: str, ldflags: str) -> str:
    """Eight characters that change with anything that changes the program: dependencies, replacements, flags."""
    said = sorted(f"{verb} {rest}" for verb, rest in statements(go_mod))
    return hashlib.sha256("\n".join([*said, package, ldflags]).encode()).hexdigest()[:8]


@functools.cache
def publishers() -> dict[str, dict[str, tuple[Path, tuple[str, ...]]]]:
    """Module path -> its pinned versions -> (folder whose go.mod pins it, patterns of the files wanted from it).

    The first version of a module is the one that the sandbox takes.
    """
    found: dict[str, dict[str, tuple[Path, tuple[str, ...]]]] = {}
    for folder, entry in _catalogue().items():
        for module, said in (entry.get("files", {}) | entry.get("charts", {}) | entry.get("parts", {})).items():
            version = requires((TOOL_MODULES / folder / "go.mod").read_text())[module]
            patterns = (said,) if isinstance(said, str) else tuple(said)
            found.setdefault(module, {})[version] = (TOOL_MODULES / folder, patterns)
    return found


def definitions() -> list[str]:
    """The modules whose files are definitions for an API server."""
    return list(dict.fromkeys(module for entry in _catalogue().values() for module in entry.get("files", {})))


def _entries() -> dict[str, Any]:
    return {folder: entry for folder, entry in _catalogue().items() if "tools" in entry}


@functools.cache
def _catalogue() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    catalogue: dict[str, Any] = yaml.load((TOOL_MODULES / "tools.yaml").read_text(), Loader=loader)
    return catalogue
