"""READMEs that are walks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from wellit import paths, walk
from wellit.errors import CannotAnswer, Interrupted
from wellit.process import Done, run
from wellit.walk import other, promise

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
    done = run(["ps", "-o", "stat=", "-p", str(process)], timeout=10)
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


def test_the_same_steps_in_another_environment() -> None:
    found = walk.steps(paths.GUIDES / "inference-scheduling" / "README.md")
    made = other.in_environment("inference-scheduling", found, "default")
    assert other.own(found) == "sglang" and other.own(made) == "default"
    text = "\n".join(f"{step.command}\n{step.promised}" for step in made if step.where != "cluster")
    assert "2 pods, decode, vLLM" in text and "SGLang" not in text and "sglang" not in text
    assert other.in_environment("inference-scheduling", found, "sglang") == found


def test_the_connector_of_another_engine_is_promised() -> None:
    found = walk.steps(paths.GUIDES / "pd-disaggregation" / "README.md")
    text = "\n".join(step.promised for step in other.in_environment("pd-disaggregation", found, "default"))
    assert "KV by nixlv2 → " in text and "sglang" not in text


@pytest.mark.parametrize(
    ("guide", "environment", "said"),
    [
        ("inference-scheduling", "sim", "another accelerator"),
        ("inference-scheduling", "nope", "unknown environment"),
    ],
)
def test_an_environment_that_the_readme_has_no_steps_for_is_refused(guide: str, environment: str, said: str) -> None:
    found = walk.steps(paths.GUIDES / guide / "README.md")
    with pytest.raises(CannotAnswer) as refused:
        other.in_environment(guide, found, environment)
    assert said in f"{refused.value.message} {refused.value.why}"


def test_a_promise_without_a_counterpart_is_refused_with_its_place() -> None:
    step = walk.Step("scripts/invoke show -e sglang", "KV by sglang", "", "guides/g/README.md", 7)
    with pytest.raises(CannotAnswer) as refused:
        other.in_environment("inference-scheduling", [step], "trtllm")
    assert refused.value.where == "guides/g/README.md:7" and '"sglang" has no counterpart' in refused.value.why


def test_a_readme_that_names_no_environment_has_none_to_replace() -> None:
    with pytest.raises(CannotAnswer, match="has no steps for -e default"):
        other.in_environment("inference-scheduling", [walk.Step("echo", "", "", "f", 1)], "default")
