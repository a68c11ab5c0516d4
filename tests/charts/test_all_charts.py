"""What holds for every chart of this project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.charts.chart import IMITATING, Chart, Values, imitates
from tests.charts.test_bodyrouting import ONE as ROUTER
from tests.charts.test_dynamo import GRAPH
from tests.charts.test_kserve import SERVICE
from tests.charts.test_route import ONE
from tests.charts.values import pool, vllm
from tests.support.trains import TRAINS
from wellit import paths
from wellit.catalogue import component_names

CHARTS = sorted(folder.name for folder in paths.CHARTS.iterdir() if folder.is_dir())
GOOD: dict[str, Values] = {
    "bodyrouting": ROUTER, "dynamo": GRAPH, "gateway": {}, "inferencepool": pool(), "kserve": SERVICE,
    "modelservice": vllm(), "route": ONE,
}  # fmt: skip


def schema(chart: str) -> Any:
    return json.loads((paths.CHARTS / chart / "values.schema.json").read_text())


@pytest.mark.parametrize("chart", CHARTS)
def test_lint_has_nothing_to_say(chart: str, train: str, tmp_path: Path) -> None:
    imitated = train if chart in IMITATING else ""
    folder = paths.CHARTS / chart
    done = Chart(chart, "x", tmp_path).helm("lint", "--strict", "--quiet", folder, values=GOOD[chart], train=imitated)
    assert done.ok, done.out + done.err
    assert "WARNING" not in done.out + done.err


@pytest.mark.parametrize("chart", sorted(IMITATING))
def test_imitates_is_required(chart: str, tmp_path: Path) -> None:
    assert "at '': missing property 'imitates'" in Chart(chart, "x", tmp_path).render(GOOD[chart]).error


@pytest.mark.parametrize("chart", sorted(IMITATING))
def test_every_fact_that_is_required_is_in_the_capability_data(chart: str, train: str) -> None:
    required = schema(chart)["properties"]["imitates"]["required"]
    assert set(required) <= set(imitates(chart, train))


@pytest.mark.parametrize("chart", sorted(IMITATING))
def test_every_fact_that_is_read_is_required(chart: str) -> None:
    text = "".join(file.read_text() for file in (paths.CHARTS / chart / "templates").iterdir())
    read = set(re.findall(r"(?:Values\.imitates|\$facts)\.([A-Za-z]+)", text))
    of_some_versions = {"appVersion"} if chart == "inferencepool" else set()
    assert read - of_some_versions <= set(schema(chart)["properties"]["imitates"]["required"])


@pytest.mark.parametrize("chart", CHARTS)
def test_no_template_compares_with_a_component(chart: str) -> None:
    axes = ("engine", "gateway", "accelerator", "versions")
    names = {name for axis in axes for name in component_names(axis)} - {"none"}
    compared = re.compile(rf"\b(?:eq|ne|has|contains)\b[^}}\n]*\"(?:{'|'.join(map(re.escape, sorted(names)))})\"")
    found = {
        f"{file.name}: {match.group()}"
        for file in (paths.CHARTS / chart / "templates").iterdir()
        for match in compared.finditer(file.read_text())
    }
    assert not found


def open_objects(node: Any, at: str = "") -> list[str]:
    """Paths of objects with properties that take any other key."""
    if isinstance(node, list):
        return [path for number, item in enumerate(node) for path in open_objects(item, f"{at}/{number}")]
    if not isinstance(node, dict):
        return []
    here = [at] if isinstance(node.get("properties"), dict) and node.get("additionalProperties") is not False else []
    return here + [path for key, value in node.items() for path in open_objects(value, f"{at}/{key}")]


# Objects of Kubernetes that are passed through with one or two of their fields checked.
PASSED_THROUGH = {
    "bodyrouting": set(),
    "dynamo": set(),
    "gateway": {"/$defs/service/properties/ports/items"},
    "inferencepool": {"/$defs/ports/items"},
    "kserve": set(),
    "modelservice": {"/$defs/volumes/items"},
    "route": set(),
}


@pytest.mark.parametrize("chart", CHARTS)
def test_schema_is_closed(chart: str) -> None:
    assert set(open_objects(schema(chart))) == PASSED_THROUGH[chart]


@pytest.mark.parametrize("chart", CHARTS)
def test_schema_is_a_schema(chart: str) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(schema(chart))


def test_there_is_something_to_test() -> None:
    assert set(CHARTS) == set(GOOD)
    assert len(TRAINS) > 1
