"""What several test folders share: one real sandbox for the whole run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from wellit import paths, tools
from wellit import sandbox as sandboxes
from wellit.errors import CannotAnswer
from wellit.launch.mock import install, ready
from wellit.sandbox import Sandbox, model, plane

PREFIX = "pytest-"

# How long one example takes says nothing on a machine that does other work besides.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
# A rule that fails fails the test, too.
os.environ["WELLIT_RAISE"] = "1"
# A run in the background of a script begins with Ctrl-C ignored, and so would every child that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# And one under nohup begins with its terminal's end ignored.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def own_name(what: str = "") -> str:
    """A sandbox name that belongs to this test run, so that a person's own sandboxes are left alone."""
    return f"{PREFIX}{os.getpid()}{what}"


def _running(name: str) -> bool:
    try:
        os.kill(int(name.removeprefix(PREFIX).partition("-")[0]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


@pytest.fixture(scope="session", autouse=True)
def _left_by_killed_runs() -> None:
    for name in model.all_names():
        if name.startswith(PREFIX) and not _running(name):
            sandboxes.down(name, say=print)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that is up: 4 nodes of 8 GPUs, simulated readiness."""
    yield sandboxes.up(own_name(), say=print, ready="simulated")
    sandboxes.down(own_name(), say=print)


@pytest.fixture(scope="session")
def can_answer() -> None:
    """Where no sandbox can answer, what needs one is skipped with the reason."""
    if why := plane.cannot(print):
        pytest.skip(f"no data plane on this machine: {why}")


@pytest.fixture(scope="session")
def answers(can_answer: None) -> Iterator[Sandbox]:  # noqa: ARG001
    """A sandbox that answers."""
    name = own_name("-answers")
    yield sandboxes.up(name, say=print, ready="answers")
    sandboxes.down(name, say=print)


@pytest.fixture(scope="session")
def dynamo() -> Path:
    """The Python of Dynamo's frontend and mocker, fetched once; where it cannot be had, what needs it is skipped."""
    try:
        ready.ensure(print)
    except CannotAnswer as problem:
        pytest.skip(f"{problem}: {problem.why}")
    return install.python()


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache with the programs of the real one, so that nothing is rendered, recorded or up in it yet."""
    yield from _empty_cache(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same for all tests of a module."""
    with pytest.MonkeyPatch.context() as patched:
        yield from _empty_cache(tmp_path_factory.mktemp("shared"), patched)


def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    tools.ensure(["helm", "helmfile", "kubectl"])
    cache = tmp_path / "cache"
    cache.mkdir()
    for kept in ("tools", "modules", "dynamo"):
        (paths.cache() / kept).mkdir(exist_ok=True)
        (cache / kept).symlink_to(paths.cache() / kept)
    monkeypatch.setenv("WELLIT_CACHE", str(cache))
    yield cache
    for there in sandboxes.all_sandboxes():
        sandboxes.down(there.name, say=print)
