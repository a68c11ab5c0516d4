"""Of every guide in every environment: what was just applied is no drift, by a real API server.

KServe's cells are in tests/kserve, where its definitions and webhooks are.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.drift import applied, nothing_differs
from wellit import access, catalogue, drift
from wellit.access import Access
from wellit.sandbox import Sandbox

CELLS = [
    (guide, environment)
    for guide in catalogue.guide_names()
    if catalogue.way_of(catalogue.guide_source(guide)).name != "kserve"
    for environment in catalogue.environments_of(catalogue.guide_source(guide))
]


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"drift-{abs(hash(request.node.name)) % 10**8}"
    assert here.call("create", "namespace", name).ok
    yield name
    here.call("delete", "namespace", name, "--wait=false")


@pytest.mark.parametrize(("guide", "environment"), CELLS, ids=lambda one: str(one))
def test_nothing_differs_right_after_it_was_applied(here: Access, namespace: str, guide: str, environment: str) -> None:
    seen = applied(here, namespace, guide, environment)
    nothing_differs(seen)
    told = [check for check in drift.judge(seen, here) if check.id in ("WL780", "WL969")]
    assert {check.status for check in told} == {"pass"}
