"""The ways, the roads and the settings of every guide as rows of a document's tables (wellit.docs)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wellit import capabilities, catalogue, offers, roads, support
from wellit.offers import SUBJECTS, Offer
from wellit.roads import Road
from wellit.schema.walk import Node, document
from wellit.source import Keys, dotted

Row = tuple[str, ...]
Table = tuple[Row, list[Row]]
"""The head, and the rows below it."""


def ways() -> Table:
    """How far each way carries each engine, and the guides that do it."""
    names = catalogue.component_names("engine")
    head = ("way", *(f"{support.data(name)['title']}<br>`--engine {name}`" for name in names))
    return head, [(f"{way.title}: {way.summary}", *map(_cell, of)) for way, of in offers.every()]


def _cell(each: Offer) -> str:
    by = ", ".join(use.guide for use in each.uses)
    return f"**{each.cell}**: {each.note}" + (f"<br>{by}" if by else "")


def roads_of(engine: str) -> Table:
    """The answer to "fully on llm-d: how?"."""
    head = ("", f"{support.data(engine)['title']} by", "today", "works", "does not", "command", "see")
    return head, [_road(number, road) for number, road in enumerate(roads.roads(engine), 1)]


def _road(number: int, road: Road) -> Row:
    title = f"{road.title}, beside llm-d" if road.beside else road.title
    command = f"`scripts/{road.command()}`" if road.words else "none here"
    guides = ", ".join(use.guide for use in road.offer.uses)
    works = "<br>".join(filter(None, [", ".join(road.works), guides]))
    return (
        str(number),
        title,
        f"**{road.word}**: {road.now}",
        works,
        "; ".join(road.lacks),
        command,
        _links(road.references),
    )


def in_full(of: Sequence[Offer]) -> Table:
    """What one way does for each engine, subject by subject."""
    rows = [(label, *(each.facts.get(subject, "-") for each in of)) for subject, label in SUBJECTS.items()]
    rows += [("upstream", *(f"{each.has or 'none'}: {each.note}" for each in of))]
    rows += [("see", *(_links(each.references) for each in of))]
    rows += [("missing here", *("; ".join(each.missing) or "-" for each in of))]
    rows += [("command", *("<br>".join(f"`{use.command()}`" for use in each.uses) or "-" for each in of))]
    return (f"on {of[0].train}", *(each.title for each in of)), rows


def settings() -> Table:
    """The settings of every guide, with what each is when nothing is said, and the trains that have no place for it."""
    known = Node(document("settings.schema.json"), document("settings.schema.json"))
    rows: list[Row] = [
        (
            f"`{dotted(keys)}`",
            str(known.says(("settings", *keys), "description")),
            f"`{json.dumps(value)}`",
            _without(dotted(keys)),
        )
        for keys, value in _leaves(catalogue.settings_source().data["settings"])
    ]
    return ("setting", "what it is", "without it", "no place for it"), rows


def _leaves(of: Mapping[str, Any], above: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every setting with its keys, group by group."""
    for key, value in of.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _without(setting: str) -> str:
    """The trains with a chart that cannot be told a setting, by the reason."""
    trains: dict[str, list[str]] = {}
    for name in catalogue.component_names("versions"):
        for chart in catalogue.component_data("versions", name)["charts"].values():
            for fact in capabilities.contract(chart["name"], chart["version"]).get("cannot", ()):
                if fact["setting"] == setting:
                    trains.setdefault(fact["because"], []).append(name)
    return "<br>".join(f"{', '.join(names)}: {because}" for because, names in trains.items()) or "-"


def _links(references: Iterable[str]) -> str:
    return ", ".join(map(_link, references)) or "-"


def _link(reference: str) -> str:
    """An issue or a pull request of GitHub's is led to; GitHub finds out which of the two it is."""
    found = re.fullmatch(r"([\w.-]+/([\w.-]+))#(\d+)", reference)
    return f"[{found[2]}#{found[3]}](https://github.com/{found[1]}/issues/{found[3]})" if found else reference
