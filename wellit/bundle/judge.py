"""What is wrong with a bundle that is whole: held against this checkout, and against what is rendered of it here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wellit import __version__, charts, paths, publishers
from wellit.bundle import extras, recipe
from wellit.bundle.archive import Archive, found
from wellit.bundle.making import LINES, PINNED
from wellit.bundlekinds import CHART, ENVIRONMENT, GUARDED, IMAGES, NEEDS, OTHER, RENDERS
from wellit.compose import Stack
from wellit.findings import Check, Finding
from wellit.images import Image

TRAINS = "environments/versions"


def beside(archive: Archive) -> Iterator[Finding]:
    """Against the files of this checkout, before anything is composed."""
    said = archive.manifest["stack"]
    members = {name: digest for name, digest in archive.members.items() if name.startswith(recipe.PREFIX)}
    differing = recipe.differing(members)
    own = f"environments/{said['environment']}.yaml"
    if said.get("own") and own in differing:
        there = (paths.ROOT / own).exists()
        state = "is another one in this checkout" if there else "is not in this checkout"
        write = f"tar -xOf {archive.name} {recipe.PREFIX}{own} > {paths.shown(paths.ROOT / own)}"
        yield found(ENVIRONMENT, archive.file, recipe.PREFIX + own, f"{own} {state}", write)
    version = str(archive.manifest["wellit"])
    others = [name for name in differing if name != own or not said.get("own")]
    if version == __version__ and not others:
        return
    told = [f"by wellit {version}, this is {__version__}"] if version != __version__ else []
    told += [f"from other files: {', '.join(others[:5])}{' and more' if len(others) > 5 else ''}"] if others else []
    yield found(OTHER, archive.file, "", f"the bundle was made {'; '.join(told)}")


def of_charts(archive: Archive, stack: Stack) -> Iterator[Finding]:
    """Whether upstream's charts are in it, and those that the train of this checkout pins."""
    for part in charts.wanted(stack):
        about = stack.values["versions"]["charts"][part]
        name = f"charts/{charts.packaged(about)}"
        if name not in archive.members:
            write = "invoke bundle again, with the same choices"
            yield found(CHART, archive.file, name, f"the bundle has no {about['name']} {about['version']}", write)
        elif about["digest"] and about["digest"] != f"sha256:{archive.members[name]}":
            message = f"{name} is not the chart that the release train pins"
            why = f"its digest is sha256:{archive.members[name]}, the version train has {about['digest']}"
            write = f"a bundle with that one; or versions.charts.{part}.digest, if the new one is right"
            yield found(CHART, archive.file, name, message, write, why)


def unpinned(stack: Stack, members: Mapping[str, str]) -> list[str]:
    """The charts among a bundle's members that no digest of the release train guards, with what each has there."""
    told = []
    for part in charts.wanted(stack):
        about = stack.values["versions"]["charts"][part]
        name = PINNED + charts.packaged(about)
        if name in members and not about["digest"]:
            told.append(f"{about['name']} {about['version']} ({members[name]}; versions.charts.{part}.digest)")
    for step in extras.steps(stack):
        name = extras.FOLDER + publishers.kept_as(step.about, step.version)
        if name in members and not step.digest:
            pin = f"versions.providerDigests.{step.release}"
            told.append(f"{step.about['name']} {step.version} ({members[name]}; {pin})")
    return told


def guarded(stack: Stack, members: Mapping[str, str]) -> Check:
    """WL660: whether another chart under the name of one of these would be noticed."""
    title = "a digest of the release train guards every chart in the bundle"
    if told := unpinned(stack, members):
        detail = f"{stack.values['versions']['name']} has none for {'; '.join(told)}: any chart of that name is taken"
        fix = f"compare each with what its publisher says, then write it into {TRAINS}, at the setting beside it"
        return Check(GUARDED, title, "warn", detail, fix)
    return Check(GUARDED, title, "pass")


def of_render(archive: Archive, digest: str) -> Iterator[Finding]:
    """Whether the same manifests are made of it here."""
    if digest != archive.manifest["rendered"]:
        message = "this wellit makes other manifests of it than the one that made the bundle"
        yield found(
            RENDERS, archive.file, "manifests.yaml", message, "the checkout that made it, or a bundle of this one"
        )


def of_images(archive: Archive, wanted: list[str]) -> Iterator[Finding]:
    """Whether every image is listed, by its path and release: a mirror has another registry's name before them."""
    listed = [Image.parse(line) for line in archive.text(LINES).splitlines()]
    for name in wanted:
        image = Image.parse(name)
        if not any(_same(image, one) for one in listed):
            write = "invoke bundle again, with the same settings"
            yield found(IMAGES, archive.file, LINES, f"the image {name} is not in the bundle's list", write)


def needs(manifest: Mapping[str, Any]) -> Check:
    """What the cluster must have before, and whether the bundle brings it."""
    title = "what the stack needs of the cluster is in the bundle"
    steps = manifest["prerequisites"]
    lacking = [f"{one['what']} {one['version']} ({one['lacks']})".replace("  ", " ") for one in steps if one["lacks"]]
    if lacking:
        fix = "the cluster must have them already; or invoke bundle where they can be fetched"
        return Check(NEEDS, title, "warn", f"not in it: {'; '.join(lacking)}", fix)
    brought = ", ".join(f"{one['what']} {one['version']}" for one in steps)
    return Check(NEEDS, title, "pass", brought or "nothing but Kubernetes itself")


def _same(image: Image, other: Image) -> bool:
    paths_ = (image.path, other.path)
    mirrored = any(one == two or one.endswith(f"/{two}") for one, two in (paths_, paths_[::-1]))
    return mirrored and (image.tag, image.digest) == (other.tag, other.digest)


def folder(archive: Archive) -> Path:
    """Where the cache keeps what was unpacked of it."""
    return paths.cache() / "bundles" / archive.digest[:16]
