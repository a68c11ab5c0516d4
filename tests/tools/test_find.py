"""What is there already: a copy on PATH that will do, or a whole one in the cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.conftest import FakeRunner
from wellit.errors import CannotAnswer
from wellit.tools.find import found, in_cache, put_in_cache, within
from wellit.tools.get import path
from wellit.tools.pins import pin

Program = Callable[[str], Path]


def cached(name: str, tmp_path: Path, content: str = "content") -> Path:
    built = tmp_path / "built"
    built.write_text(content)
    return put_in_cache(pin(name), built, 1.0)


def test_a_copy_on_path_in_a_compatible_version_is_used(program: Program, runner: FakeRunner, tmp_path: Path) -> None:
    copy = program("helm")
    cached("helm", tmp_path)
    runner.tell("helm version --short", "v4.0.2+g1234567")
    here = found(pin("helm"), print, runner)
    assert here and (here.path, here.version, here.origin) == (copy, "4.0.2", "PATH")


def test_the_second_call_starts_no_process(program: Program, runner: FakeRunner) -> None:
    copy = program("helm")
    runner.tell("helm version --short", "v4.3.1")
    assert path("helm", print, runner) == copy
    assert path("helm", print, FakeRunner()) == copy
    assert len(runner.asked) == 1


def test_a_copy_that_was_replaced_is_asked_again(program: Program, runner: FakeRunner, tmp_path: Path) -> None:
    copy = program("helm")
    kept = cached("helm", tmp_path)
    runner.tell("helm version --short", "v4.3.1")
    assert path("helm", print, runner) == copy
    os.utime(copy, ns=(1, 1))
    runner.tell("helm version --short", "v5.0.0")
    assert path("helm", print, runner) == kept


def test_a_script_is_asked_every_time(program: Program, runner: FakeRunner) -> None:
    program("helm").write_text("#!/bin/sh\nexec whatever-helm\n")
    runner.tell("helm version --short", "v4.3.1")
    path("helm", print, runner)
    path("helm", print, runner)
    assert len(runner.asked) == 2


def test_an_incompatible_copy_is_passed_over_and_that_is_said_once(
    program: Program, runner: FakeRunner, tmp_path: Path
) -> None:
    program("helm")
    kept = cached("helm", tmp_path)
    runner.tell("helm version --short", "v3.18.6+gb76a950")
    said: list[str] = []
    assert path("helm", said.append, runner) == kept
    assert path("helm", said.append, runner) == kept
    assert len(said) == 1
    assert said[0].startswith("helm on PATH (") and said[0].endswith("is not used: 3.18.6, not >=4.0,<5")


def test_a_copy_that_says_no_version_is_passed_over(program: Program, runner: FakeRunner, tmp_path: Path) -> None:
    program("helm")
    kept = cached("helm", tmp_path)
    runner.tell("helm version --short", code=1, err="exec format error")
    said: list[str] = []
    assert path("helm", said.append, runner) == kept
    assert "its version is unknown, not >=4.0,<5" in said[0]


def test_a_copy_that_cannot_be_started_is_passed_over(program: Program, tmp_path: Path) -> None:
    program("helm")
    kept = cached("helm", tmp_path)
    assert path("helm", lambda _: None) == kept


def test_a_program_that_must_be_the_pinned_build_is_not_looked_for_on_path(
    program: Program, runner: FakeRunner, tmp_path: Path
) -> None:
    program("etcd")
    kept = cached("etcd", tmp_path)
    assert path("etcd", print, runner) == kept


def test_an_answer_is_used_though_it_cannot_be_kept(
    program: Program, runner: FakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = program("helm")
    monkeypatch.setenv("WELLIT_CACHE", "/dev/null/cache")
    runner.tell("helm version --short", "v4.3.1")
    assert path("helm", print, runner) == copy


@pytest.mark.parametrize(
    ("version", "accepts", "answer"),
    [
        ("4.0.0", ">=4.0,<5", True),
        ("4.99.1", ">=4.0,<5", True),
        ("5.0.0", ">=4.0,<5", False),
        ("3.99.9", ">=4.0,<5", False),
        ("1.10.0", ">=1.7,<2", True),
        ("1.6.9", ">=1.7,<2", False),
    ],
)
def test_a_range_has_a_floor_and_a_ceiling(version: str, accepts: str, answer: bool) -> None:
    assert within(version, accepts) is answer


def empty(file: Path) -> None:
    file.write_text("")


def forbid(file: Path) -> None:
    file.chmod(0o644)


def change(file: Path) -> None:
    file.write_text("tnetnoc")
    os.utime(file, ns=(1, 1))


def lose_record(file: Path) -> None:
    (file.parent / "record.json").unlink()


def spoil_record(file: Path) -> None:
    (file.parent / "record.json").write_text('{"size": 7, "mti')


@pytest.mark.parametrize("spoil", [empty, forbid, change, lose_record, spoil_record, Path.unlink])
def test_a_copy_in_the_cache_that_is_not_whole_is_not_used(spoil: Callable[[Path], object], tmp_path: Path) -> None:
    file = cached("helm", tmp_path)
    assert in_cache(pin("helm"))
    spoil(file)
    assert in_cache(pin("helm")) is None


def test_a_cache_copied_from_another_machine_is_used(tmp_path: Path) -> None:
    file = cached("helm", tmp_path)
    os.utime(file, ns=(1, 1))
    assert in_cache(pin("helm"))


def test_an_unknown_tool_is_named(runner: FakeRunner) -> None:
    with pytest.raises(CannotAnswer, match='unknown tool "hlm"'):
        path("hlm", print, runner)
