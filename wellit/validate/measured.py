"""How many of the public mistakes are found: tests/corpus, judged anew, beside what a real render by helm said.

Every case there has values with one mistake, or none; answers.yaml says which finding each mistake must get.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from wellit import paths, source, subject, validate
from wellit.findings import Finding

FOLDER = paths.ROOT / "tests" / "corpus"
HEAD = (
    "chart", "wrong", "helm refuses", "found", "by a schema", "by a rule", "otherwise", "missed", "right", "accused",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What was said of one case: the finding that it must get, and those that it got."""

    chart: str
    right: bool
    helm_refuses: bool
    wanted: str
    found: tuple[Finding, ...]

    @property
    def caught(self) -> bool:
        return self.wanted in {finding.id for finding in self.found}

    @property
    def otherwise(self) -> bool:
        """Whether it is refused, though not for the mistake itself."""
        return not self.caught and any(finding.severity == "error" for finding in self.found)


@functools.cache
def answers() -> tuple[Answer, ...]:
    """Judge every case."""
    cases = yaml.load((FOLDER / "modelservice.yaml").read_text("utf-8"), source.LOADER)
    told = yaml.load((FOLDER / "answers.yaml").read_text("utf-8"), source.LOADER)
    return tuple(_judged(case, told["caught"]) for case in cases)


def table(judged: Iterable[Answer]) -> list[tuple[object, ...]]:
    """A row for each chart version, and one for all."""
    every = list(judged)
    charts = {chart: [one for one in every if one.chart == chart] for chart in dict.fromkeys(a.chart for a in every)}
    return [_row(chart, some) for chart, some in charts.items()] + [_row("all", every)]


def _judged(case: Mapping[str, Any], caught: Mapping[str, str]) -> Answer:
    read = source.parse(yaml.safe_dump(case["values"], sort_keys=False), str(case["id"]))
    release = subject.from_source(read, case["chart"], case["chartVersion"])
    found = validate.of_subject(subject.Subject((release,)), {}).findings
    wanted = caught.get(case["id"]) or caught.get(case["id"].partition("-")[0], "")
    label = f"{case['chart']} {case['chartVersion']}"
    return Answer(label, case["expect"] == "clean", case["helm"] != "accepts", wanted, tuple(found))


def _row(name: str, some: Iterable[Answer]) -> tuple[object, ...]:
    wrong, right = [one for one in some if not one.right], [one for one in some if one.right]
    caught = [one for one in wrong if one.caught]
    by_schema = [one for one in caught if one.wanted.startswith(("WL01", "WL02"))]
    otherwise = [one for one in wrong if one.otherwise]
    return (
        name, len(wrong), sum(one.helm_refuses for one in wrong), len(caught), len(by_schema),
        len(caught) - len(by_schema), len(otherwise), len(wrong) - len(caught) - len(otherwise), len(right),
        sum(bool(one.found) for one in right),
    )  # fmt: skip
