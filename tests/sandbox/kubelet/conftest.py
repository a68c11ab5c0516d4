"""A sandbox that answers, for the tests of this folder that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import own_name
from tests.sandbox.kubelet.pods import Pods
from wellit import sandbox as sandboxes
from wellit.sandbox import plane


@pytest.fixture(scope="session")
def answering() -> Iterator[Pods]:
    if why := plane.cannot(print):
        pytest.skip(f"no data plane on this machine: {why}")
    name = own_name("-pods")
    try:
        yield Pods(sandboxes.up(name, say=print, ready="answers"))
    finally:
        sandboxes.down(name, say=print)


@pytest.fixture
def pods(answering: Pods) -> Iterator[Pods]:
    yield answering
    answering.clear()
