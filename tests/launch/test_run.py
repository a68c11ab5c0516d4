"""Launches with real processes, ports and signals: what is said, the exit code, and that nothing is left."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.launch.support import AGG, DISAGG, Launch, gone, launching, local, soon
from wellit.doctor.launched import examine
from wellit.errors import CannotAnswer
from wellit.launch import state

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="nobody else adopts what a process leaves behind")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))


def nothing_left(launch: Launch, tmp_path: Path, processes: int) -> None:
    assert len(launch.pids) == processes
    assert gone(launch.pids)
    assert state.everything() == []
    assert not (tmp_path / "launched" / "one" / "kv").exists()


def test_ready_is_a_chat_that_was_answered_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with launching(tmp_path, DISAGG, {"decode": {"late": 1, "children": 2}}, env={"HF_TOKEN": "hf_x"}) as launch:
        said = launch.until("curl -s")
        there = state.find("one")
        assert there.ready
        assert [process.name for process in there.processes] == ["frontend", "decode", "prefill"]
        assert {process.pid for process in there.processes} <= set(launch.pids)
        assert "hf_x" not in json.dumps(there.processes, default=vars)
        assert "hf_x" in Path(there.processes[1].log).read_text()
        assert "ready: a chat was answered" in said
        assert "qwen is not listed yet; decode " in said
        code, said = launch.end(signal.SIGINT)
    assert code == 130
    assert "decode   | decode is up" in said
    assert "decode says goodbye" not in said
    assert said.rstrip().endswith("error: ended by Ctrl-C; none of its processes is left")
    with pytest.raises(CannotAnswer, match="one, which was ready, was ended by Ctrl-C, at 2"):
        examine()
    nothing_left(launch, tmp_path, 5)
    log = (tmp_path / "launched" / "one" / "decode.log").read_text()
    assert "decode is up" in log
    assert "decode says goodbye" in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_term_ends_it_as_ctrl_c_does(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_DFL)  # below nohup it is ignored, and children keep that
    try:
        _ends_like_ctrl_c(tmp_path, number)
    finally:
        signal.signal(number, before)


def _ends_like_ctrl_c(tmp_path: Path, number: signal.Signals) -> None:
    with launching(tmp_path, AGG) as launch:
        launch.until("curl -s")
        code, _ = launch.end(number)
    assert code == 130
    nothing_left(launch, tmp_path, 2)


def test_a_worker_that_dies_while_starting(tmp_path: Path) -> None:
    says = {"die": 3, "after": 0.5, "says": "RuntimeError: CUDA out of memory", "late": 60}
    with launching(tmp_path, DISAGG, {"prefill": says, "decode": {"children": 1, "late": 60}}) as launch:
        code, said = launch.end()
    assert code == 1
    assert "prefill ended by itself before a chat was answered: exit code 3; the others were stopped" in said
    assert "prefill said last:\n" in said
    assert "  RuntimeError: CUDA out of memory" in said
    assert "why: the GPU has not enough memory" in said
    assert "launched/one/prefill.log" in said
    nothing_left(launch, tmp_path, 4)


def test_a_frontend_that_crashes_while_it_serves(tmp_path: Path) -> None:
    with launching(tmp_path, AGG) as launch:
        launch.until("curl -s")
        os.kill(launch.pid("frontend"), signal.SIGSEGV)
        code, said = launch.end()
    assert code == 1
    assert "frontend ended by itself after a chat had been answered: signal SIGSEGV (11)" in said
    nothing_left(launch, tmp_path, 2)


def test_one_that_ends_without_an_error_ends_all_too(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"worker": {"die": 0, "after": 0.3, "late": 60}}) as launch:
        code, said = launch.end()
    assert code == 1
    assert "decode ended by itself before a chat was answered: exit code 0" in said
    nothing_left(launch, tmp_path, 2)


def test_who_does_not_heed_term_is_killed_after_the_grace_time(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"worker": {"deaf": True, "children": 2}}, settings=local(grace=1)) as launch:
        launch.until("curl -s")
        began = time.monotonic()
        code, said = launch.end(signal.SIGINT)
    assert code == 130
    assert time.monotonic() - began > 1
    assert "decode did not heed TERM, and was killed" in said
    nothing_left(launch, tmp_path, 4)


def test_two_signals_at_once_are_one(tmp_path: Path) -> None:
    """As timeout(1) sends them: to the program, and to its group."""
    with launching(tmp_path, AGG) as launch:
        launch.until("curl -s")
        launch.process.send_signal(signal.SIGTERM)
        code, said = launch.end(signal.SIGTERM)
    assert code == 130
    assert "killed" not in said.partition("stopping all of them; a second Ctrl-C kills")[2]
    nothing_left(launch, tmp_path, 2)


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"worker": {"deaf": True, "children": 2}}, settings=local(grace=30)) as launch:
        launch.until("curl -s")
        began = time.monotonic()
        code, said = launch.end(signal.SIGINT, signal.SIGINT)
    assert code == 130
    assert "decode was killed, as asked" in said
    assert time.monotonic() - began < 25
    nothing_left(launch, tmp_path, 4)


def test_ctrl_c_while_it_waits(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"worker": {"late": 60}}) as launch:
        launch.until("decode says notready")
        code, _ = launch.end(signal.SIGINT)
    assert code == 130
    assert examine().exit_code == 1  # it was ended because it was never ready
    nothing_left(launch, tmp_path, 2)


@LINUX
def test_nothing_is_left_of_a_launcher_that_was_killed(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"worker": {"deaf": True, "children": 2}}) as launch:
        launch.until("curl -s")
        code, _ = launch.end(signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert len(launch.pids) == 4
    assert soon(lambda: gone(launch.pids))
    assert state.everything() == []


def test_no_answer_in_time(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"worker": {"late": 60}}, timeout=2) as launch:
        code, said = launch.end()
    assert code == 1
    assert "no chat was answered within 2 s: " in said
    nothing_left(launch, tmp_path, 2)


def test_a_model_without_a_chat_is_asked_to_complete(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"frontend": {"chat": 400}}) as launch:
        said = launch.until("curl -s")
        launch.end(signal.SIGINT)
    assert "ready: a completion was answered" in said
    assert "a chat is answered with 400: this model has no chat template" in said


def test_a_reader_that_goes_ends_it(tmp_path: Path) -> None:
    with launching(tmp_path, AGG, {"worker": {"late": 3}}, pipe=True) as launch:
        reader = launch.process.stdout
        assert reader
        pids: list[int] = []
        while len(pids) < 2:
            line = reader.readline()
            pids += [int(line.split()[-1])] if "is up as" in line else []
        reader.close()
        assert launch.process.wait(120) != 0
    assert gone(pids)
    assert state.everything() == []


def test_a_second_launch_of_the_same_name(tmp_path: Path) -> None:
    with launching(tmp_path, AGG) as launch:
        launch.until("curl -s")
        with launching(tmp_path, AGG) as second:
            code, said = second.end()
        assert code == 2
        assert f"one is launched already (pid {launch.process.pid}), at http://127.0.0.1:" in said
        assert second.pids == []
        launch.end(signal.SIGINT)
