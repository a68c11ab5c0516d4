"""A guide's README is walked: where it begins, what stays in the background, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from wellit import paths, walk
from wellit.errors import CannotAnswer, Interrupted
from wellit.process import Done, run


@pytest.fixture
def readme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Writes the README of the guide g."""
    monkeypatch.setattr(paths, "GUIDES", tmp_path)
    (tmp_path / "g").mkdir()

    def write(text: str) -> None:
        (tmp_path / "g" / "README.md").write_text(text)

    return write


@pytest.fixture
def _up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk's sandbox seems to be up."""
    monkeypatch.setattr("wellit.access.open_access", lambda **_: None)


def walked(code: int = 0, **about: Any) -> list[str]:
    said: list[str] = []
    assert walk.guide("g", said.append, **about) == code
    return said


def test_a_sandbox_may_stay_for_the_next_walk(readme: Callable[[str], None]) -> None:
    readme("```console sandbox\n$ echo up\n$ echo sandbox.down\n```\n")
    said = walked(stays=True)
    assert "2 steps; 2 are run here, in the sandbox walked" in said[0]
    assert said[1].startswith("step 1 of 2, ") and said[1].endswith("README.md:2")
    assert said[2:4] == ["$ echo up", "up"] and said[4].endswith(" s")
    assert "the sandbox stays for the next walk" in said[5] and len(said) == 6


@pytest.mark.usefixtures("_up")
def test_a_walk_that_fails_says_what_differs_and_how_to_go_on(readme: Callable[[str], None]) -> None:
    readme("```console sandbox\n$ echo sandbox.up\n$ echo one; exit 3\ntwo\n$ echo never\n```\n")
    *_, told, on = walked(1)
    assert told.splitlines()[2::2] == ["  > two   <- does not come", "  > one   <- in its place"]
    assert told.endswith("it ended with exit code 3")
    assert "scripts/invoke walk -g g --from 2; the sandbox stays" in on and "sandbox.down --name walked" in on


def test_a_walk_may_begin_anywhere_in_it(readme: Callable[[str], None]) -> None:
    readme("```console\n$ exit 1\n$ echo two\ntwo\n```\n")
    assert "$ echo two" in walked(start=2)
    with pytest.raises(CannotAnswer, match="there is no step 3") as refused:
        walked(start=3)
    assert refused.value.write == "--from a number from 1 to 2"


STAYS = """\
```console
$ sh -c 'echo $$; echo listening; sleep 600' &
...
listening
$ echo next
next
```
"""


def alive(process: int) -> bool:
    """Whether it runs. One that has ended may keep its number until somebody asks for it: a zombie."""
    done = run(["ps", "-o", "stat=", "-p", str(process)], timeout=60)
    return done.ok and not done.out.startswith("Z")


@pytest.mark.parametrize("start", [1, 2])
def test_what_stays_is_waited_for_and_ends_with_the_walk(readme: Callable[[str], None], start: int) -> None:
    readme(STAYS)
    said = walked(start=start)
    number = int(said[said.index("listening") - 1])
    assert "goes on in the background" in said[said.index("listening") + 1]
    assert said.index("listening") < said.index("next")
    assert not alive(number)


def test_what_stays_ends_when_a_later_step_fails_and_tells_how_it_is(readme: Callable[[str], None]) -> None:
    readme(STAYS.replace("\nnext\n", "\nother\n"))
    said = walked(1)
    assert "still runs\n" in said[-2] and said[-2].endswith("  | listening")
    assert not alive(int(said[said.index("listening") - 1]))


def test_what_stays_but_ends_at_once_fails(readme: Callable[[str], None]) -> None:
    readme("```console\n$ echo no; exit 4 &\nlistening\n```\n")
    told = walked(1)[-2]
    assert "  > no   <- in its place" in told and told.endswith("it ended with exit code 4")


def test_a_walk_that_fails_before_there_is_a_sandbox_says_so(
    readme: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "cache"))
    readme("```console sandbox\n$ exit 2 # sandbox.up\n```\n")
    assert walked(1)[-1].endswith("; no sandbox of it is up")


@pytest.mark.usefixtures("_up")
def test_an_interrupted_walk_says_what_stays(readme: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    readme("```console sandbox\n$ echo sandbox.up\n$ kill -2 $$\n```\n")

    def fake(argv: Sequence[str | Path], **_: Any) -> Done:
        if "kill" in str(argv[-1]):
            raise KeyboardInterrupt
        return Done((), 0, "", "")

    monkeypatch.setattr(walk, "Walk", partial(walk.Walk, run=fake))
    with pytest.raises(Interrupted, match="stopped in step 2 of 2") as stopped:
        walked()
    assert "the sandbox stays" in stopped.value.why and stopped.value.write.endswith("walk -g g --from 2")
