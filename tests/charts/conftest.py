"""Each chart of this project, rendered by helm under the release name its guide gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.charts.chart import Chart
from tests.support.trains import TRAINS


@pytest.fixture(params=TRAINS)
def train(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bodyrouting(tmp_path: Path) -> Chart:
    return Chart("bodyrouting", "body-x", tmp_path)


@pytest.fixture
def dynamo(tmp_path: Path) -> Chart:
    return Chart("dynamo", "dynamo-x", tmp_path)


@pytest.fixture
def gateway(tmp_path: Path) -> Chart:
    return Chart("gateway", "infra-x", tmp_path)


@pytest.fixture
def inferencepool(tmp_path: Path) -> Chart:
    return Chart("inferencepool", "gaie-x", tmp_path)


@pytest.fixture
def kserve(tmp_path: Path) -> Chart:
    return Chart("kserve", "kserve-x", tmp_path)


@pytest.fixture
def modelservice(tmp_path: Path) -> Chart:
    return Chart("modelservice", "ms-x", tmp_path)


@pytest.fixture
def route(tmp_path: Path) -> Chart:
    return Chart("route", "route-x", tmp_path)
