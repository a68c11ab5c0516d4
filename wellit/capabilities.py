"""What each published upstream release accepts: the data of schemas/capabilities, merged for one version.

A file there belongs to a chart (``chart:``, by version) or to an image (``component:``, by release). Its `contract` is
a list of changes; the contract of a version is every entry up to it, merged per top-level field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from wellit import errors, paths, remembered
from wellit.images import Image as Image
from wellit.semver import Order, order


@dataclass(frozen=True, repr=False)
class Contract(Mapping[str, Any]):
    """The facts of one release, by field name; lists are tuples and nothing in it can be changed.

    `of` is the chart or the component, `version` the release as it was published, `narrows` says which facts narrow
    the schema of the chart's values (wellit.values_schema), `moved` which of its keys were renamed or taken away.
    """

    of: str
    version: str
    facts: Mapping[str, Any]
    evidence: Mapping[str, Any] = field(default_factory=dict)
    narrows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    moved: tuple[Mapping[str, Any], ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def __repr__(self) -> str:
        return f"Contract({self.of} {self.version})"

    def group(self, prefix: str) -> dict[str, Any]:
        """The facts named ``PREFIX.NAME``, by NAME: ``group("closed")``, ``group("feature")``."""
        return {name[len(prefix) + 1 :]: fact for name, fact in self.items() if name.startswith(prefix + ".")}

    def known_by(self, name: str) -> tuple[Literal["asked", "read"], str]:
        """How the fact `name` is known - asked of the program, or read in its source - and a note on it."""
        mark = self.evidence.get(name) or self.evidence[name.partition(".")[0]]
        return mark["how"], mark["note"]


Release = Contract


@dataclass(frozen=True)
class Unknown:
    """A release that cannot be told from the image's name; `reason` is a clause for a finding. It is false."""

    reason: str

    def __bool__(self) -> Literal[False]:
        return False


def contract(chart: str, version: str, *, folder: Path | None = None) -> Contract:
    """What `chart` accepts at `version` (``v0.3.8`` or ``0.3.8``).

    Raises CannotAnswer when the chart or the version is unknown, with the nearest versions that were published.
    """
    file = _chart(folder or paths.CAPABILITIES, chart)
    wanted = order(version)
    if wanted is None:
        newest = ", ".join(reversed(file.versions[-3:]))
        raise errors.CannotAnswer(
            f'unknown version of {chart} "{version}"', why="a version reads like v1.2.3",
            write=f"{file.versions[-1]}; the newest known: {newest}",
        )  # fmt: skip
    published = file.by_order.get(wanted)
    if between := file.before(wanted) if published is None else "":
        return replace(_merged(file, between), version=version.strip())
    if published is None:
        raise _no_such_version(file, version, wanted)
    return _merged(file, published)


def versions(chart: str, *, folder: Path | None = None) -> tuple[str, ...]:
    """Every published version of `chart`, oldest first. Raises CannotAnswer for an unknown chart."""
    return _chart(folder or paths.CAPABILITIES, chart).versions


def file(chart: str, *, folder: Path | None = None) -> Path:
    """The file that has the data of `chart`. Raises CannotAnswer for an unknown chart."""
    return _chart(folder or paths.CAPABILITIES, chart).path


def charts(*, folder: Path | None = None) -> tuple[str, ...]:
    """The charts there is data for."""
    names = (_read(path) for path in sorted((folder or paths.CAPABILITIES).glob("*.yaml")))
    return tuple(str(file.data["chart"]) for file in names if "chart" in file.data)


def picker(image: str, *, folder: Path | None = None) -> Release | Unknown:
    """The release of an endpoint picker's `image`: llm-d's own, or upstream's."""
    return release("picker", image, folder=folder)


def routing_proxy(image: str, *, folder: Path | None = None) -> Release | Unknown:
    """The release of a routing proxy's `image`, under its old or its new name."""
    return release("routing-proxy", image, folder=folder)


def release(component: str, image: str, *, folder: Path | None = None) -> Release | Unknown:
    """The release of `component` in `image`, or why it cannot be told: another repository, a tag that moves."""
    wanted = Image.parse(image)
    for path in sorted((folder or paths.CAPABILITIES).glob(f"{component}*.yaml")):
        file = _read(path)
        ours = [known for known in file.data["images"] if wanted.is_of(known["repository"])]
        if ours:
            return _release(file, wanted, ours[0])
    return Unknown(f"{image or 'no image'} is not a {component} image that wellit knows")


def published(component: str, *, folder: Path | None = None) -> tuple[tuple[str, Release], ...]:
    """Every release of `component` with the image it was published as (``repository:tag``), by file, oldest first."""
    files = [_read(path) for path in sorted((folder or paths.CAPABILITIES).glob(f"{component}*.yaml"))]
    images = [(file, known) for file in files for known in file.data["images"]]
    return tuple(
        (f"{of['repository']}:{tag}", _merged(file, tag)) for file, of in images for tag in _published_as(file, of)
    )


