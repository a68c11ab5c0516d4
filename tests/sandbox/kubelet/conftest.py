"""The sandbox that answers, for the tests of this folder that need pods in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.kubelet.pods import Pods
from wellit.sandbox import Sandbox


@pytest.fixture
def pods(answers: Sandbox) -> Iterator[Pods]:
    made = Pods(answers)
    yield made
    made.clear()
