"""Which program plays an image in a sandbox that answers: programs.yaml, and the engines' own files.

    played = Programs(folder, python, tool).play("ghcr.io/llm-d/llm-d-inference-scheduler:v0.4.0")

`played` is None for an image that nobody plays here. `folder` keeps the small scripts by which a container finds a
stand-in under the name that it calls.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wellit.engines import Engine, engines, of_image
from wellit.images import Image
from wellit.paths import ROOT
from wellit.semver import order
from wellit.tools.pins import pin

Object = Mapping[str, Any]
LOCAL = "/usr/local/bin"
PYTHONS = ("python3", "python")


@dataclass(frozen=True)
class Played:
    """What plays an image.

    `name` is short and for lists, `stands_in` says in words what stands in for what, "" where it is the very program.
    `entrypoint` is what the image starts by itself, () for an image that starts nothing. `provides` are the files that
    the image has: path in the container -> file of this machine. `env` is what the image sets, `user` whom it runs as,
    "" where that is not known.
    """

    name: str
    stands_in: str
    entrypoint: tuple[str, ...]
    provides: Mapping[str, Path]
    env: Mapping[str, str] = field(default_factory=dict)
    user: str = ""

    @property
    def lacking(self) -> list[Path]:
        """The programs that are not there: they have to be built first."""
        return [file for file in self.provides.values() if not file.exists()]


def tools() -> tuple[str, ...]:
    """The tools that play an image: what has to be built before a sandbox answers."""
    return tuple(_data()["tools"])


def stand_in(reference: str) -> tuple[str, str] | None:
    """What stands in for an image, in words, and the image whose program that is ("" for none); None for nothing."""
    image = Image.parse(reference)
    for program in _data()["programs"]:
        for known in program["images"]:
            if image.is_of(known["repository"]):
                plays = _chosen(image, known["plays"])
                words = _words(image, known, plays)
                tool = plays.get("tool")
                of = f"{_data()['tools'][tool]['repository']}:{pin(tool).version}" if tool else ""
                return (words, of) if words else None
    engine = of_image(image)
    return (_without_model(engine, image), "") if engine else None


class Programs:
    """The programs, with a folder for the scripts that start them, the Python that has wellit's packages, and where
    the tools are."""

    def __init__(self, folder: Path, python: Path, tool: Callable[[str], Path]) -> None:
        self._folder = folder
        self._python = python
        self._tool = tool

    def play(self, reference: str) -> Played | None:
        """What plays the image of this reference; None when nobody does."""
        image = Image.parse(reference)
        for program in _data()["programs"]:
            for known in program["images"]:
                if image.is_of(known["repository"]):
                    return self._program(image, program, known, _chosen(image, known["plays"]))
        engine = of_image(image)
        return self._engine(image, engine) if engine else None

    def _program(self, image: Image, program: Object, known: Object, plays: Object) -> Played:
        words, files = _words(image, known, plays), program["files"]
        start: tuple[str, ...] = (files[0],)
        if tool := plays.get("tool"):
            where, name = self._tool(tool), f"{tool}@{pin(tool).version}"
        elif module := plays.get("module"):
            where, name = self._script(module, [f'exec {self._start("-m", module)} "$@"']), module
        else:
            where, name = self._script("python3", [self._plain]), "python"
        provides = dict.fromkeys(files, where)
        if by := program.get("by"):
            start = (by, *start)
            python = self._script(f"{by}-{name}", [f'[ "$1" != {files[0]} ] || exec "$@"', self._plain])
            provides |= {f"{LOCAL}/{one}": python for one in PYTHONS}
        return Played(name, words, start, provides, _data()["environment"])

    def _engine(self, image: Image, engine: Engine) -> Played:
        """An engine's stand-in, and those of the engines that the image may have as well."""
        others = [other for other in engines() if other is not engine and other.perhaps_in(image)]
        provides: dict[str, Path] = {}
        modules: dict[str, str] = {}
        for one in (*others, engine):
            for launcher in one.data["launchers"]:
                first = launcher.split()[0]
                if "." in first:
                    modules[first] = one.name
                else:
                    at = one.command[0] if one.command[0].endswith(f"/{first}") else f"{LOCAL}/{first}"
                    provides[at] = self._script(f"{one.name}-{first}", [self._stand_in(one.name, "$0")])
        if modules:
            script = self._script("-".join(["python", *sorted(modules.values())]), self._of_modules(modules))
            provides |= {f"{LOCAL}/{name}": script for name in PYTHONS}
        words = _without_model(engine, image)
        env = _data()["environment"] | {"WELLIT_IMAGE": image.text}
        start = tuple(engine.command) if engine.image_starts else ()
        return Played(f"stand-in for {engine.title}", words, start, provides, env, engine.data.get("imageUser", ""))

    def _script(self, name: str, lines: Iterable[str]) -> Path:
        file = self._folder / name
        text = "\n".join(["#!/bin/sh", *lines, ""])
        if not file.exists() or file.read_text() != text:
            self._folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755)
        return file

    def _stand_in(self, engine: str, program: str) -> str:
        return f'exec {self._start("-m", "wellit.standin", engine)} --image "$WELLIT_IMAGE" -- "{program}" "$@"'

    def _of_modules(self, modules: Mapping[str, str]) -> Iterable[str]:
        """Python that plays some modules and is itself for everything else."""
        yield 'case " $* " in'
        for module, engine in modules.items():
            yield f'*" -m {module} "*) {self._stand_in(engine, "python3")} ;;'
        yield "esac"
        yield self._plain

    @property
    def _plain(self) -> str:
        return f'exec {shlex.quote(str(self._python))} "$@"'

    def _start(self, *words: str) -> str:
        """Python with wellit, which cannot keep compiled files beside it: the checkout is read-only there."""
        return shlex.join(["env", f"PYTHONPATH={ROOT}", "PYTHONDONTWRITEBYTECODE=1", str(self._python), *words])


def _chosen(image: Image, plays: list[Object]) -> Object:
    """By release; the newest for an image whose release cannot be told."""
    release = order(image.tag)
    if release is None:
        return plays[-1]
    fitting = [one for one in plays if "since" not in one or (order(one["since"]) or release) <= release]
    return fitting[-1] if fitting else plays[0]


def _without_model(engine: Engine, image: Image) -> str:
    return f"wellit's stand-in for {engine.title} plays {image.text}: no model is loaded, its words mean nothing"


def _words(image: Image, known: Object, plays: Object) -> str:
    """What stands in for an image that is `known`; "" when it is the very program, or Python, which is nobody's."""
    if tool := plays.get("tool"):
        about = _data()["tools"][tool]
        version = pin(tool).version
        its_own = image.is_of(about["repository"])
        if its_own and order(image.tag) == order(version):
            return ""
        lacks = [known.get("lacks"), None if its_own else about.get("lacks")]
        return "; ".join([f"{about['title']} {version} stands in for {image.text}", *filter(None, lacks)])
    return f"{plays['title']} stands in for {image.text}" if "module" in plays else ""


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "programs.yaml").read_text())
    return loaded
