"""How an engine gets all that llm-d has: the roads of guides/ways.yaml, and how far each of them leads today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit import capabilities, catalogue, remembered, support, ways
from wellit.images import Image
from wellit.offers import SUBJECTS, Offer, offer
from wellit.paths import GUIDES, shown
from wellit.support import Data

PART, UNKNOWN = "part", "not known"


@dataclass(frozen=True)
class Road:
    """One of them for one engine. `word` says how far it leads; `now` how things stand; `beside`: it is no llm-d's.

    `words` are those behind a task that take it; none when no guide here does.
    """

    title: str
    beside: bool
    offer: Offer
    word: str
    now: str
    words: str = ""
    references: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def command(self, task: str = "install") -> str:
        return f"invoke {task} {self.words}" if self.words else ""

    @property
    def works(self) -> tuple[str, ...]:
        """The subjects of which it does something; none of a road of which nobody knows whether it leads anywhere."""
        if self.word == UNKNOWN:
            return ()
        return tuple(SUBJECTS[name] for name, said in self.offer.facts.items() if said.startswith("yes"))


def wanting() -> list[str]:
    """The engines that llm-d's charts carry in part: who wants one of them asks for the road."""
    names = catalogue.component_names("engine")
    return [name for name in names if support.data(name)["status"]["llm-d"]["has"] == PART]


def roads(engine: str) -> list[Road]:
    """The roads of one engine, in the order of the file; without those that it has not."""
    listed = remembered.data(GUIDES / "ways.yaml")["roads"]
    return [road for entry in listed for road in _BY[entry["by"]](entry, offer(engine, ways.way(entry["way"])))]


def _way(entry: Data, offered: Offer) -> Iterator[Road]:
    """What a way does for it, as a whole."""
    yield Road(
        entry["title"], entry["beside"], offered, offered.cell, offered.note, _words(offered), offered.references,
        offered.missing,
    )  # fmt: skip


def _model_command(entry: Data, offered: Offer) -> Iterator[Road]:
    """By a word that the chart knows: which release has it, and how it is done without."""
    now = _of_chart(support.data(offered.engine), offered.train)
    yield Road(
        entry["title"], entry["beside"], offered, offered.word, now, _words(offered), offered.references,
        offered.missing,
    )  # fmt: skip


def _of_chart(engine: Data, train: str) -> str:
    """Which releases of the model servers' chart have the word that the engine waits for."""
    chart = catalogue.component_data("versions", train)["charts"]["modelservice"]
    name, wanted, newest = chart["name"], engine["modelCommands"][0], capabilities.versions(chart["name"])[-1]
    having = [version for version in capabilities.versions(name) if _starts(name, version, wanted)]
    if chart["version"] in having:
        return f"{name} {chart['version']} has {wanted}"
    if having:
        return f"{name} has {wanted} from {having[0]} on, and no train here has that release"
    if wanted in capabilities.contract(name, newest)["modelCommands"]:
        return f"no release of {name} up to {newest} has a word for it; {wanted} takes the place of one"
    return (
        f"not yet: no release of {name} up to {newest} has {wanted}. The day one has, a line {wanted} in "
        f"{shown(capabilities.file(name))} switches it on in every guide; until then {support.started(engine, train)}"
    )


def _build(entry: Data, offered: Offer) -> Iterator[Road]:
    """In an image that is another engine's and is said to carry this one too."""
    engine = support.data(offered.engine)
    for name, build in engine["builds"].items():
        image = f"{build['image']}:{build['tag']}"
        if not any(Image.parse(image).is_of(known) for known in engine.get("perhapsIn", ())):
            continue
        now = (
            f"{image}, with the command {' '.join(engine['command'])}; it is said to carry {engine['title']}, and "
            "then does all that the engine's own image does"
        )
        words = f"{_words(offered)} --set build={name}" if offered.uses else ""
        lacks = (f"whether {image} has {engine['title']} in it, nobody has looked", *offered.missing)
        yield Road(entry["title"], entry["beside"], offered, UNKNOWN, now, words, offered.references, lacks)


_BY: Mapping[str, Any] = {"way": _way, "modelCommand": _model_command, "build": _build}


def _words(offered: Offer) -> str:
    return offered.uses[0].words if offered.uses else ""


def _starts(chart: str, version: str, word: str) -> bool:
    """Whether a release of the chart has this modelCommand and brings the command itself."""
    known = capabilities.contract(chart, version)["modelCommands"]
    return word in known and bool(known[word]["injects"])
