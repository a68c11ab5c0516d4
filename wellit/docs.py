"""The parts of the documentation that are made: tables from the data, pictures from real runs.

A table stands between ``<!-- made: NAME -->`` and ``<!-- end -->``; a test fails when one is stale.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wellit import catalogue, ids, offers, paths, process, support, ways
from wellit.explain import tables as explained

if TYPE_CHECKING:
    from wellit.cells import Cell, Refusal
    from wellit.ways import Way

DOCUMENTS = ("README.md", "README.zh.md", "docs/findings.md", "docs/ways.md", "docs/settings.md")
PICTURES = {
    # What README shows of a first quickstart and of a refused mistake.
    "quickstart.svg": "scripts/invoke quickstart",
    "refused.svg": "scripts/invoke validate -e sglang --charts offline --set proxy.connector=nixlv2",
}
# What show draws by itself.
DRAWINGS = {"stack.svg": "scripts/invoke show -e sglang --charts offline -o docs/stack.svg"}
# What the findings of each hundred of ids are about.
GROUPS = {
    "0": "Files, settings and schemas", "1": "Engines and model servers",
    "2": "Routing: proxy, picker, pool and gateway", "3": "What belongs together",
    "4": "Names, amounts and habits", "5": "Rendered objects", "6": "Bundles", "8": "Dynamo", "9": "KServe",
}  # fmt: skip
RESULTS = paths.ROOT / "benchmarks" / "results.md"
_MADE = re.compile(r"(<!-- made: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def refreshed(text: str) -> str:
    """`text` with every made part as the data has it now."""
    return _MADE.sub(lambda m: f"{m[1]}{_made(m[2])}\n{m[3]}", text)


def _made(name: str) -> str:
    tables: dict[str, Callable[[], str]] = {
        "findings": findings, "checks": checks, "engines": engines, "environments": environments,
        "guides": guides, "trains": trains, "cells": matrix,
        "benchmark": benchmark, "measured": measured, "ways-in-full": ways_in_full,
        "ways": lambda: _table(*explained.ways()), "settings": lambda: _table(*explained.settings()),
        **{f"roads-{each}": partial(_roads, each) for each in catalogue.component_names("engine")},
    }  # fmt: skip
    return tables[name]()


def write() -> list[Path]:
    """Bring every document up to date. Returns those that changed."""
    changed = []
    for name in DOCUMENTS:
        file = paths.ROOT / name
        old = file.read_text(encoding="utf-8")
        if (new := refreshed(old)) != old:
            file.write_text(new, encoding="utf-8")
            changed.append(file)
    return changed


def findings() -> str:
    """Every finding that validate can print, by what it is about, and how the fact behind it is known."""
    known = [one for one in ids.known().values() if one.severity]
    parts = []
    for hundred in sorted({one.id[2] for one in known}):
        rows = [(one.id, one.slug, one.title, one.severity, one.evidence) for one in known if one.id[2] == hundred]
        parts.append(f"### {GROUPS[hundred]}\n\n{_table(('id', 'name', 'what it says', 'severity', 'fact'), rows)}")
    return "\n\n".join(parts)


def checks() -> str:
    """Every question that preflight, install, status and uninstall put."""
    from wellit.checks import CHECKS

    return _table(("id", "good is", "about it"), [(key, title, text) for key, (title, text) in CHECKS.items()])


def engines() -> str:
    """The engines, side by side: what the newest train has of each, and how fully each guide carries it."""
    names, train = catalogue.component_names("engine"), support.trains()[0]
    data = [support.data(name) for name in names]
    facts = [support.facts(each, train) for each in data]
    rows: list[tuple[str, ...]] = [(what, *(_short(what, each[what]) for each in facts)) for what in facts[0]]
    for guide in catalogue.guide_names():
        read = catalogue.guide_source(guide)
        newest = support.trains(catalogue.way_of(read))[0]
        rows.append((f"`-g {guide}`", *(support.standing(read, name, newest).word for name in names)))
    rows.append(("in llm-d", *("{has}: {note}".format_map(each["status"]["llm-d"]) for each in data)))
    return _table((f"on {train}", *(f"{each['title']}<br>`--engine {each['name']}`" for each in data)), rows)


def _short(what: str, said: str) -> str:
    """A fact without its reasons, which explain has."""
    return said if what in ("image", "started") else re.split(": |; ", said)[0]


def _roads(engine: str) -> str:
    return _table(*explained.roads_of(engine))


def ways_in_full() -> str:
    """What each way does for each engine, subject by subject."""
    return "\n\n".join(f"## {way.title}\n\n{_table(*explained.in_full(of))}" for way, of in offers.every())


def environments() -> str:
    """The project's environments and their components; those of a person's own are nobody else's."""
    read = {name: catalogue.environment_source(name) for name in catalogue.environment_names()}
    shown = {name: file.data["components"] for name, file in read.items() if not catalogue.is_own(file)}
    rows = [(f"`-e {name}`", ", ".join(components)) for name, components in shown.items()]
    rows += [(f"`--{axis} X`", ", ".join(catalogue.component_names(axis))) for axis in catalogue.AXES]
    return _table(("environment", "components"), rows)


