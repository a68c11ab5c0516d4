"""What is asked of a machine before anything is started, and what is said when it has not enough."""

from __future__ import annotations

from typing import Any

from tests.launch.made import EVENTS, graph, planned, worker
from wellit.findings import Check
from wellit.launch import checks
from wellit.launch.facts import Local
from wellit.launch.machine import Gpu, Interpreter, Machine
from wellit.launch.planned import Plan

PYTHON = Interpreter("/usr/bin/python3", {"dynamo.frontend": True, "dynamo.sglang": True}, {"ai-dynamo": "1.3.1"})
GPUS = tuple(Gpu(str(number), "H100", 80000, 100) for number in range(4))
DISAGG = {"decode": worker(role="decode"), "prefill": worker(role="prefill")}


def healthy(**more: Any) -> Machine:
    return Machine(**{"gpus": GPUS, "programs": {"python3": PYTHON}} | more)


def asked(plan: Plan, machine: Machine) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for check in checks.checks(plan, machine):
        found.setdefault(check.id, []).append(check)
    return found


def wrong(plan: Plan, machine: Machine) -> list[tuple[str, str, str, str]]:
    return [(one.id, one.status, one.detail, one.fix) for one in checks.checks(plan, machine) if one.status != "pass"]


def test_a_machine_with_all_of_it() -> None:
    plan = planned(graph(DISAGG))
    assert wrong(plan, healthy()) == []
    assert asked(plan, healthy())["WL851"][0].detail == "decode on 0, prefill on 1"
    assert asked(plan, healthy())["WL850"][0].detail == "8000, 8081, 8082, 12345"


def test_each_port_that_is_taken_is_told_with_whose_it_is_and_the_setting_that_moves_it() -> None:
    taken = {8000: "pid 7 (python3 -m http.server)", 8082: "", 12345: "prefill of one, launched by pid 3"}
    assert wrong(planned(graph(DISAGG)), healthy(taken=taken)) == [
        ("WL850", "fail", "8000 (http of frontend) is taken by pid 7 (python3 -m http.server)",
         "--set local.port=8100"),
        ("WL850", "fail", "8082 (system of prefill) is taken by a process that may not be seen",
         "--set local.systemPort=8182"),
        ("WL850", "fail", "12345 (bootstrap of prefill) is taken by prefill of one, launched by pid 3",
         "--set disaggregation.bootstrapPort=12445"),
    ]  # fmt: skip


def test_fewer_gpus_than_workers_take() -> None:
    plan = planned(graph({"decode": worker("--tp", "4", role="decode"), "prefill": worker(role="prefill")}))
    ((_, status, detail, fix),) = wrong(plan, healthy())
    assert (status, detail) == ("fail", "needed: 5 (decode 4, prefill 1); this machine has 4")
    assert "--mock" in fix
    ((_, _, detail, _),) = wrong(plan, healthy(visible=("0", "1")))
    assert detail == "needed: 5 (decode 4, prefill 1); CUDA_VISIBLE_DEVICES has 2"
    ((_, status, detail, _),) = wrong(plan, healthy(gpus=None, gpus_why="nvidia-smi is not on PATH"))
    assert (status, detail) == ("unknown", "needed: 5 (decode 4, prefill 1); nvidia-smi is not on PATH")


def test_the_devices_that_a_person_names_are_handed_out() -> None:
    named = planned(graph(DISAGG), Local(devices=("3", "2")))
    assert asked(named, healthy())["WL851"][0].detail == "decode on 3, prefill on 2"
    assert checks.pool(named, healthy(visible=("0",))) == ["3", "2"]
    gone = planned(graph(DISAGG), Local(devices=("3", "7")))
    assert wrong(gone, healthy())[0][2] == "local.devices has 3, 7; this machine has 0, 1, 2, 3"
    twice = planned(graph(DISAGG), Local(devices=("3", "3")))
    assert wrong(twice, healthy())[0][2] == "local.devices has one twice: 3, 3"


def test_memory_that_another_has_is_a_warning() -> None:
    busy = (Gpu("0", "H100", 80000, 20000), *GPUS[1:])
    ((key, status, detail, _),) = wrong(planned(graph({"decode": worker()})), healthy(gpus=busy))
    assert (key, status, detail) == ("WL857", "warn", "GPU 0 (H100): 20000 of 80000 MiB are in use by others")


def test_etcd_and_nats_that_are_asked_for_and_not_there() -> None:
    plan = planned(graph({"decode": worker()}), Local(discovery="etcd", request_plane="nats"))
    found = wrong(plan, healthy(answering={"http://localhost:2379": True, "nats://localhost:4222": False}))
    assert found == [
        ("WL852", "fail", "nothing takes connections at nats://localhost:4222",
         "start it, or say where it is: export NATS_SERVER=...; or --set local.requestPlane=tcp and no KV events"),
    ]  # fmt: skip
    events = planned(graph({"decode": worker("--kv-events-config", EVENTS)}, "0.8.1"))
    assert [one[0] for one in wrong(events, healthy(answering={"nats://localhost:4222": True}))] == ["WL854"]


def test_programs_that_are_not_there() -> None:
    plan = planned(graph({"decode": worker()}))
    lacks = Interpreter("/usr/bin/python3", {"dynamo.frontend": True, "sglang": False})
    ((key, status, detail, fix),) = wrong(plan, healthy(programs={"python3": lacks}))
    assert (key, status, detail) == ("WL853", "fail", "/usr/bin/python3 has no module sglang")
    assert 'pip install "ai-dynamo[sglang]==1.3.1"' in fix
    assert "--mock" in fix
    ((_, status, detail, _),) = wrong(plan, healthy(programs={"python3": Interpreter(why="python3 is not on PATH")}))
    assert (status, detail) == ("fail", "python3 is not on PATH")


def test_another_release_than_the_files_are_for_is_a_warning() -> None:
    other = Interpreter("/usr/bin/python3", {"dynamo.sglang": True}, {"ai-dynamo": "1.4.2"})
    ((key, status, detail, _),) = wrong(planned(graph({"decode": worker()})), healthy(programs={"python3": other}))
    assert (key, status) == ("WL854", "warn")
    assert detail == "ai-dynamo 1.4.2 is installed, and the files are written for 1.3.1"


def test_a_collector_that_is_not_there_is_a_warning() -> None:
    plan = planned(graph({"decode": worker()}), traces="http://localhost:4317")
    ((key, status, detail, _),) = wrong(plan, healthy(answering={"http://localhost:4317": False}))
    assert (key, status) == ("WL855", "warn")
    assert detail == "nothing takes connections at http://localhost:4317: traces are lost"


def test_of_what_cannot_run_here_nothing_else_is_asked() -> None:
    plan = planned(graph({"decode": worker(nodes=2)}))
    assert [one[:2] for one in wrong(plan, Machine())] == [("WL856", "fail")]
