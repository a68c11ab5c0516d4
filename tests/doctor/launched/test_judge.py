"""What cannot be broken with Dynamo's mocker, over a look of our own making; and which launch is looked at."""

from __future__ import annotations

import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.launch.support import soon
from tests.smoke.frontend.world import COMMANDS, MODEL, NOT_READY, chatted, figures, health, pages, target
from wellit.doctor import launched as doctor
from wellit.doctor.launched.look import look
from wellit.doctor.launched.sight import Card, Sight
from wellit.errors import CannotAnswer
from wellit.findings import Check
from wellit.launch import state
from wellit.launch.state import Launched, Process
from wellit.smoke.ask import Answer

HERE = ("127.0.0.1", 12345)
PREFILL, DECODE = Card(MODEL, "dynamo", "prefill", 1, 16, HERE), Card(MODEL, "dynamo", "decode", 2, 16)
PROCESSES = (
    Process("frontend", "frontend", 10, "f.log"), Process("prefill", "prefill", 11, "p.log", "http://w"),
    Process("decode", "decode", 12, "d.log", "http://w"),
)  # fmt: skip
KNOWN = health(("dynamo", "prefill", 1), ("dynamo", "backend", 2))


def sight(**changes: Any) -> Sight:
    """A launch that is well."""
    seen = figures(chat=chatted(1, 2), health=KNOWN, workers={"prefill": pages(1), "decode": pages(2)})
    made = Sight(
        Launched("one", "dynamo-sglang", "disagg", MODEL, "http://f", 9, PROCESSES), target(),
        {one.name: True for one in PROCESSES}, {}, seen, (PREFILL, DECODE), {HERE: True},
    )  # fmt: skip
    return replace(made, **changes)


def failed(found: Sight) -> dict[str, Check]:
    return {check.id: check for check in doctor.report(found).checks if check.status == "fail"}


def test_one_that_is_well() -> None:
    found = doctor.report(sight())
    assert found.checks == [] and found.exit_code == 0
    assert [hop["status"] for hop in found.summary["hops"]] == ["pass"] * 4  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("cards", "listening", "why"),
    [
        ((replace(PREFILL, bootstrap=None), DECODE), {}, "has registered without an address for decode"),
        ((PREFILL, replace(PREFILL, number=3), DECODE), {HERE: True}, "several prefill workers have published"),
        ((PREFILL, DECODE), {HERE: False}, "nobody listens at 127.0.0.1:12345, which prefill has published"),
    ],
)
def test_what_prefill_publishes(cards: tuple[Card, ...], listening: dict[tuple[str, int], bool], why: str) -> None:
    check = failed(sight(cards=cards, listening=listening))["WL884"]
    assert why in check.detail and check.fix


def test_a_worker_that_was_killed_and_is_listed() -> None:
    stale = health(("dynamo", "prefill", 1), ("dynamo", "backend", 2), ("dynamo", "backend", 77))
    seen = sight().figures
    assert seen
    check = failed(sight(figures=replace(seen, health=stale)))["WL890"]
    assert "decode 77, which no process of this launch is" in check.detail and "wait 15 seconds" in check.fix


def test_what_was_not_published_in_a_folder_is_not_guessed() -> None:
    assert failed(sight(cards=None)) == {}
    spread = health(("dynamo", "prefill", 1), ("other", "backend", 2))
    seen = sight().figures
    assert seen
    found = failed(sight(cards=None, figures=replace(seen, health=spread, chat=Answer(503, NOT_READY))))
    assert "dynamo for prefill, other for decode" in found["WL883"].detail


def test_a_gpu_without_memory_in_the_log_of_one_that_ended() -> None:
    logs = {"decode": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB"}
    found = failed(sight(alive={"frontend": True, "prefill": True, "decode": False}, logs=logs))
    assert "decode: the GPU has not enough memory" in found["WL886"].detail
    assert found["WL880"].detail == "decode does not run; why stands above" and found["WL880"].fix == COMMANDS.again


def test_one_that_ended_without_a_word() -> None:
    found = failed(sight(alive={}, figures=None, logs={"decode": "a\nSomeError: b"}))
    assert set(found) == {"WL880"} and "decode said last" in found["WL880"].detail
    assert found["WL880"].evidence.endswith("SomeError: b") and "d.log" in found["WL880"].fix


def test_one_that_somebody_stopped() -> None:
    found = failed(sight(stopped=("decode",)))
    assert found["WL880"].detail.startswith("decode is there and does not go on")
    assert found["WL880"].fix == "kill -CONT 12"
    sleeping = subprocess.Popen(["sleep", "60"])
    try:
        sleeping.send_signal(signal.SIGSTOP)
        stopped = replace(sight().launched, processes=(replace(PROCESSES[0], pid=sleeping.pid, log="none"),))
        assert soon(lambda: look(stopped).stopped == (PROCESSES[0].name,))
    finally:
        sleeping.kill()
        sleeping.wait()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))
    return tmp_path


def test_the_last_one_is_looked_at_when_none_runs(cache: Path) -> None:
    with pytest.raises(CannotAnswer, match="nothing was launched on this machine"):
        doctor.examine()
    with state.hold("one"):
        gone = replace(sight().launched, processes=(replace(PROCESSES[0], pid=2**22 - 1, log=str(cache / "none")),))
        state.write(gone)
    found = doctor.examine()
    assert found.summary["result"] == "one does not run" and [one.id for one in found.checks] == ["WL880"]
    assert look(gone).logs == {"frontend": ""} and doctor.examine("one").checks == found.checks
    with pytest.raises(CannotAnswer, match="by the name two"):
        doctor.examine("two")
