"""A service that is well has nothing wrong, of whoever's stack it is."""

from __future__ import annotations

from typing import Any

from tests.doctor.healthy import failed
from tests.doctor.services.world import sight
from wellit.doctor import report, ways
from wellit.report import render


def test_a_service_that_is_well() -> None:
    found = report(sight())
    assert failed(found) == {} and found.exit_code == 0
    text = render(found)
    assert "×" not in text and str(found.summary["result"]).startswith("a request is answered")
    passed: Any = found.summary["hops"]
    hops = [one["hop"] for one in passed]
    assert hops[:3] == ["controller", "presets", "resource"] and "model" in hops and hops[-1] == "answer"


def test_what_its_controller_made_is_on_its_way() -> None:
    (way,) = ways.of(sight())
    assert way.service and way.service.name == "llm" and way.route and way.route.name == "llm-kserve-route"
    assert [one.name for one in way.workloads] == ["llm-kserve"] and len(way.ready) == 2
    assert way.picker_workload and way.picker_workload.name == "llm-kserve-router-scheduler"
