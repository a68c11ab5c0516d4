"""The steps of a README, and whether what comes back is what is promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import walk
from wellit.process import Done
from wellit.walk import promise

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
    assert said == ["$ echo one", "one", "$ printf 'a\\nb\\n'", "a", "b"]


@pytest.mark.parametrize(
    ("done", "ok"),
    [
        (Done(("sh",), 0, "", "one\n"), True),
        (Done(("sh",), 0, "", "two\n"), False),
        (Done(("sh",), 1, "", "one\n"), False),
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
        ("ready ...", "ready\n", True),
        ("ready ...", "ready (simulated)\n", True),
        ("ready ...", "readyish\n", False),
    ],
)
def test_what_a_promise_fits(promised: str, output: str, fits: bool) -> None:
    assert walk.matches(promised, output) is fits


@pytest.mark.parametrize(
    ("promised", "output", "marked"),
    [
        ("a\nb", "a\nx\nb", ["  > b   <- does not come", "  > x   <- in its place"]),
        ("a\n...\nb", "a\nx\n", ["  > b   <- does not come", "  > x   <- nor in any line after it"]),
        (
            "...\n1 of 1 pods",
            "x\n0 of 1 pods\ny",
            ["  > 1 of 1 pods   <- does not come", "  > 0 of 1 pods   <- the most like it"],
        ),
        ("a", "a\nb", ["  > b   <- one line too many"]),
        ("a\nb", "a", ["  > b   <- does not come", "  > (nothing more came back)"]),
        ("a", "a", []),
        ("", "x", []),
    ],
)
def test_the_first_line_that_differs_is_marked(promised: str, output: str, marked: list[str]) -> None:
    assert [line for line in promise.difference(promised, output) if line.startswith("  >")] == marked


def test_a_difference_shows_both_in_full() -> None:
    assert promise.difference("a\nb\nc", "a\nx\nc\n") == [
        "promised:", "  | a", "  > b   <- does not come", "  | c",
        "came back:", "  | a", "  > x   <- in its place", "  | c",
    ]  # fmt: skip
