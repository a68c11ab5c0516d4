"""invoke test: its exit code is 1 as soon as one of its steps did not end well."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from wellit import process, testing, tools


@pytest.mark.parametrize(
    ("codes", "answer"),
    [({}, 0), ({"mypy": 1}, 1), ({"pytest": 2}, 1), ({"pytest": -15}, 1), ({"ruff": 2, "pytest": -9}, 1)],
)
def test_what_ended_badly_is_not_a_success(codes: dict[str, int], answer: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A negative code is what Python has for a step that a signal ended."""

    def attached(argv: Sequence[str | Path], **_: object) -> int:
        return codes.get(str(argv[2]), 0)

    monkeypatch.setattr(process, "attached", attached)
    monkeypatch.setattr(tools, "ensure", lambda *_: {})
    assert testing.run("", lambda _: None) == answer


@pytest.mark.parametrize(
    ("words", "failed", "again", "answer"),
    [
        ("", 2, 0, 0),  # they pass alone
        ("", 2, 1, 1),  # they do not
        ("", 9, 0, 1),  # too many for an accident
        ("tests/x.py", 1, 0, 1),  # somebody runs one test and looks at it
    ],
)
def test_a_few_that_failed_are_run_once_more(
    words: str, failed: int, again: int, answer: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "lastfailed"
    cache.write_text(json.dumps({f"tests/test_{number}.py::test": True for number in range(failed)}))
    ran: list[str] = []

    def attached(argv: Sequence[str | Path], **_: object) -> int:
        ran.append(" ".join(map(str, argv[2:])))
        return (again if "--last-failed" in argv else 1) if argv[2] == "pytest" else 0

    monkeypatch.setattr(process, "attached", attached)
    monkeypatch.setattr(tools, "ensure", lambda *_: {})
    monkeypatch.setattr(testing, "FAILED", cache)
    said: list[str] = []
    assert testing.run(words, said.append) == answer
    assert any("--last-failed" in line for line in ran) == (not words and failed < 9)
    assert any("once more, alone: tests/test_0.py::test, tests/test_1.py" in line for line in said) == (not answer)
