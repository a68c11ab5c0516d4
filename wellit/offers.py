"""What each way of making a stack does for an engine, subject by subject; and the guides and commands that do it.

Nothing is written down here: it follows from guides/ways.yaml (`says`), the trains, the engines' files, the guides and
schemas/capabilities, on the newest train of each way.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellit import catalogue, cells, support, ways
from wellit.source import Source
from wellit.support import Data, Standing
from wellit.ways import Way

# What is said of each way and engine, in this order, and what a person reads before it.
SUBJECTS = {
    "image": "image", "started": "started", "proxy": "routing proxy", "pool": "pool and picker",
    "shared": "one pool with others", "metrics": "picker is told", "split": "P/D",
    "guessed": "approximate prefixes", "told": "precise prefixes", "nodes": "several nodes",
    "local": "without Kubernetes",
}  # fmt: skip
UNKNOWN = "not written down here"
# What a guide promises of its router, which smoke looks for.
PROMISES = {
    "spreads": "load is spread",
    "prefix": "a prefix stays with its server",
    "disaggregates": "prefill and decode share the work",
}
_FIELD = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True)
class Use:
    """One guide that takes the engine: its environments that have it, and the shortest words that choose it."""

    guide: str
    standing: Standing
    environments: tuple[str, ...]
    words: str

    def command(self, task: str = "install") -> str:
        return f"invoke {task} {self.words}"


@dataclass(frozen=True)
class Offer:
    """What one way does for one engine. `lack` says why nothing; `has`, `note` and `references` are upstream's."""

    way: Way
    engine: str
    title: str
    train: str
    lack: str
    facts: Mapping[str, str]
    has: str
    note: str
    references: tuple[str, ...]
    uses: tuple[Use, ...]
    refused: tuple[Standing, ...]

    @property
    def cell(self) -> str:
        """How far it goes, in a word or two: here, and upstream where that is something else."""
        return self.word if self.has in ("", self.word) else f"{self.word}, upstream {self.has}"

    @property
    def word(self) -> str:
        """How far its guides here carry the engine: full, part or none."""
        words = {use.standing.word for use in self.uses}
        return "full" if "full" in words else "part" if words else "none"

    @property
    def missing(self) -> tuple[str, ...]:
        """What it has not, in any guide that takes it; why it has nothing, where none does."""
        found = [reason for use in self.uses for reason in use.standing.missing]
        return tuple(dict.fromkeys(found)) if self.uses else tuple(filter(None, [self.lack]))


@functools.cache
def offers(way: Way) -> tuple[Offer, ...]:
    """What a way does for each engine, on its newest train."""
    return tuple(offer(name, way) for name in catalogue.component_names("engine"))


def offer(name: str, way: Way, train: str = "") -> Offer:
    """What a way does for one engine, on its newest train or on another one of its own."""
    engine, train = support.data(name), train or support.trains(way)[0]
    own = cells.started(engine, way)
    lack = "" if own else cells.lack(engine, way.engine)
    guides = [guide for guide in map(catalogue.guide_source, catalogue.guide_names()) if catalogue.way_of(guide) == way]
    standings = [(guide, support.standing(guide, name, train)) for guide in guides]
    uses = tuple(_use(guide, name, found) for guide, found in standings if not found.refused)
    status = engine["status"].get(way.name, {})
    return Offer(
        way, name, engine["title"], train, lack,
        {} if lack else facts(engine, way, train),
        status.get("has", ""), status.get("note", "nothing is known"), tuple(status.get("references", ())),
        uses, tuple(found for _, found in standings if found.refused),
    )  # fmt: skip


def facts(engine: Data, way: Way, train: str) -> dict[str, str]:
    """By subject, what a way does for an engine that it starts."""
    about = _about(engine, way, train)
    said = {subject: _said(words, about) for subject, words in way.says.items()}
    known = (_by_block if way.engine else _by_charts)(engine, way, train) | said
    return {subject: known.get(subject, UNKNOWN) for subject in SUBJECTS}


def _by_charts(engine: Data, _: Way, train: str) -> dict[str, str]:
    return {
        "image": support.image(engine, train), "started": support.started(engine, train),
        "proxy": support.proxy(engine, train), "shared": support.pool(engine, train),
        "metrics": support.metrics(engine, train), "split": support.split(engine, train),
        "told": support.prefixes(engine, train),
    }  # fmt: skip


def _by_block(engine: Data, way: Way, train: str) -> dict[str, str]:
    """Of an engine whose file has an image and a command of its own for the way."""
    own = cells.started(engine, way)
    image = {"image": support.image_of(own, way, train)}
    return image | ({"started": " ".join(own["command"])} if own["command"] else {})


def _about(engine: Data, way: Way, train: str) -> dict[str, Any]:
    """What the words of a way may name."""
    versions = catalogue.component_data("versions", train)
    about: dict[str, Any] = {"train": versions, "engine": engine, "own": cells.started(engine, way)}
    return about | ({"contract": support.contract_of(way, train)} if way.name in versions["charts"] else {})


def _said(words: Any, about: Data) -> str:
    """The words of a way with what they name filled in. Raises KeyError for what is not there."""
    if isinstance(words, Mapping):
        words = words["with" if _there(words["of"], about) else "without"]
    return _FIELD.sub(lambda found: _shown(_at(found[1], about)), str(words))


def _there(path: str, about: Data) -> bool:
    try:
        return bool(_at(path, about))
    except (KeyError, TypeError):
        return False


def _at(path: str, about: Any) -> Any:
    for key in path.split("."):
        about = about[key]
    return about


def _shown(value: Any) -> str:
    """Words of a command line with blanks, a map by its keys."""
    return ", ".join(value) if isinstance(value, Mapping) else str(value) if isinstance(value, str) else _listed(value)


def _listed(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _use(guide: Source, name: str, standing: Standing) -> Use:
    listed = {each: _engines(each) for each in catalogue.environments_of(guide)}
    own = tuple(each for each, engines in listed.items() if name in engines)
    first = own[0] if own else next(iter(listed))
    together = "+".join(support.cell(guide, name).engines)
    words = f"-g {guide.data['name']} -e {first}" + ("" if own else f" --engine {together}")
    return Use(guide.data["name"], standing, own, words)


def _engines(environment: str) -> list[str]:
    components = catalogue.environment_source(environment).data["components"]
    return [entry.partition("/")[2] for entry in components if entry.startswith("engines/")]


def every() -> tuple[tuple[Way, tuple[Offer, ...]], ...]:
    """Every way with what it does for each engine, in the order of guides/ways.yaml."""
    return tuple((way, offers(way)) for way in ways.ways().values())
