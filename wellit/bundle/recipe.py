"""The files of the checkout that a stack is made from: what helmfile reads, so that a bundle is one for it, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wellit import catalogue, paths, remembered
from wellit.compose import Stack
from wellit.render import Rendered

PREFIX = "stack/"


def files(stack: Stack, rendered: Rendered) -> dict[str, Path]:
    """The name in the bundle of each file, and where it is.

    Of a person's own environments only the one that was chosen; of the charts only those that are installed.
    """
    shared = [entry for entry in paths.GUIDES.iterdir() if not (entry / "guide.yaml").exists()]
    found = [*remembered.below(stack.folder, paths.CAPABILITIES, *(one for one in shared if one.is_dir()))]
    found += [one for one in shared if one.is_file()]
    found += [one for one in remembered.below(paths.ENVIRONMENTS) if not _anothers(one, stack)]
    found += remembered.below(*(paths.CHARTS / name for name in _charts(stack, rendered)))
    return {named(file): file for file in sorted(found)}


def named(file: Path) -> str:
    """What a file of the checkout is called in a bundle."""
    return PREFIX + file.relative_to(paths.ROOT).as_posix()


def differing(members: dict[str, str]) -> list[str]:
    """The files of a bundle (with their checksums) that this checkout does not have, or has otherwise."""
    here = dict(remembered.contents(paths.ROOT / name.removeprefix(PREFIX) for name in members))
    return [
        name.removeprefix(PREFIX)
        for name, digest in members.items()
        if here[str(paths.ROOT / name.removeprefix(PREFIX))] != digest
    ]


def environment(stack: Stack) -> Path | None:
    """The file of the chosen environment, when it is a person's own."""
    return paths.ENVIRONMENTS / f"{stack.environment}.yaml" if catalogue.is_own(stack.file) else None


def _anothers(file: Path, stack: Stack) -> bool:
    if file.parent != paths.ENVIRONMENTS or file.suffix != ".yaml" or file.stem == stack.environment:
        return False
    return file.stem in catalogue.environment_names() and catalogue.is_own(catalogue.environment_source(file.stem))


def _charts(stack: Stack, rendered: Rendered) -> Iterator[str]:
    """The folders of charts/ that the releases are of; parts whose chart nobody chooses have one of their name."""
    for part in dict.fromkeys(release.part for release in rendered.releases):
        if part in rendered.charts:
            continue
        said = stack.values["charts"].get(part)
        path = (stack.folder / said).resolve() if said else paths.CHARTS / part
        if path.parent == paths.CHARTS.resolve():
            yield path.name
