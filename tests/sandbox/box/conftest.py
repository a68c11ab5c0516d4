"""One real box for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.box.boxes import TestBox


@pytest.fixture(scope="session")
def box(can_answer: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestBox]:  # noqa: ARG001
    made = TestBox(tmp_path_factory.mktemp("box"))
    try:
        made.start()
        yield made
    finally:
        made.end()
