"""What `invoke tools` shows, and how the cache is emptied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.tools.conftest import FakeGo, FakeRunner
from wellit.tools.get import path
from wellit.tools.pins import names, pin
from wellit.tools.shown import cache_size, clean, installed


def test_each_tool_is_shown_as_it_would_be_used(go: FakeGo, program: Callable[[str], Path], runner: FakeRunner) -> None:
    go.install()
    path("etcd", lambda _: None)
    program("helm")
    program("kubectl")
    runner.tell("helm version --short", "v4.1.0")
    runner.tell("kubectl version --client", "Client Version: v1.30.2")
    shown = {tool.name: tool for tool in installed(runner)}
    assert list(shown) == names()
    assert (shown["helm"].version, shown["helm"].origin) == ("v4.1.0", "PATH")
    assert (shown["etcd"].origin, shown["etcd"].path) == ("cache", pin("etcd").file)
    assert (shown["kubectl"].version, shown["kubectl"].origin) == (pin("kubectl").version, "to be built")
    assert "1.30.2, not >=1.34,<2" in shown["kubectl"].note


def test_a_copy_that_is_passed_over_is_shown_every_time(program: Callable[[str], Path], runner: FakeRunner) -> None:
    program("helm")
    runner.tell("helm version --short", "v3.1.0")
    notes = [next(tool.note for tool in installed(runner) if tool.name == "helm") for _ in range(2)]
    assert all("3.1.0, not >=4.0,<5" in note for note in notes)


def test_cleaning_sets_free_what_the_cache_takes(go: FakeGo, tmp_path: Path) -> None:
    go.install()
    path("helm", lambda _: None)
    other = tmp_path / "cache" / "charts" / "kept"
    other.parent.mkdir()
    other.write_text("x" * 10)
    before = cache_size()
    assert clean() == before - 10
    assert cache_size() == 10


def test_an_empty_cache_takes_nothing() -> None:
    assert cache_size() == 0
    assert clean() == 0
