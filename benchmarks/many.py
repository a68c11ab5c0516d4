"""What is measured of many at a time: every stack of the checkout, and a thousand values files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import yaml

from benchmarks.room import Room, say
from benchmarks.timing import Comparison, Side
from wellit import catalogue, paths, tools
from wellit.compose import Choice

ALL = ("validate", "--all", "--charts", "offline")
AGAINST = "`helmfile template` and `kubeconform` of each of them"
CORPUS = paths.ROOT / "tests" / "corpus" / "modelservice.yaml"
# Of a person's own, so that a round edits a file of theirs; it is gone afterwards.
OWN = paths.ENVIRONMENTS / "measured.yaml"


def matrix(room: Room) -> Iterator[Comparison]:
    """Every guide in every environment and size, against the loop that one would write."""
    tools.ensure(["helm", "helmfile", "kubeconform"], say)  # what has to be built is built before anything is timed
    loop = Side(lambda: _loop(room))
    again = Side(lambda: room.wellit(*ALL))
    cold = Side(again.run, before=room.forget)
    yield Comparison("`validate --all`, the first time", AGAINST, cold, loop, 3, 0.35)
    number = count(1)
    _edit(0)
    try:
        yield Comparison(
            "`validate --all`, one environment edited", AGAINST, Side(again.run, before=lambda: _edit(next(number))),
            loop, 3, 0.1,
        )  # fmt: skip
        yield Comparison("`validate --all`, nothing changed", AGAINST, again, loop, 3, 0.03)
    finally:
        OWN.unlink(missing_ok=True)


def values(room: Room) -> Iterator[Comparison]:
    """A thousand values files, each judged by itself, against a hundred: ten times as many."""
    hundred, thousand = _files(room.folder / "hundred", 100), _files(room.folder / "thousand", 1000)
    more, less = (
        Side(lambda folder=folder: room.wellit("validate", "--each", "--values", folder, code=1))  # type: ignore[misc]
        for folder in (thousand, hundred)
    )
    yield Comparison("`validate --each` of 1000 values files", "of 100", more, less, 3, 10)


def _loop(room: Room) -> None:
    for name in catalogue.guide_names():
        guide = catalogue.guide_source(name)
        for environment in catalogue.environments_of(guide):
            for size in guide.data["sizes"]:
                choice = Choice(name, environment, components={"charts": "offline"}, size=size)
                room.conform(choice)


def _edit(number: int) -> None:
    like = yaml.safe_load((paths.ENVIRONMENTS / "sglang.yaml").read_text(encoding="utf-8"))
    about = {"components": like["components"], "guides": [catalogue.DEFAULT_GUIDE]}
    OWN.write_text(yaml.safe_dump(about | {"settings": {"decode": {"replicas": 1 + number}}}), encoding="utf-8")


def _files(folder: Path, number: int) -> Path:
    folder.mkdir()
    cases = yaml.safe_load(CORPUS.read_text(encoding="utf-8"))
    for place in range(number):
        case = cases[place % len(cases)]
        head = f"# wellit: chart {case['chart']}@{case['chartVersion']}\n"
        (folder / f"{place:04}.yaml").write_text(head + yaml.safe_dump(case["values"], sort_keys=False), "utf-8")
    return folder
