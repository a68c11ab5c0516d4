"""Use a bundle in the place of a network: its choices, its charts, its programs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wellit import catalogue, compose, record, tools, validate
from wellit.bundle import archive as archives
from wellit.bundle import judge, making
from wellit.bundle.archive import Archive
from wellit.bundle.extras import FOLDER
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.say import Say
from wellit.validate import Validated

# Flags whose choices a bundle has made; what may still be laid over it are settings, the size and the namespace.
CHOSEN = ("guide", "env", *(axis for axis in catalogue.AXES))


def validated(name: str, said: Mapping[str, Any], say: Say, command: str = "validate") -> Validated:
    """A bundle's stack, judged and rendered, with what is wrong with the bundle in the same report.

    `said` are the flags of a stack; of a bundle whose files are not whole nothing is unpacked. Raises CannotAnswer for
    what is no bundle, for flags that choose another stack, and when a program is neither here nor in the bundle.
    """
    archive = archives.read(name)
    _agree(archive, said)
    about = {name: value for name, value in archive.manifest["stack"].items() if name != "own"}
    report = Report(command, summary={"bundle": archive.name, "sha256": archive.digest, **about})
    report.add([*archive.findings, *(() if archive.findings else judge.beside(archive))])
    if report.exit_code:
        report.add([validate.skipped("the stack in it", "the files above come first")])
        return Validated(report)
    base = choice(archive, say)
    result = _more(archive, base, said, report, say, command)
    result.report.summary |= {"bundle": archive.name, "sha256": archive.digest}
    if result.report is not report:
        result.report.add(report.findings)
    result.report.add([judge.needs(archive.manifest)])
    if result.stack:
        members = {name: f"sha256:{digest}" for name, digest in archive.members.items()}
        result.report.add([judge.guarded(result.stack, members)])
    return result


def choice(archive: Archive, say: Say) -> Choice:
    """The choices of a bundle, once its programs, settings and charts are where they are looked for."""
    _programs(archive, say)
    folder, stack = _unpacked(archive), archive.manifest["stack"]
    settings = (str(folder / making.OVERRIDES),)
    return Choice(stack["guide"], stack["environment"], stack["namespace"], files=settings, bundle=folder)


def _programs(archive: Archive, say: Say) -> None:
    """Those that are on this machine are used; the others are taken out of the bundle, and none is built."""
    listed = archive.manifest["programs"]
    lacking = [name for name in making.USED if not tools.versions([name], say)]
    members = {name: listed[name] for name in lacking if listed.get(name) in archive.members}
    with tempfile.TemporaryDirectory(prefix="wellit-") as here:
        archive.unpack(Path(here), members.values())
        tools.carried(making.USED, {name: Path(here) / member for name, member in members.items()}, say)


def _more(archive: Archive, base: Choice, said: Mapping[str, Any], report: Report, say: Say, command: str) -> Validated:
    """The stack with what a person lays over it; that of the bundle alone must come out as it did where it was made."""
    laid = replace(
        base, namespace=said.get("namespace") or base.namespace, size=said.get("size") or base.size,
        files=(*base.files, *said.get("file", ())), sets=tuple(said.get("set_", ())),
    )  # fmt: skip
    composed = compose.compose(base)
    report.add(judge.of_charts(archive, composed))
    if report.exit_code:
        report.add([validate.skipped("the stack in it", "the charts above come first")])
        return Validated(report, composed)
    result = validate.stack(laid, say, command=command)
    if result.stack and result.rendered and not result.rendered.unrendered:
        alone = result if laid == base else validate.stack(base, say)
        if alone.rendered:
            result.report.add(judge.of_render(archive, record.digest(alone.rendered)))
        result.report.add(judge.of_images(archive, making.images(result.stack, result.rendered)))
    return result


def _agree(archive: Archive, said: Mapping[str, Any]) -> None:
    stack = archive.manifest["stack"]
    has = {"guide": stack["guide"], "env": stack["environment"]}
    has |= {axis: stack["components"].get(folder, "") for axis, folder in catalogue.AXES.items()}
    for flag in CHOSEN:
        if said.get(flag) and said[flag] != has[flag]:
            raise CannotAnswer(
                f"the bundle is of --{flag} {has[flag]}, not {said[flag]}",
                why="its charts and its list of images are of that choice alone",
                write=f"without --{flag}; or another bundle: invoke bundle --{flag} {said[flag]}",
            )


def _unpacked(archive: Archive) -> Path:
    """The folder of the cache with the bundle's settings, charts and prerequisites, as they are in the bundle."""
    folder = judge.folder(archive)
    wanted = [name for name in archive.members if name == making.OVERRIDES or name.startswith((making.PINNED, FOLDER))]
    if archive.unpacked(folder, wanted):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fresh-") as here:
        archive.unpack(Path(here) / "new", wanted)
        if folder.exists():
            folder.rename(Path(here) / "old")
        (Path(here) / "new").rename(folder)
    return folder
