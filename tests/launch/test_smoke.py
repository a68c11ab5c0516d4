"""What a launch is asked: its processes as a frontend and workers, with the commands that go with them."""

from __future__ import annotations

import pytest

from wellit.launch import smoke
from wellit.launch.state import Launched, Process

FRONTEND = Process("frontend", "frontend", 1, "/c/front end.log")
PREFILL = Process("prefill", "prefill", 2, "/c/prefill.log", "http://127.0.0.1:8081")
DECODE = Process("decode", "decode", 3, "/c/decode.log", "http://127.0.0.1:8082")


def launched(*processes: Process, mock: bool = False) -> Launched:
    return Launched("one", "dynamo-sglang", "disagg", "m", "http://127.0.0.1:8000", 1, processes, mock=mock)


def test_a_launch_that_splits() -> None:
    found = smoke.target(launched(FRONTEND, PREFILL, DECODE))
    assert [(one.name, one.role, one.road.url) for one in found.workers] == [
        ("prefill", "prefill", "http://127.0.0.1:8081"), ("decode", "decode", "http://127.0.0.1:8082"),
    ]  # fmt: skip
    assert found.split and found.router == "" and not found.stands_in and found.model == "m"
    assert found.workers[0].log == "tail -n 50 /c/prefill.log"
    assert found.commands.frontend_log == "tail -n 50 '/c/front end.log'"
    assert found.commands.doctor == "invoke doctor --launched=one"
    assert found.commands.again == "invoke launch -g dynamo-sglang -e disagg"


def test_a_launch_whose_workers_do_both() -> None:
    lonely = Process("worker", "", 2, "w.log")
    found = smoke.target(launched(FRONTEND, lonely, mock=True))
    assert not found.split and found.stands_in == smoke.MOCK
    assert not found.workers[0].road.url and "DYN_SYSTEM_PORT" in found.workers[0].road.why


@pytest.mark.parametrize(
    ("argv", "environment", "router"),
    [
        ((), {"DYN_ROUTER_MODE": "kv"}, "kv"),
        (("--router-mode", "random"), {"DYN_ROUTER_MODE": "kv"}, "random"),
        (("--router-mode=random",), {"DYN_ROUTER_MODE": "kv"}, "random"),
        (("--router-mode",), {}, ""),
    ],
)
def test_how_it_chooses_a_worker(argv: tuple[str, ...], environment: dict[str, str], router: str) -> None:
    front = Process("frontend", "frontend", 1, "f.log", argv=argv, environment=environment)
    assert smoke.target(launched(front, PREFILL)).router == router
