"""READMEs that are walks."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import paths, walk
from wellit.process import Done

README = """\
# A walk

```sh
not run
```

```console
$ echo one
one
$ printf 'a\\nb\\n'
a
...
```

```console cluster
$ kubectl get pods
```
"""


def steps(tmp_path: Path) -> list[walk.Step]:
    file = tmp_path / "README.md"
    file.write_text(README)
    return walk.steps(file)


def test_the_steps_of_a_readme(tmp_path: Path) -> None:
    one, two, three = steps(tmp_path)
    assert (one.command, one.promised, one.where, one.line) == ("echo one", "one", "", 8)
    assert (two.command, two.promised) == ("printf 'a\\nb\\n'", "a\n...")
    assert (three.where, three.line) == ("cluster", 16)


def test_a_step_is_run_and_held_against_its_promise(tmp_path: Path) -> None:
    said: list[str] = []
    assert [walk.take(step, said.append).ok for step in steps(tmp_path)[:2]] == [True, True]
    assert said == ["$ echo one", "$ printf 'a\\nb\\n'"]


@pytest.mark.parametrize(
    ("done", "ok"),
    [
        (Done(("sh",), 0, "one\n", ""), True),
        (Done(("sh",), 0, "two\n", ""), False),
        (Done(("sh",), 1, "one\n", ""), False),
    ],
)
def test_a_step_fails_by_its_code_and_by_its_words(done: Done, ok: bool, tmp_path: Path) -> None:
    assert walk.take(steps(tmp_path)[0], lambda _: None, run=lambda *_, **__: done).ok is ok


@pytest.mark.parametrize(
    ("promised", "output", "fits"),
    [
        ("", "anything\n", True),
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nx\nb\n", False),
        ("a\n...\nb", "a\nx\ny\nb\n", True),
        ("a\n...\nb", "a\nb\n", True),
        ("took ... s", "took 1.2 s\n", True),
        ("took ... s", "took\n", False),
        ("(a) [b]*", "(a) [b]*\n", True),
        ("a", "a\nb\n", False),
        ("...", "", True),
    ],
)
def test_what_a_promise_fits(promised: str, output: str, fits: bool) -> None:
    assert walk.matches(promised, output) is fits


def test_a_sandbox_may_stay_for_the_next_walk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "README.md").write_text("```console sandbox\n$ echo up\n$ echo sandbox.down\n```\n")
    monkeypatch.setattr(paths, "GUIDES", tmp_path)
    said: list[str] = []
    assert walk.guide("g", said.append, stays=True) == 0
    assert said[:2] == ["$ echo up", "up"]
    assert "the sandbox stays for the next walk" in said[2] and len(said) == 3


def test_a_walk_that_fails_says_what_was_promised_and_what_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "README.md").write_text("```console\n$ echo one\ntwo\n$ echo never\n```\n")
    monkeypatch.setattr(paths, "GUIDES", tmp_path)
    said: list[str] = []
    assert walk.guide("g", said.append) == 1
    assert said[:2] == ["$ echo one", "one"] and said[2].endswith("promised was:\ntwo")
    assert "invoke sandbox.down --name walked" in said[3] and len(said) == 4