class _File:
    """One capability file."""

    def __init__(self, path: Path, data: Mapping[str, Any]) -> None:
        self.path = path
        self.data = data
        self.name = str(data.get("chart") or data["component"])
        self.versions: tuple[str, ...] = tuple(data["versions"])
        self.by_order = {key: version for version in self.versions if (key := order(version))}

    @cached_property
    def frozen(self) -> Mapping[str, Any]:
        """The data as nobody can change it: what releases have in common is there once."""
        frozen: Mapping[str, Any] = _frozen(self.data)
        return frozen

    def before(self, wanted: Order) -> str:
        """The release whose facts hold for one that is not listed, where only those that changed something are."""
        below = [key for key in self.by_order if key < wanted] if self.data.get("onlyChanges") else []
        return self.by_order[max(below)] if below and wanted[:2] <= max(self.by_order)[:2] else ""


@lru_cache(maxsize=64)
def _read(path: Path) -> _File:
    import yaml

    try:
        data = remembered.data(path)
    except yaml.YAMLError as error:
        raise errors.CannotAnswer(f"broken capability data: {error}", where=paths.shown(path)) from error
    file = _File(path, data)
    if unlisted := [entry["since"] for entry in data["contract"] if entry["since"] not in file.versions]:
        message = f'since "{unlisted[0]}" is not one of the versions'
        raise errors.CannotAnswer(message, where=paths.shown(path), write="add it to `versions`")
    return file


@cache
def _chart(folder: Path, chart: str) -> _File:
    if chart not in (known := charts(folder=folder)):
        raise errors.unknown("chart", chart, known)
    return _read(folder / f"{chart}.yaml")


@cache
def _merged(file: _File, version: str) -> Contract:
    older = set(file.versions[: file.versions.index(version) + 1])
    facts: dict[str, Any] = {}
    for entry in file.frozen["contract"]:
        if entry["since"] in older:
            facts |= entry
    facts.pop("since", None)
    base = _stands_on(file, facts)
    evidence, narrows = (file.frozen.get(name, MappingProxyType({})) for name in ("evidence", "narrows"))
    if base:
        facts, evidence = {**base.facts, **facts}, {**base.evidence, **evidence}
    return Contract(file.name, version, MappingProxyType(facts), evidence, narrows, file.frozen.get("moved", ()))


def _stands_on(file: _File, facts: Mapping[str, Any]) -> Contract | None:
    """The release of another file whose facts hold where this one says nothing: `standsOn` names file and fact."""
    how = file.data.get("standsOn")
    if how is None:
        return None
    named = facts[how["by"]]
    return _merged(_read(file.path.parent / f"{how['file']}.yaml"), how["instead"].get(named, named))


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _no_such_version(file: _File, version: str, wanted: Order) -> errors.CannotAnswer:
    if wanted > max(file.by_order):
        return errors.CannotAnswer(
            f"{file.name} {version} is newer than the newest version known, {file.versions[-1]}",
            why=str(file.data.get("afterNewest", "what it accepts is not known")),
            write=f"{file.versions[-1]}, or add it to {paths.shown(file.path)}, with what it changes",
        )
    below = [name for key, name in file.by_order.items() if key < wanted]
    above = [name for key, name in file.by_order.items() if key > wanted]
    return errors.unknown(
        f"version of {file.name}", version, [*below[-2:], *above[:2]], why="no such version was published"
    )


def _release(file: _File, image: Image, known: Mapping[str, str]) -> Release | Unknown:
    if image.unnamed:
        return Unknown(f"{image.text}: {image.unnamed}")
    if image.tag not in file.versions:
        return Unknown(f"{image.text}: {_tag_trouble(file, image.tag)}")
    if image.tag not in _published_as(file, known):
        named = next(other["repository"] for other in file.data["images"] if image.tag in _published_as(file, other))
        return Unknown(f"{image.text}: that release was published as {named}:{image.tag}")
    return _merged(file, image.tag)


def _published_as(file: _File, known: Mapping[str, str]) -> tuple[str, ...]:
    first = file.versions.index(known.get("since", file.versions[0]))
    last = file.versions.index(known.get("until", file.versions[-1]))
    return file.versions[first : last + 1]


def _tag_trouble(file: _File, tag: str) -> str:
    key = order(tag)
    if key is None:
        return "what this tag points to can change"
    if key in file.by_order:
        return f"no such tag was published; {file.by_order[key]} was"
    return f"wellit does not know this release; the newest it knows is {file.versions[-1]}"
