"""What rules judge: the settings of a stack; or the chart values of releases, and the objects rendered from them.

A Subject comes from a stack before and after it is rendered (wellit.validate) or, by from_values, from anybody's
values files with Python alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from wellit import capabilities, source
from wellit.capabilities import Contract
from wellit.errors import CannotAnswer, unknown
from wellit.findings import Finding, Location
from wellit.nested import Nested
from wellit.node import Also, Node
from wellit.source import BadSource, Keys, Source

MODELSERVICE = "llm-d-modelservice"
INFERENCEPOOL = "inferencepool"
INFRA = "llm-d-infra"
ISTIOD = "istiod"  # of Istio: only what its pools and pickers need is looked at
DYNAMO = "dynamo"  # the chart of a graph; its version is Dynamo's
KSERVE = "kserve"  # the chart of an LLMInferenceService; its version is KServe's
CHARTS = (MODELSERVICE, INFERENCEPOOL, INFRA, ISTIOD, DYNAMO, KSERVE)
DECODE, PREFILL = "decode", "prefill"
ROLES = (DECODE, PREFILL)  # of the pods that MODELSERVICE makes
ROLE = "llm-d.ai/role"  # the label that says it
SETTINGS = "settings"  # no chart: what a stack is composed of, before it is rendered
OBJECTS = "objects"  # no chart: rendered objects themselves
T = TypeVar("T")


def _nothing_more(_keys: Keys) -> Also:
    return ()


def _as_it_is(keys: Keys) -> Keys:
    return keys


@dataclass(frozen=True, eq=False)
class Release:
    """The chart values of one release. For `locate`, `also`, `path` and `read` see node.Owner.

    `contract` is given for values that were read back from rendered objects (wellit.inputs.manifests): nobody wrote
    them for a chart, so what a chart accepts, adds or names otherwise is no question of theirs. `source` is the file.
    `named` is false where nobody said the release's name, and `name` is its file's.
    """

    name: str
    chart: str
    version: str
    values: Mapping[str, Any]
    locate: Callable[[Keys], Location]
    also: Callable[[Keys], Also] = _nothing_more
    read: set[Keys] = field(default_factory=set, repr=False)
    namespace: str = ""
    contract: Contract | None = None
    path: Callable[[Keys], Keys] = _as_it_is
    source: Source | None = None
    named: bool = True

    @cached_property
    def root(self) -> Node:
        return Node(self, (), self.values)

    @cached_property
    def facts(self) -> Contract:
        """What this version of the chart accepts and makes (schemas/capabilities)."""
        return self.contract or capabilities.contract(self.chart, self.version)

    @property
    def of_objects(self) -> bool:
        """Whether the values were read back from rendered objects: rules about keys of a chart leave them alone."""
        return self.contract is not None

    @property
    def label(self) -> str:
        """The chart and version as --chart takes them."""
        return f"{self.chart}@{self.version}"


@dataclass(frozen=True, eq=False)
class Settings:
    """The merged settings of a stack. `layer_of` numbers who wrote one, later writers higher; -1 when nobody did.

    `by_guide` tells whether that was guide.yaml itself. For `locate`, `also` and `read` see node.Owner.
    """

    values: Mapping[str, Any]
    locate: Callable[[Keys], Location]
    layer_of: Callable[[Keys], int]
    by_guide: Callable[[Keys], bool]
    also: Callable[[Keys], Also] = _nothing_more
    read: set[Keys] = field(default_factory=set, repr=False)
    path: Callable[[Keys], Keys] = _as_it_is

    @cached_property
    def root(self) -> Node:
        return Node(self, (), self.values)

    def last(self, *nodes: Node) -> Node:
        """Of several settings the one that was written last, the first of those written together."""
        return max(nodes, key=lambda node: self.layer_of(node.keys))


@dataclass(frozen=True, eq=False)
class Manifest:
    """One rendered object, and the release it came from. `place` finds its lines when it stands in a file."""

    release: str
    object: Mapping[str, Any]
    read: set[Keys] = field(default_factory=set, repr=False)
    place: Callable[[Keys], Location] | None = None
    path: Callable[[Keys], Keys] = _as_it_is
    source: Source | None = None

    @property
    def title(self) -> str:
        meta = self.object.get("metadata")
        name = meta.get("name", "?") if isinstance(meta, Mapping) else "?"
        return f"{self.object.get('kind', '?')}/{name}"

    @cached_property
    def root(self) -> Node:
        return Node(self, (), self.object)

    def locate(self, keys: Keys) -> Location:
        """The line of the file; for an object that stands in none its name."""
        return self.place(keys) if self.place else Location(f"rendered {self.title} of {self.release}")

    def also(self, _keys: Keys) -> Also:
        return ()


@dataclass(frozen=True, eq=False)
class Subject:
    """Everything that is judged together: `settings` alone, or releases with `manifests`, None when not rendered.

    `unreadable` are the files that could not be read at all.
    """

    releases: tuple[Release, ...]
    manifests: tuple[Manifest, ...] | None = None
    unreadable: tuple[Finding, ...] = ()
    # Whether the values came out of templates that had been rendered; in a file of a person's they have not.
    rendered: bool = False
    settings: Settings | None = None
    # Further files that the values come from, for the comments in them.
    files: tuple[Source, ...] = ()
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def once(self, make: Callable[[Subject], T]) -> T:
        """What `make` makes of this subject, made when first asked for and kept: rules look at the same things."""
        if make not in self._kept:
            self._kept[make] = make(self)
        made: T = self._kept[make]
        return made

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the files that all this stands in, by name."""
        sources = [*(one.source for one in self.releases), *(one.source for one in self.manifests or ()), *self.files]
        return {source.name: source.text for source in sources if source}

    def of(self, *charts: str) -> Iterator[Release]:
        """The releases of these charts, in order."""
        return (release for release in self.releases if release.chart in charts)


