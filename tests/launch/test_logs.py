"""Logs on a full disk, and a launch whose stdout nobody reads."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launch.made import graph, planned, worker
from wellit.errors import CannotAnswer
from wellit.launch import show, state
from wellit.launch.logs import Logs
from wellit.launch.state import Launched
from wellit.paths import ROOT

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no device that is full")
ASKED = """
import sys
from tests.launch.test_logs import tell
sys.stdin.read()
tell()
print("it goes on", file=sys.stderr)
"""


def tell() -> None:
    show.to_ask(planned(graph({"decode": worker()})), lambda text: print(text, file=sys.stderr))


@needs_full
def test_a_full_disk_takes_the_file_and_not_the_screen(tmp_path: Path) -> None:
    (tmp_path / "decode.log").symlink_to(FULL)
    screen = io.StringIO()
    logs = Logs(tmp_path, ["decode"], screen)
    logs.write("decode", "one")
    logs.write("decode", "two")
    logs.close()
    said = screen.getvalue()
    assert said.count("decode.log gets no more of what it says: No space left on device") == 1
    assert "decode | one" in said and "decode | two" in said
    assert logs.last("decode") == ["one", "two"]


def test_what_runs_cannot_be_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))
    (tmp_path / "launched").write_text("")
    with pytest.raises(CannotAnswer, match=r"cannot write .*launched/one.json: ") as told:
        state.write(Launched("one", "dynamo-sglang", "agg", "m", "http://127.0.0.1:1", 1))
    assert "WELLIT_CACHE" in told.value.write
    with pytest.raises(CannotAnswer, match="cannot write"), state.hold("one"):
        pass


def test_it_goes_on_where_nobody_reads_the_line_to_ask_it_with() -> None:
    words = [sys.executable, "-c", ASKED]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asked:  # fmt: skip
        assert asked.stdout and asked.stdin and asked.stderr
        asked.stdout.close()
        asked.stdin.close()
        said = asked.stderr.read().decode()
        assert asked.wait(120) == 0, said
    assert said.splitlines()[-1] == "it goes on"