def trains() -> str:
    """The release trains: which versions belong together, for each way of making a stack."""
    return "\n\n".join(_trains(way) for way in ways.ways().values())


def _trains(way: Way) -> str:
    rows = []
    for name in support.trains(way):
        train = catalogue.component_data("versions", name)
        charts = ", ".join(f"{c['name']} {c['version']}" for c in train["charts"].values())
        rows.append((f"`--versions {name}`", charts, *(train[image]["tag"] for image in way.images)))
    return _table((f"train of {way.title}", "charts" if way.charts else "release", *way.images), rows)


def matrix() -> str:
    """The supported cells: for each guide and engine its accelerators, and the gateways on each train, or why not."""
    return "\n\n".join(_matrix(way) for way in ways.ways().values())


def _matrix(way: Way) -> str:
    from wellit import cells

    trains = support.trains(way)
    rows: list[tuple[object, ...]] = []
    for name in catalogue.guide_names():
        read = catalogue.guide_source(name)
        if catalogue.way_of(read) != way:
            continue
        asked = [(cell, cells.refusal(read, cell)) for cell in cells.cells(read)]
        for engines in dict.fromkeys(cell.engines for cell, _ in asked):
            rows += _cell_rows(name, [one for one in asked if one[0].engines == engines], trains)
    what = "on" if way.no_gateway else "gateways on"
    return _table(("guide", "engine", "accelerators", *(f"{what} {train}" for train in trains)), rows)


def _cell_rows(guide: str, asked: list[tuple[Cell, Refusal | None]], trains: list[str]) -> Iterator[tuple[object, ...]]:
    """One row for all accelerators that have the same gateways; one row with the reasons when none has any."""
    alike: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for accelerator in catalogue.component_names("accelerator"):
        here = [cell for cell, no in asked if cell.accelerator == accelerator and no is None]
        gateways = tuple(tuple(c.gateway for c in here if c.versions == train) for train in trains)
        if any(gateways):
            alike.setdefault(gateways, []).append(accelerator)
    engine = "+".join(asked[0][0].engines)
    for gateways, accelerators in alike.items():
        told = [_gateways(names) or _why(asked, train) for names, train in zip(gateways, trains, strict=True)]
        yield (guide, engine, _names("accelerator", accelerators), *told)
    if not alike:
        reasons = [_why(asked, train) for train in trains]
        yield (guide, engine, "none", reasons[0], *("the same" if r == reasons[0] else r for r in reasons[1:]))


def _gateways(names: Sequence[str]) -> str:
    return "yes" if list(names) == ["none"] else _names("gateway", names)


def _names(axis: str, names: Sequence[str]) -> str:
    return "all" if set(names) == set(catalogue.component_names(axis)) else ", ".join(names)


def _why(asked: list[tuple[Cell, Refusal | None]], train: str) -> str:
    return next(f"refused: {no.why or no.message}" for cell, no in asked if no and cell.versions == train)


def guides() -> str:
    """The guides."""
    read = [catalogue.guide_source(name).data for name in catalogue.guide_names()]
    lists = ("environments", "sizes")
    rows = [
        (f"[{g['name']}](guides/{g['name']}/README.md)", g["summary"], *(", ".join(g[each]) for each in lists))
        for g in read
    ]
    return _table(("guide", "what it does", "environments", "sizes"), rows)


def measured() -> str:
    """How many of the public mistakes are found, and how many right values are accused: counted anew."""
    from wellit.validate import measured as corpus

    return _table(corpus.HEAD, corpus.table(corpus.answers()))


def benchmark() -> str:
    """The last measurement that was kept (scripts/invoke benchmark --keep)."""
    return RESULTS.read_text(encoding="utf-8").strip()


def pictures(say: Callable[[str], None], *, run: process.Runner = process.run) -> list[Path]:
    """Run the commands of PICTURES for real and draw their screens, in colour, as SVG. Returns the files."""
    drawn = []
    for name, command in PICTURES.items():
        say(f"$ {command}")
        done = run(["sh", "-c", f"{command} 2>&1"], cwd=paths.ROOT, env=_screen(), timeout=3600)
        file = paths.ROOT / "docs" / name
        file.write_text(_drawn(command, done.out), encoding="utf-8")
        drawn.append(file)
    run([paths.INVOKE, "sandbox.down"], env=_screen())
    return drawn + drawings(say, run=run)


def drawings(say: Callable[[str], None], *, run: process.Runner = process.run) -> list[Path]:
    """Run the commands of DRAWINGS, which write their own files. Returns the files."""
    for command in DRAWINGS.values():
        say(f"$ {command}")
        run(["sh", "-c", command], cwd=paths.ROOT, env=_screen(), timeout=3600)
    return [paths.ROOT / "docs" / name for name in DRAWINGS]


def _screen() -> dict[str, str]:
    # A sandbox of its own, so that what a person has in theirs is neither shown nor touched.
    return {"FORCE_COLOR": "1", "COLUMNS": "110", "WELLIT_SANDBOX": "picture", "WELLIT_CACHE": str(paths.cache())}


def _drawn(command: str, output: str) -> str:
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text.from_ansi(output.rstrip("\n")))
    # rich's picture would load a font from the network; the reader's own does.
    return re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="wellit", unique_id="wellit"), flags=re.DOTALL)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )
