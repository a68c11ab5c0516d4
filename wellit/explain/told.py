"""invoke explain ways, or one of them, as text; an engine's page has its roads and its ways from here too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wellit import catalogue, offers, roads, support, ways
from wellit.offers import SUBJECTS, Offer
from wellit.report.style import Style
from wellit.roads import Road
from wellit.ways import Way

_WIDTH = max(map(len, SUBJECTS.values())) + 2
_ROAD = 10


def every(style: Style) -> str:
    """Every way and engine: in a word, then the roads of who asks for all of llm-d, then subject by subject."""
    listed = offers.every()
    lines = [style.paint("How far each way carries each engine, on its newest train:", "bold"), *matrix()]
    for name in roads.wanting():
        lines += ["", *roads_of(name, style)]
    for way, of in listed:
        lines += ["", style.paint(f"{way.title}, on {of[0].train}", "bold"), *style.wrap(way.summary, "  ", "  ")]
        lines += _subjects(of, style)
    names = ", ".join(ways.ways())
    return "\n".join([*lines, "", f"invoke explain NAME has one of them with its guides and trains: {names}."])


def one(way: Way, style: Style) -> str:
    """One way in full: what it takes, its guides, and what it does for each engine."""
    of = offers.offers(way)
    lines = [f"{way.title}: {way.summary}", "", *_rows(_about(way), style)]
    lines += ["", "Guides:", *_guides(way, style), "", f"What it does for each engine, on {of[0].train}:"]
    lines += _subjects(of, style)
    return "\n".join([*lines, "", "invoke explain ways has the others beside it."])


def matrix() -> list[str]:
    """How far each way carries each engine, as a table for a screen."""
    listed = offers.every()
    rows = [("", *(way.name for way, _ in listed))]
    rows += [(each[0].title, *(one.cell for one in each)) for each in zip(*(of for _, of in listed), strict=True)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def roads_of(engine: str, style: Style) -> list[str]:
    """The answer to "fully on llm-d: how?"."""
    title = support.data(engine)["title"]
    lines = [style.paint(f"{title} fully on llm-d: how?", "bold")]
    for number, road in enumerate(roads.roads(engine), 1):
        beside = ", beside llm-d" if road.beside else ""
        lines += [f"  {number}. {road.title}{beside}: {style.paint(road.word, 'bold')}"]
        lines += _rows(_road(road), style, "     ", _ROAD)
    return lines


def _road(road: Road) -> Mapping[str, str]:
    said = {
        "now": road.now, "works": ", ".join(road.works), "not": "; ".join(road.lacks), "run": road.command(),
        "guides": "; ".join(_guide(use.guide, use.environments) for use in road.offer.uses),
        "see": ", ".join(road.references),
    }  # fmt: skip
    return {what: text for what, text in said.items() if text}


def _guide(name: str, environments: Sequence[str]) -> str:
    return f"{name} ({', '.join(environments)})" if environments else name


def _about(way: Way) -> dict[str, str]:
    steps = [next(iter(step.values())) for step in way.prerequisites]
    charts = [str(step["name"]) for step in steps if "name" in step]
    trains = [f"--versions {name}" for name in support.trains(way)]
    return {
        "trains": ", ".join(trains),
        "gateways": ", ".join(catalogue.gateways(way)) if not way.no_gateway else f"none: {way.no_gateway}",
        "cluster": f"invoke prerequisites shows and installs {', '.join(charts) or 'what the gateway needs'}",
        "processes": "invoke launch runs it without Kubernetes" if way.processes else "it needs Kubernetes",
    }


def _guides(way: Way, style: Style) -> Iterator[str]:
    for name in catalogue.guide_names():
        guide = catalogue.guide_source(name)
        if catalogue.way_of(guide) == way:
            yield from style.wrap(guide.data["summary"], f"  {name}: ", "    ")
            promises = ", ".join(offers.PROMISES[each] for each in guide.data["promises"])
            yield from style.wrap(promises, "    promises: ", "      ") if promises else ()
            yield from style.wrap(", ".join(catalogue.environments_of(guide)), "    environments: ", "      ")
            yield f"    invoke install -g {name} -e {catalogue.environments_of(guide)[0]}"


def _subjects(of: Sequence[Offer], style: Style) -> Iterator[str]:
    """Subject by subject; what is the same of several engines stands once."""
    for subject, label in SUBJECTS.items():
        yield from _alike(label, [(each, each.facts[subject]) for each in of if each.facts], style)
    yield from _alike("upstream", [(each, _upstream(each)) for each in of], style)
    yield from _alike("missing here", [(each, "; ".join(each.missing)) for each in of], style)
    yield from _alike("run", [(each, "; ".join(use.command() for use in each.uses)) for each in of], style)
    yield from _alike("refused", [(each, _refused(each)) for each in of if each.uses], style)


def _upstream(each: Offer) -> str:
    said = f"{each.has}: {each.note}" if each.has else each.note
    return said + (f" ({', '.join(each.references)})" if each.references else "")


def _refused(each: Offer) -> str:
    return "; ".join(f"{found.guide}, {found.reasons[0]}" for found in each.refused)


def _alike(label: str, told: Sequence[tuple[Offer, str]], style: Style) -> Iterator[str]:
    by_text: dict[str, list[str]] = {}
    for each, text in told:
        if text:
            by_text.setdefault(text, []).append(each.title)
    for number, (text, titles) in enumerate(by_text.items()):
        names = "" if len(by_text) == 1 and len(titles) == len(told) > 1 else f"{', '.join(titles)}: "
        first = f"  {label if not number else '':{_WIDTH}}"
        yield from style.wrap(f"{names}{text}", first, " " * (_WIDTH + 4))


def _rows(said: Mapping[str, str], style: Style, indent: str = "  ", width: int = 12) -> Iterator[str]:
    for what, text in said.items():
        yield from style.wrap(text, f"{indent}{what:{width}}", " " * (len(indent) + width + 2))
