"""What several test folders share: one real sandbox for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from wellit import sandbox as sandboxes
from wellit.sandbox import Sandbox

PREFIX = "pytest-"


def own_name(what: str = "") -> str:
    """A sandbox name that belongs to this test run, so that a person's own sandboxes are left alone."""
    return f"{PREFIX}{os.getpid()}{what}"


def _running(name: str) -> bool:
    try:
        os.kill(int(name.removeprefix(PREFIX).partition("-")[0]), 0)
    except (ProcessLookupError, ValueError):
        return False
    return True


@pytest.fixture(scope="session", autouse=True)
def _left_by_killed_runs() -> None:
    for there in sandboxes.all_sandboxes():
        if there.name.startswith(PREFIX) and not _running(there.name):
            sandboxes.down(there.name, say=print)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that is up: 4 nodes of 8 GPUs, simulated readiness."""
    yield sandboxes.up(own_name(), say=print)
    sandboxes.down(own_name(), say=print)
