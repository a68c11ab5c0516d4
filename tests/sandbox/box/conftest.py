"""One real box for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.box.boxes import TestBox
from wellit.sandbox import plane


@pytest.fixture(scope="session")
def possible() -> None:
    """Skips where this machine cannot have a box, with the reason."""
    if why := plane.cannot(print):
        pytest.skip(f"no data plane on this machine: {why}")


@pytest.fixture(scope="session")
def box(possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestBox]:  # noqa: ARG001
    made = TestBox(tmp_path_factory.mktemp("box"))
    try:
        made.start()
        yield made
    finally:
        made.end()
