"""invoke explain --format json. It is an interface: schemas/explanation.schema.json, version 1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wellit import catalogue, offers, roads, stranger, support, ways
from wellit.offers import Offer
from wellit.roads import Road

VERSION = 1


def render(what: str, text: str) -> str:
    """The document of what was asked for: its text, and the ways and roads in parts where it is about them."""
    ways_, engines = _about(what)
    whole = {
        "version": VERSION, "command": "explain", "what": what, "text": text,
        "ways": [_way(name) for name in ways_],
        "roads": [{"engine": name, "roads": [_road(road) for road in roads.roads(name)]} for name in engines],
    }  # fmt: skip
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _about(what: str) -> tuple[list[str], list[str]]:
    """The ways and the engines that a question is about."""
    if what == "ways":
        return list(ways.ways()), roads.wanting()
    engine, way = catalogue.titled("engine", what), stranger.alias(what, ways.called())
    return ([], [engine]) if engine else ([way], []) if way else ([], [])


def _way(name: str) -> dict[str, Any]:
    way = ways.way(name)
    guides = [guide for guide in map(catalogue.guide_source, catalogue.guide_names()) if catalogue.way_of(guide) == way]
    return {
        "name": name, "title": way.title, "summary": way.summary, "trains": support.trains(way),
        "guides": [{"name": guide.data["name"], "environments": catalogue.environments_of(guide)} for guide in guides],
        "engines": [_offer(each) for each in offers.offers(way)],
    }  # fmt: skip


def _offer(each: Offer) -> dict[str, Any]:
    return {
        "name": each.engine, "title": each.title, "train": each.train, "here": each.word,
        "upstream": {"has": each.has or None, "note": each.note, "references": list(each.references)},
        "facts": dict(each.facts), "missing": list(each.missing),
        "guides": [
            {"name": use.guide, "environments": list(use.environments), "carries": use.standing.word,
             "command": use.command()}
            for use in each.uses
        ],
        "refused": [{"guide": found.guide, "reasons": list(found.reasons)} for found in each.refused],
    }  # fmt: skip


def _road(road: Road) -> dict[str, Any]:
    named: dict[str, Iterable[str]] = {"works": road.works, "missing": road.lacks, "references": road.references}
    return {
        "title": road.title, "way": road.offer.way.name, "beside": road.beside, "leads": road.word, "now": road.now,
        "command": road.command() or None, **{key: list(said) for key, said in named.items()},
    }  # fmt: skip
