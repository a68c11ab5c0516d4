"""invoke test: its exit code is 1 as soon as one of its steps did not end well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from wellit import process, testing, tools


@pytest.mark.parametrize(
    ("codes", "answer"),
    [({}, 0), ({"mypy": 1}, 1), ({"pytest": 1}, 1), ({"pytest": -15}, 1), ({"ruff": 2, "pytest": -9}, 1)],
)
def test_what_ended_badly_is_not_a_success(codes: dict[str, int], answer: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A negative code is what Python has for a step that a signal ended."""

    def attached(argv: Sequence[str | Path], **_: object) -> int:
        return codes.get(str(argv[2]), 0)

    monkeypatch.setattr(process, "attached", attached)
    monkeypatch.setattr(tools, "ensure", lambda *_: {})
    assert testing.run("", lambda _: None) == answer
