"""invoke explain, and what bare invoke prints: all of it from the data and the rules' own docstrings."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence

from wellit import catalogue, ids, roads, rules, stranger, support, ways
from wellit.errors import CannotAnswer, nearest, unknown
from wellit.explain import document, told
from wellit.ids import Known
from wellit.report.style import Style

PLAIN = Style()
EVIDENCE = {
    "asked": "The fact behind it was asked of the program itself; a test asks it again.",
    "read": "The fact behind it was read in the program's source or documentation.",
}


def overview() -> str:
    """What there is, and what to try next."""
    lines = ["wellit takes an LLM-serving guide from this checkout to an installed stack.", ""]
    for name in catalogue.guide_names():
        guide = catalogue.guide_source(name)
        lines += _wrapped(f"{name}  -e {' | '.join(catalogue.environments_of(guide))}", "  ")
        lines += _wrapped(guide.data["summary"], "    ")
    axes = {
        "engine": "Engines:     ",
        "gateway": "Gateways:    ",
        "accelerator": "Accelerators:",
    }
    trains = [f"  {way.name:10}{' | '.join(support.trains(way))}" for way in ways.ways().values()]
    lines += [
        "",
        *(f"{what} {', '.join(catalogue.component_names(axis))}" for axis, what in axes.items()),
        "Ways of making a stack, with their release trains (--versions):",
        *trains,
        "",
        "Try next:",
        "  invoke quickstart                      a stack in a sandbox on this machine",
        "  invoke walk -g GUIDE                   a guide's README, step by step",
        "  invoke validate -e sglang              find mistakes in files, in a second",
        "  invoke install -e sglang -n NAMESPACE  on your cluster; it asks first",
        "  invoke new NAME --model Qwen/Qwen3-8B  an environment of your own",
        "  invoke explain ways                    what each way does for each engine",
        "  invoke --list                          every task",
    ]
    return "\n".join(lines)


def said(what: str, fmt: str) -> str:
    """What is printed for a word, as text or json. Raises CannotAnswer for a word that nothing here is called by."""
    if fmt == "json":
        return document.render(what, explain(what))
    return explain(what, Style.of(sys.stdout))


def explain(what: str, style: Style = PLAIN) -> str:
    """The text for a finding's id, an engine, a way, or one of the tables. Raises CannotAnswer for anything else."""
    tables: dict[str, Callable[[], str]] = {
        "engines": engines, "guides": guides, "environments": environments, "findings": findings,
        "ways": lambda: told.every(style),
    }  # fmt: skip
    if what in tables:
        return tables[what]()
    texts = ids.known()
    slugs = {known.slug: key for key, known in texts.items() if known.slug}
    if (key := slugs.get(what.lower(), f"WL{what}" if what.isdigit() else what.upper())) in texts:
        return one(texts[key])
    if what.upper() in rules.RETIRED:
        return f"{what.upper()} was retired: nothing says it any more, and the id is not used again."
    if re.fullmatch(r"(?i)wl\d+", what):
        raise CannotAnswer(f"no finding has the id {what}", write="invoke explain " + _nearest(what, texts))
    called, by_way = catalogue.called("engine"), ways.called()
    if name := catalogue.titled("engine", what):
        return engine(name, style)
    if name := stranger.alias(what, by_way):
        return told.one(ways.way(name), style)
    if "-" in what and (near := nearest(what, slugs, 0.75)):
        raise CannotAnswer(f'no finding is called "{what}"', write=f"invoke explain {near}")
    if near := stranger.near_title(what, by_way):
        raise CannotAnswer(f'"{what}" is no way of making a stack', write=f"invoke explain {near}")
    if nearest(what, tables) and not stranger.near_title(what, called):
        raise unknown("topic", what, [*tables, *called, *by_way, "WL101"])
    message = f'"{what}" is no engine that is here, no finding and none of {", ".join(tables)}'
    raise stranger.engine(what, called, message=message)


def one(known: Known) -> str:
    """What explain prints for one id: its head, the documentation, and how the fact behind it is known."""
    return "\n\n".join([known.head, known.doc, *([EVIDENCE[known.evidence]] if known.evidence else [])])


def findings() -> str:
    """Every id in one table."""
    rows = [("id", "name", "severity", "fact", "what it says")]
    rows += [
        (one.id, one.slug or "-", one.severity or "check", one.evidence or "-", one.title)
        for one in ids.known().values()
    ]
    gone = [f"{key}: retired, and not used again" for key in rules.RETIRED]
    return "\n".join([*(line[2:] for line in _columns(rows)), *gone, "", "invoke explain WL104 explains one."])


