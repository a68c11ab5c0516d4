"""`invoke launch` as a person runs it, with a stand-in for ai-dynamo on PYTHONPATH."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.launch.support import SITE, Launch, free_ports, gone
from wellit.launch import state

Invoke = Callable[..., Launch]
GPUS = ("--set", "local.devices=[0,1]")
NO_HUB = {"HF_ENDPOINT": "http://127.0.0.1:1"}  # which is no reason not to start

CONFIG = """
prod:
  decode: {max-running-requests: 8, page-size: 32, api-key: sk-0123456789abcdefghij}
  prefill: {chunked-prefill-size: 4096}
"""


@pytest.fixture
def invoke(own_cache: Path) -> Iterator[Invoke]:
    """Starts it with free ports; whatever runs still is stopped in the end."""
    started: list[Launch] = []

    def start(*words: str, behaviour: object = None, **env: str) -> Launch:
        http, system, bootstrap = free_ports(3)
        ports = [f"local.port={http}", f"local.systemPort={system}", f"disaggregation.bootstrapPort={bootstrap}"]
        guide = () if "-g" in words else ("--size", "small")  # without -g it is the one that can be launched
        argv = [sys.executable, "-m", "wellit.program", "launch", *guide]
        for port in ports if guide else ():
            argv += ["--set", port]
        given = {"PYTHONPATH": str(SITE), "STANDIN": json.dumps(behaviour or {}), **NO_HUB, **env}
        launch = Launch([*argv, *words], os.environ | given, own_cache / f"said-{len(started)}")
        started.append(launch)
        return launch

    yield start
    for launch in started:
        if launch.process.poll() is None:
            launch.end(signal.SIGTERM)


def test_a_stack_runs_until_ctrl_c(invoke: Invoke) -> None:
    launch = invoke("-e", "disagg", *GPUS, "--", "--mem-fraction-static", "0.5")
    said = launch.until("curl -s")
    there = state.find()
    assert (there.name, there.guide, there.environment) == ("dynamo-sglang-disagg", "dynamo-sglang", "disagg")
    assert (there.model, there.mock, there.ready) == ("Qwen/Qwen3-0.6B", False, True)
    assert [one.role for one in there.processes] == ["frontend", "decode", "prefill"]
    assert [one.devices for one in there.processes] == ["", "0", "1"]
    assert there.processes[1].argv[-2:] == ("--mem-fraction-static", "0.5")
    assert "3 processes of Dynamo 1.3.1 on this machine" in said
    code, _ = launch.end(signal.SIGINT)
    assert code == 130
    assert gone(launch.pids)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-e", "agg"), 2, "nvidia-smi is not on PATH"),
        (("-e", "disagg", "--set", "local.devices=[0]"), 2, "needed: 2 (decode 1, prefill 1); local.devices has 1"),
        (("-e", "disagg-multinode", *GPUS), 2, "is spread over 2 nodes, and this is one machine"),
        (("-e", "agg", *GPUS, "--set", "local.discovery=etcd"), 2, "nothing takes connections at http://localhost:1"),
        (("-e", "disagg", "--set", "prefill.replicas=0"), 1, "write -e agg"),
        (("-e", "agg", "--set", "prefill.replicas=1"), 1, "write -e disagg"),
        (("-e", "agg", *GPUS, "--", "--no-such-flag"), 1, "--no-such-flag"),
        (("-e", "agg", *GPUS, "--set", "local.host=192.0.2.77"), 2, "192.0.2.77 is no address of this machine"),
        (("-e", "agg", *GPUS, "--timeout", "0"), 2, "--timeout 0 leaves no time"),
        (("-e", "agg", *GPUS, "--set", "model.name=./nowhere"), 2, "nowhere"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_started_is_said_before_anything_is(
    invoke: Invoke, words: tuple[str, ...], code: int, said: str
) -> None:
    launch = invoke(*words, ETCD_ENDPOINTS="http://localhost:1")
    assert launch.end()[0] == code, launch.said
    assert said in launch.said
    assert code == 1 or " was not started" in launch.said or "--timeout" in words
    assert launch.pids == []
    assert state.everything() == []


def test_what_the_mock_engine_answers_is_asked_and_all_is_stopped(
    invoke: Invoke,
    dynamo: Path,  # noqa: ARG001
) -> None:
    launch = invoke("-e", "disagg", "--mock", "--smoke")
    code, said = launch.end()
    assert code == 0, said
    assert "prefill and decode both take part: prefill by prefill, decode by decode" in said
    assert "Dynamo 1.3.1's own frontend runs, and its mocker stands in for dynamo.sglang" in said
    assert "of decode it is not told: --tp-size 1" in said
    assert "launched/dynamo-sglang-disagg, frontend.log, decode.log, prefill.log" in said
    assert "decode   |" not in said
    assert "curl" not in said
    assert "not checked" not in said
    assert state.everything() == []
    ended = state.last()
    assert ended and ended.ended == "its smoke, which found nothing wrong"


def test_a_config_file_reaches_the_workers_and_its_secrets_no_screen(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "serving.yaml").write_text(CONFIG)
    launch = invoke("-e", "disagg", *GPUS, "--config", str(tmp_path / "serving.yaml"), "--config-key", "prod")
    said = launch.until("curl -s")
    assert "page-size: 32 has no effect: decode is started with --page-size 16" in said
    decode, prefill = state.find().processes[1:]
    assert decode.argv[3:7] == ("--max-running-requests", "8", "--api-key", "********")
    assert prefill.argv[3:5] == ("--chunked-prefill-size", "4096")
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in launch.pids]
    assert any(b"sk-0123456789abcdefghij" in words for words in commands)
    code, said = launch.end(signal.SIGINT)
    assert code == 130 and "sk-0123456789" not in said


@pytest.mark.parametrize(("section", "told"), [("prod.decode", "page-size"), ("prod.decod", "prod.decode")])
def test_a_config_file_with_a_mistake_starts_nothing(
    invoke: Invoke, tmp_path: Path, section: str, told: str
) -> None:  # fmt: skip
    (tmp_path / "serving.yaml").write_text("prod:\n  decode:\n    page_size: 16\n")
    code, said = invoke("-e", "agg", "--config", str(tmp_path / "serving.yaml"), "--config-key", section).end()
    assert code == 1 and told in said and "processes of Dynamo" not in said


def test_a_smoke_shows_what_processes_said_where_none_answers(invoke: Invoke) -> None:
    launch = invoke("-e", "agg", *GPUS, "--smoke", "--timeout", "5", behaviour={"worker": {"late": 60}})
    code, said = launch.end()
    assert code == 1
    assert "decode   |" not in said
    assert "decode said last:\n  worker is up as" in said
    assert "no chat was answered within 5 s" in said


def test_another_way_cannot_be_launched(invoke: Invoke) -> None:
    code, said = invoke("-g", "pd-disaggregation", "-e", "sglang").end()
    assert code == 2
    assert "pd-disaggregation cannot be launched: it is made in the way llm-d" in said
    assert "invoke launch -g dynamo-sglang" in said


def test_for_a_program_stdout_has_the_report_alone(invoke: Invoke) -> None:
    launch = invoke("-e", "agg", *GPUS, "--format", "json")
    launch.until("Ctrl-C ends all of it")
    code, said = launch.end(signal.SIGINT)
    assert code == 130 and "curl" not in said
    assert '"message": "ended by Ctrl-C; none of its processes is left"' in said


def test_a_worker_that_dies_ends_it_with_its_own_words(invoke: Invoke) -> None:
    says = "launch: error: unrecognized arguments: --nope"
    launch = invoke("-e", "agg", *GPUS, behaviour={"worker": {"die": 2, "says": says, "after": 0.2, "late": 60}})
    code, said = launch.end()
    assert code == 1
    assert "decode ended by itself before a chat was answered: exit code 2; the others were stopped" in said
    assert "why: it has no flag --nope" in said
    assert gone(launch.pids)
