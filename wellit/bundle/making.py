"""Make a bundle: all that an install needs where there is no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wellit import __version__, charts, demand, made, overrides, record, tools
from wellit.bundle import archive, extras, readme, recipe
from wellit.compose import Stack
from wellit.errors import CannotAnswer, Refused
from wellit.paths import shown
from wellit.render import Rendered
from wellit.say import Say

VERSION = 1
USED = ("helm", "helmfile", "kubectl")
OVERRIDES, FOR_HELMFILE, LINES, PINNED = "overrides.json", "helmfile.json", "images.txt", "charts/"


@dataclass(frozen=True)
class Bundle:
    """What is to be written, by its name in the file."""

    manifest: Mapping[str, Any]
    content: Mapping[str, bytes | Path]

    def write(self, file: Path) -> str:
        """Write it; returns the checksum of the file. Raises CannotAnswer when it cannot be written."""
        try:
            return archive.write(file, self.content)
        except OSError as problem:
            raise CannotAnswer(f"{shown(file)} cannot be written: {problem.strerror or problem}") from problem


def images(stack: Stack, rendered: Rendered) -> list[str]:
    """The images of a stack: those of its pods, and those of the pods that a controller makes of its objects."""
    pairs = [(release.name, one) for release in rendered.releases for one in release.manifests]
    pairs += [("", one) for one in made.of_stack(stack, rendered.manifests)]
    return list(demand.of(pairs, stack.namespace).images)


def make(stack: Stack, rendered: Rendered, say: Say, *, programs: bool = False) -> Bundle:
    """The bundle of a rendered stack. Raises Refused when its settings hold what looks secret, CannotAnswer when
    there are no manifests or a chart is not the one that is pinned."""
    if rendered.unrendered:
        raise CannotAnswer(f"{stack.name} is not rendered: {rendered.unrendered}", write="--charts offline, or --fetch")
    if recipe.environment(stack):
        overrides.refuse_secrets(stack.file.data.get("settings") or {})
    known = record.make(stack, rendered, demand.read(rendered, stack.namespace))
    before = extras.gather(stack, say)
    pinned = dict(_pinned(stack, rendered))
    binaries = {f"{archive.PROGRAMS}{file.parent.name}/{name}": file for name, file in _programs(programs, say).items()}
    lists = {"stack": images(stack, rendered), "prerequisites": sorted(before.images)}
    manifest = {
        "bundle": VERSION,
        "wellit": __version__,
        "stack": {
            "guide": stack.name, "environment": stack.environment, "own": recipe.environment(stack) is not None,
            "namespace": stack.namespace, "components": stack.components, "size": stack.size,
        },
        "rendered": known.rendered,
        "releases": list(known.releases),
        "charts": {part: about for part, (about, _) in pinned.items()},
        "tools": tools.versions(USED, say),
        "programs": {Path(name).name: name for name in binaries},
        "images": lists,
        "prerequisites": before.listed,
    }  # fmt: skip
    paths = {part: f"../../../{about['file']}" for part, (about, _) in pinned.items()}
    content: dict[str, bytes | Path] = {
        OVERRIDES: _json(stack.overrides),
        FOR_HELMFILE: _json({**stack.overrides, "charts": {**(stack.overrides.get("charts") or {}), **paths}}),
        LINES: "".join(f"{image}\n" for image in sorted({*lists["stack"], *lists["prerequisites"]})).encode(),
        archive.MANIFEST: _json(manifest),
        "manifests.yaml": rendered.text().encode(),
        "README.txt": readme.text(manifest).encode(),
        **{f"values/{release.name}.yaml": _yaml(release.values) for release in rendered.releases},
        **{about["file"]: file for about, file in pinned.values()},
        **recipe.files(stack, rendered),
        **before.content,
        **binaries,
    }
    _no_secrets(content)
    return Bundle(manifest, content)


def _pinned(stack: Stack, rendered: Rendered) -> Iterator[tuple[str, tuple[dict[str, str], Path]]]:
    """Upstream's charts by part, as the manifest tells of them, and the packaged chart itself."""
    for part, path in sorted(rendered.charts.items()):
        about, file = stack.values["versions"]["charts"][part], Path(path)
        charts.same(about, file, part)
        told = {"name": about["name"], "version": about["version"], "digest": charts.digest(file)}
        yield part, (told | {"file": PINNED + charts.packaged(about)}, file)
    for part in set(stack.way.charts) & stack.values["charts"].keys():
        if Path(said := stack.values["charts"][part]).is_absolute():
            raise CannotAnswer(
                f"charts.{part} is a path of this machine: {said}", where=str(stack.at(("charts", part))),
                why="where the bundle is unpacked there is no such file",
                write="leave it out: --charts offline, or --charts upstream with --fetch",
            )  # fmt: skip


def _programs(wanted: bool, say: Say) -> dict[str, Path]:
    return tools.pinned(USED, say) if wanted else {}


def _no_secrets(content: Mapping[str, bytes | Path]) -> None:
    """Raise Refused when a text of the bundle holds what looks like a token."""
    for name, body in content.items():
        if name.startswith((archive.PROGRAMS, PINNED, extras.FOLDER)):
            continue
        text = (body.read_bytes() if isinstance(body, Path) else body).decode(errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if overrides.looks_secret("", line):
                where = shown(body) if isinstance(body, Path) else name
                raise Refused(
                    "something looks like a token; no bundle is made", where=f"{where}:{number}",
                    why="a bundle is carried about and kept, and whoever has it reads it",
                    write="put it into a Secret and name that: model.secret, or valueFrom.secretKeyRef in env",
                )  # fmt: skip


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def _yaml(data: Any) -> bytes:
    return yaml.safe_dump(data, sort_keys=True).encode()