def engines() -> str:
    """Which engines there are, and how fully each guide carries each of them on the newest train of its way."""
    newest = [support.trains(way)[0] for way in ways.ways().values()]
    train = support.trains()[0]
    names = catalogue.component_names("engine")
    standing = {name: [s for s in support.standings(name) if s.train in newest] for name in names}
    rows = [("", *names), *((g.guide, *(standing[n][i].word for n in names)) for i, g in enumerate(standing[names[0]]))]
    shown = " or ".join(newest)
    lines = [f"How fully each guide carries each engine, on its newest train ({shown}):", "", *_columns(rows)]
    lines += ["", f"What {train} has of each, and how it is started elsewhere:"]
    for name in names:
        data = support.data(name)
        lines += ["", f"{data['title']}  --engine {name}", *_listed({**support.facts(data, train), **_status(data)})]
    lines += [
        "",
        f"invoke explain {names[0]} says of one engine what each train has, and why a guide is part or refused.",
    ]
    return "\n".join([*lines, stranger.NEW[0].upper() + stranger.NEW[1:] + "."])


def engine(name: str, style: Style = PLAIN) -> str:
    """One engine in full: its images, what each train has of it, each guide's answer with the reasons, its roads."""
    data, trains = support.data(name), support.trains()
    of = {train: support.facts(data, train) for train in trains}
    facts = {what: _by_train({train: of[train][what] for train in trains}) for what in of[trains[0]]}
    lines = [f"{data['title']}  --engine {name}", *_listed({**facts, **_variants(data), **_status(data)})]
    lacking = [f"  {setting}: {why}" for setting, why in support.without(data)]
    lines += ["", "Neutral settings that it has not:", *lacking] if lacking else ["", "It has every neutral setting."]
    lines += ["", "Guides:"]
    for guide in catalogue.guide_names():
        by = {s.train: _said(s) for s in support.standings(name) if s.guide == guide}
        lines += [f"  {guide}", *(f"    {line}" for line in _by_train(by).splitlines())]
    return "\n".join([*lines, *(["", *told.roads_of(name, style)] if name in roads.wanting() else [])])


def _said(standing: support.Standing) -> str:
    return ": ".join(filter(None, (standing.word, "; ".join(standing.reasons))))


def _variants(data: support.Data) -> dict[str, str]:
    def shown(one: support.Data) -> str:
        return f"{one.get('image', data['image'])}:{one.get('tag', data['tag'])}"

    builds = [f"--set build={name}  {shown(one)}" for name, one in data["builds"].items()]
    runs = [f"{name} ({shown(one)})" if one else name for name, one in data["accelerators"].items()]
    return {"other builds": "\n".join(builds) or "none", "runs on": ", ".join(runs)}


def _status(data: support.Data) -> dict[str, str]:
    status = {f"in {name}": said for name, said in data["status"].items()}
    words = {label: f"{said['has']}: {said['note']}" for label, said in status.items()}
    seen = dict.fromkeys(each for said in status.values() for each in said["references"])
    return {**words, "references": ", ".join(seen) or "none"}


def _by_train(said: Mapping[str, str]) -> str:
    """What is said of each train; once when it is the same of all."""
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "\n".join(f"{train}: {text}" for train, text in said.items())


def _listed(facts: Mapping[str, str]) -> list[str]:
    return [
        f"  {what if first else '':15}{line}"
        for what, text in facts.items()
        for first, line in zip([True, *[False] * text.count("\n")], text.splitlines(), strict=True)
    ]


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def guides() -> str:
    """The guides of this checkout, with their environments and sizes."""
    rows = []
    for name in catalogue.guide_names():
        read = catalogue.guide_source(name)
        guide = read.data
        rows += [f"{name}: {guide['summary']}", f"  way: {catalogue.way_of(read).name}"]
        rows += [f"  environments: {', '.join(catalogue.environments_of(read))}"]
        rows += [f"  sizes: {', '.join(guide['sizes'])}", f"  namespace: {guide['namespace']}"]
    return "\n".join(rows)


def environments() -> str:
    """The environments and their components, and what else each axis offers."""
    rows = []
    for name in catalogue.environment_names():
        read = catalogue.environment_source(name)
        own = f" (your own, of {', '.join(read.data['guides'])})" if catalogue.is_own(read) else ""
        rows.append(f"{name}: {', '.join(read.data['components'])}{own}")
    rows.append("")
    rows += [f"--{axis}: {', '.join(catalogue.component_names(axis))}" for axis in catalogue.AXES]
    return "\n".join(rows)


def _wrapped(text: str, indent: str) -> list[str]:
    """`text` for a terminal of 80 columns."""
    return textwrap.wrap(text, 79, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _nearest(wrong: str, known: Iterable[str]) -> str:
    number = int(re.sub(r"\D", "", wrong))
    return min(known, key=lambda name: abs(int(name[2:]) - number), default="WL101")
