"""What is said meanwhile stops no work, whoever reads it; an answer that has no place is told in words."""

from __future__ import annotations

import os
import sys

import pytest

from wellit import paths, process
from wellit.progress import Progress
from wellit.say import announce


def test_a_reader_of_stderr_that_has_gone_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        monkeypatch.setattr(sys, "stderr", gone)
        with Progress(announce, terminal=False) as progress:
            progress.show([("ms", False, "applying")])
        announce.live("waiting")
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)


def test_no_stderr_at_all_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    announce("a word")
    announce.live("waiting")


@pytest.mark.parametrize(
    ("closed", "code", "said"),
    [
        (">&-", 2, "error: stdout is closed"),
        (">/dev/full", 2, "error: the answer cannot be written: No space left on device"),
        ("2>&-", 0, ""),
    ],
)
def test_an_answer_that_has_no_place(closed: str, code: int, said: str) -> None:
    words = f'"$0" -m wellit.program --list {closed}'
    done = process.run(["sh", "-c", words, sys.executable], cwd=paths.ROOT, timeout=120)
    assert done.code == code and "Traceback" not in done.err and done.err.startswith(said)


def test_a_reader_that_has_seen_enough_is_no_mistake() -> None:
    words = 'exec 3>&1; ("$0" -m wellit.program --list; echo $? >&3) | sh -c "exec <&-"'
    done = process.run(["sh", "-c", words, sys.executable], cwd=paths.ROOT, timeout=120)
    assert (done.out, done.err) == ("0\n", "")
