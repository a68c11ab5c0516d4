"""What is said of a launch, while it runs and after."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wellit.errors import CannotAnswer
from wellit.launch import state
from wellit.launch.state import Launched, Process
from wellit.paths import ROOT

WORKER = Process("decode-0", "decode", 12, "/tmp/decode-0.log", "http://127.0.0.1:8081", {"system": 8081}, "0", ("a",))
ONE = Launched("one", "dynamo-sglang", "agg", "Qwen/Qwen3-0.6B", "http://127.0.0.1:8000", 11, (WORKER,))
HOLDER = """
import sys
from wellit.launch import state
with state.hold("one"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))


def test_it_is_read_as_it_was_written_and_gone_in_the_end() -> None:
    with state.hold("one") as folder:
        assert folder.is_dir()
        state.write(ONE)
        assert state.find() == state.find("one") == ONE
        assert ONE.running
        assert ONE.ports == {8081: "decode-0"}
    assert state.everything() == []
    with pytest.raises(CannotAnswer, match="nothing is launched"):
        state.find()


def test_a_second_one_of_the_name_is_refused_with_the_first_ones_address() -> None:
    with state.hold("one"):
        state.write(ONE)
        with pytest.raises(CannotAnswer, match=r"one is launched already \(pid 11\), at http://127.0.0.1:8000"):
            state.hold("one").__enter__()
        assert ONE.running


def test_several_need_a_name() -> None:
    with state.hold("one"), state.hold("two"):
        state.write(ONE)
        state.write(replace(ONE, name="two"))
        with pytest.raises(CannotAnswer, match="several are launched") as told:
            state.find()
        assert "one, two" in told.value.write
        assert state.find("two").name == "two"
        with pytest.raises(CannotAnswer, match='unknown launch "ones"'):
            state.find("ones")


def test_what_a_killed_launcher_left_is_told_apart() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as launcher:
        assert launcher.stdout
        launcher.stdout.readline()
        state.write(replace(ONE, pid=launcher.pid))
        assert state.find("one").running
        launcher.kill()
    with pytest.raises(CannotAnswer, match="does not run any more") as told:
        state.find("one")
    assert told.value.write.startswith("invoke launch -g dynamo-sglang -e agg; invoke doctor --launched=one")
    assert state.read("one") is None
    assert (last := state.last("one")) and last.pid == launcher.pid and state.last() == last


def test_what_ended_is_kept_with_its_logs() -> None:
    with state.hold("one") as folder:
        state.write(ONE)
        assert state.last("one") is None
    assert state.last() == state.last("one") == ONE
    assert (folder / state.KEPT).exists() and state.everything() == [] and state.last("two") is None


def test_a_file_of_another_release_is_no_launch(tmp_path: Path) -> None:
    (tmp_path / "launched").mkdir()
    (tmp_path / "launched" / "old.json").write_text('{"name": "old"}')
    assert state.read("old") is None
    assert state.everything() == []
