"""What Kubernetes would get, as processes of one machine."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.launch.made import EVENTS, graph, planned, worker
from wellit.launch import words
from wellit.launch.facts import Local
from wellit.launch.planned import Command, Plan
from wellit.seen.graph import Component, Graph

DISAGG = {"decode": worker(role="decode"), "prefill": worker(role="prefill")}


def named(plan: Plan) -> dict[str, list[str]]:
    return {process.name: list(process.argv) for process in plan.processes}


def after(words: Sequence[str], flag: str) -> str:
    return words[list(words).index(flag) + 1]


def test_a_frontend_without_a_command_is_what_the_operator_starts() -> None:
    plan = planned(graph({"decode": worker()}))
    frontend, decode = plan.processes
    assert frontend.argv == ("python3", "-m", "dynamo.frontend")
    assert frontend.role == "frontend"
    assert frontend.ports == {"http": 8000}
    assert (frontend.environment["DYN_HTTP_HOST"], frontend.environment["DYN_HTTP_PORT"]) == ("127.0.0.1", "8000")
    assert "DYN_SYSTEM_PORT" not in frontend.environment
    assert decode.argv[:3] == ("python3", "-m", "dynamo.sglang")
    assert decode.ports == {"system": 8081}
    assert plan.url == "http://127.0.0.1:8000"
    assert plan.system_url(decode) == "http://127.0.0.1:8081"
    assert plan.system_url(frontend) == ""
    assert plan.model == "qwen"


def test_they_find_each_other_in_a_folder_of_the_launch() -> None:
    for version, variable in (("0.8.1", "DYN_STORE_KV"), ("1.3.1", "DYN_DISCOVERY_BACKEND")):
        for process in planned(graph({"decode": worker()}, version)).processes:
            assert process.environment[variable] == "file"
            assert process.environment["DYN_FILE_KV"] == "/launch/kv"
            assert process.environment["DYN_REQUEST_PLANE"] == "tcp"
            assert process.environment.get("DYN_EVENT_PLANE") == ("zmq" if version == "1.3.1" else None)


def test_where_nobody_from_outside_is_to_come_in_the_prefill_worker_says_the_address_that_it_listens_at() -> None:
    plan = planned(graph(DISAGG))
    for process in plan.processes[1:]:
        assert after(process.argv, "--host") == "127.0.0.1"
        assert process.environment["DYN_TCP_RPC_HOST"] == process.environment["DYN_SYSTEM_HOST"] == "127.0.0.1"
    opened = planned(graph(DISAGG), Local(host="0.0.0.0"))
    for process in opened.processes[1:]:
        assert after(process.argv, "--host") == "0.0.0.0"
        assert "DYN_TCP_RPC_HOST" not in process.environment
    assert opened.url == "http://127.0.0.1:8000"


def test_each_replica_has_ports_of_its_own() -> None:
    of = graph(
        {
            "decode": worker("--kv-events-config", EVENTS, role="decode", replicas=2),
            "prefill": worker("--kv-events-config", EVENTS, "--dp-size", "4", role="prefill", replicas=2),
        }
    )
    plan = planned(of)
    ports = {process.name: dict(process.ports) for process in plan.processes}
    assert ports == {
        "frontend": {"http": 8000},
        "decode-0": {"system": 8081, "events": 5557},
        "decode-1": {"system": 8082, "events": 5558},
        "prefill-0": {"system": 8083, "bootstrap": 12345, "events": 5559},
        "prefill-1": {"system": 8084, "bootstrap": 12346, "events": 5563},
    }
    last = plan.processes[-1]
    assert after(last.argv, "--disaggregation-bootstrap-port") == "12346"
    # with a star an engine binds, without one it connects
    config = json.loads(after(last.argv, "--kv-events-config"))
    assert config == {"publisher": "zmq", "topic": "kv-events", "endpoint": "tcp://*:5563"}
    assert last.environment["DYN_SYSTEM_PORT"] == "8084"


def test_a_frontends_port_is_the_one_that_is_asked_for() -> None:
    plan = planned(graph({"decode": worker()}), Local(port=8081, system_port=8081))
    assert [dict(process.ports) for process in plan.processes] == [{"http": 8081}, {"system": 8082}]


def test_flags_that_would_win_over_what_is_said_here_are_left_out() -> None:
    frontend = {
        "type": "frontend", "replicas": 1, "command": ["python3", "-m", "dynamo.frontend"],
        "args": ["--http-port", "9000", "--router-mode=kv", "--discovery-backend=kubernetes"],
    }  # fmt: skip
    plan = planned(graph({"Frontend": frontend, "decode": worker("--request-plane", "nats")}))
    assert named(plan)["frontend"][3:] == ["--router-mode=kv"]
    assert "--request-plane" not in named(plan)["decode"]


def test_gpus_are_handed_out_by_what_the_words_say() -> None:
    of = graph({"decode": worker("--tp", "2", role="decode", replicas=2), "prefill": worker(role="prefill", gpus=4)})
    plan = planned(of)
    assert plan.gpus == 8
    placed = plan.on([str(number) for number in range(8)])
    given = {process.name: process.environment.get("CUDA_VISIBLE_DEVICES") for process in placed.processes}
    assert given == {"frontend": None, "decode-0": "0,1", "decode-1": "2,3", "prefill": "4,5,6,7"}
    assert placed.processes[1].devices == ("0", "1")


def test_the_graphs_variables_are_filled_in_as_kubernetes_does() -> None:
    shared = [{"name": "WHERE", "value": "/models"}, {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "a"}}}]
    own = [{"name": "DYN_LOG", "value": "$(WHERE)$$"}]
    of = graph({"decode": worker("--chat-template", "$(WHERE)/chat.jinja", "$(NOBODY)", env=own)}, env=shared)
    decode = planned(of).processes[1]
    assert after(decode.argv, "--chat-template") == "/models/chat.jinja"
    assert "$(NOBODY)" in decode.argv
    assert (decode.environment["WHERE"], decode.environment["DYN_LOG"]) == ("/models", "/models$")
    assert "TOKEN" not in decode.environment


def test_traces_are_asked_for_in_the_words_of_the_engine() -> None:
    plan = planned(graph(DISAGG), traces="http://collector:4317")
    frontend, decode, _ = plan.processes
    assert frontend.environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == "http://collector:4317"
    assert frontend.argv == ("python3", "-m", "dynamo.frontend")
    assert decode.argv[-3:] == ("--enable-trace", "--otlp-traces-endpoint", "collector:4317")
    services = [process.environment["OTEL_SERVICE_NAME"] for process in plan.processes]
    assert services == ["dynamo-frontend", "dynamo-worker-decode", "dynamo-worker-prefill"]
    quiet = planned(graph(DISAGG))
    assert not any("OTEL_EXPORT_ENABLED" in process.environment for process in quiet.processes)


def test_what_must_run_beside_is_known_by_the_settings_and_the_release() -> None:
    agg = graph({"decode": worker()})
    assert planned(agg).beside == {}
    both = Local(discovery="etcd", request_plane="nats")
    assert planned(agg, both).beside == {"etcd": "http://localhost:2379", "nats": "nats://localhost:4222"}
    named = planned(agg, both, surroundings={"ETCD_ENDPOINTS": "http://far:1"}).beside
    assert named["etcd"] == "http://far:1"
    events = worker("--kv-events-config", EVENTS)
    assert planned(graph({"decode": events}, "1.3.1")).beside == {}
    assert list(planned(graph({"decode": events}, "0.8.1")).beside) == ["nats"]


def test_what_one_machine_cannot_do_is_said() -> None:
    plan = planned(graph({"decode": worker(nodes=2), "Planner": {"type": "planner", "replicas": 1}}))
    assert [one.why for one in plan.unfit] == [
        "each worker of component decode is spread over 2 nodes, and this is one machine",
        "component Planner is a planner, which works on Kubernetes alone",
    ]
    assert plan.processes == ()
    claimed = planned(graph({"decode": worker(pod={"volumes": [{"name": "weights"}]})}))
    (one,) = claimed.unfit
    assert "from a volume of its pod" in one.why and "model.name" in one.write


def test_another_program_may_do_the_work() -> None:
    class Other:
        def release(self, _: Graph) -> str:
            return "0.8.1"

        def command(self, component: Component, said: Sequence[str]) -> Command:
            return Command(("other", component.role, *said[:1]), {"A": "b"}, on_gpus=False)

    plan = planned(graph(DISAGG), programs=Other())
    assert named(plan)["decode"] == ["other", "decode", "--model-path"]
    assert plan.processes[1].environment["A"] == "b"
    assert plan.gpus == 0
    assert plan.version == "0.8.1"
    assert "DYN_STORE_KV" in plan.processes[1].environment


def test_words() -> None:
    said = ["--a", "1", "--b=2", "c", "--a=3"]
    assert words.without(said, ["--a"]) == ["--b=2", "c"]
    assert words.value(said, ["--a"]) == "3"
    assert words.replaced(said, ["--a"], "9") == ["--a", "9", "--b=2", "c", "--a=9"]
    assert words.with_member("no json", "a", "b") is None