def from_values(files: Iterable[tuple[str, str]]) -> Subject:
    """Read values files, each with its ``chart@version``, to be judged together.

    A file that cannot be read becomes a finding of `unreadable`. Raises CannotAnswer for a chart or a version that is
    not known.
    """
    releases: list[Release] = []
    unreadable: list[Finding] = []
    for path, word in files:
        chart, version = chart_version(word)
        try:
            read = source.load(Path(path), path)
            releases.append(from_source(read, chart, version))
        except BadSource as bad:
            unreadable.append(bad.finding)
    return Subject(tuple(releases), unreadable=tuple(unreadable))


def from_source(read: source.Source, chart: str, version: str, name: str = "") -> Release:
    """One release from a values file that has been read. Raises BadSource when it is not a map."""
    if read.data is not None and not isinstance(read.data, dict):
        raise BadSource(
            Finding(
                "WL002", "yaml", "error", "a values file is a map, not a list or a word",
                Location(read.name, 1, 1, 1, read.lines[0] if read.lines else ""), write="key: value",
            )
        )  # fmt: skip
    named, name = bool(name), name or Path(read.name).stem
    return Release(name, chart, version, read.data or {}, Nested(read).at, source=read, named=named)


def chart_version(word: str) -> tuple[str, str]:
    """``llm-d-modelservice@v0.3.8`` as (chart, version). Raises CannotAnswer when one of them is not known."""
    chart, _, version = word.partition("@")
    if chart not in CHARTS:
        raise unknown("chart", chart, CHARTS)
    if not version:
        known = capabilities.versions(chart)
        raise CannotAnswer(
            f"--chart {chart} does not say which version",
            why="what a chart accepts differs between its versions; helm list shows which one is installed",
            write=f"--chart {chart}@{known[-1]}; the newest known: {', '.join(reversed(known[-3:]))}",
        )
    return chart, capabilities.contract(chart, version).version
