"""What is shown while a tool is built: counted seconds on a terminal, plain lines anywhere else."""

from __future__ import annotations

import io
import sys

import pytest

from tests.tools.conftest import FakeGo
from wellit import say
from wellit.tools import progress
from wellit.tools.get import path


class Screen:
    """A terminal: lines that stay, and lines that are replaced."""

    def __init__(self) -> None:
        self.stays: list[str] = []
        self.passes: list[str] = []

    def __call__(self, text: str) -> None:
        self.stays.append(text)

    def live(self, text: str) -> None:
        self.passes.append(text)


def test_seconds_are_counted_on_a_terminal(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    go.install(seconds=0.3)
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.05)
    screen = Screen()
    path("helm", screen)
    assert len(screen.stays) == 2
    assert [line for line in screen.passes if line.endswith("from source (1 of 1) ... 0 s of about 90 s")]


def test_progress_goes_to_stderr_in_plain_lines_when_it_is_not_a_terminal(
    go: FakeGo, capsys: pytest.CaptureFixture[str]
) -> None:
    go.install()
    path("helm")
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split()[0] for line in err.splitlines()] == ["building", "built"]
    assert "\x1b" not in err


def test_on_a_terminal_a_line_that_passes_is_wiped_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    say.announce.live("12 s")
    say.announce("built")
    assert screen.getvalue() == "\r\x1b[2K12 s\r\x1b[2Kbuilt\n"
