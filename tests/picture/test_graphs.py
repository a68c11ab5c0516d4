"""A graph of Dynamo: what its frontend sends where, and what does not join."""

from __future__ import annotations

from typing import Any

import pytest

from tests.picture.made import NAMESPACE
from tests.support.graphs import GRAPH, OBJECTS, graph, item
from wellit import picture, show
from wellit.live import Live, Part, PodState
from wellit.picture import Picture

FRONT, PREFILL, DECODE = "frontend/g/Frontend", "pods/g/prefill", "pods/g/decode"


def read(version: str = "v1beta1", *gone: str, **changed: Any) -> Picture:
    """The picture without some components, or with fields of some replaced."""
    made = graph(version)
    if version == "v1beta1":
        kept = [one for one in made["spec"]["components"] if one["name"] not in gone]
        made["spec"]["components"] = [one | changed.get(one["name"], {}) for one in kept]
    return picture.read([made], NAMESPACE)


@pytest.mark.parametrize("version", OBJECTS)
def test_requests_go_from_the_frontend_to_its_workers(version: str) -> None:
    made = read(version)
    assert made.troubles == [] and made.notes == ()
    assert [node.id for node in made.nodes] == ["client/client", FRONT, DECODE, PREFILL]
    assert {(e.source, e.does, e.target): e.labels for e in made.edges} == {
        ("client/client", "sends", FRONT): ("service g-frontend", "port 8000"),
        (FRONT, "sends", PREFILL): ("prompts first",),
        (FRONT, "sends", DECODE): ("then its answer",),
        (DECODE, "prefills", PREFILL): ("KV cache from", "by nixl", "met at port 12345"),
    }


def test_what_a_worker_and_a_frontend_tell() -> None:
    made = read()
    facts = made.node(PREFILL).facts
    assert (facts["role"], facts["pods"], facts["devices"]) == ("prefill", 4, {"nvidia.com/gpu": 4})
    assert facts["labels"] == {"team": "a"} and "labels" not in made.node(DECODE).facts
    assert [one.name for one in made.node(PREFILL).containers] == ["main", "beside"]
    main = made.node(PREFILL).containers[0]
    assert (main.title, main.facts["runs as"], main.facts["model"]) == (
        "SGLang", "a worker of Dynamo", "Qwen/Qwen3-0.6B",
    )  # fmt: skip
    assert made.node(FRONT).facts["chooses a worker"] == "round-robin, as it is by itself"


@pytest.mark.parametrize(
    "container",
    [
        {"name": "main", "image": "a:1.0.0", "env": [{"name": "DYN_ROUTER_MODE", "value": "kv"}]},
        {"name": "main", "command": ["python3", "-m", "dynamo.frontend", "--router-mode", "kv"]},
    ],
)
def test_how_the_frontend_chooses(container: dict[str, Any]) -> None:
    made = read(Frontend={"podTemplate": {"spec": {"containers": [container]}}})
    assert made.node(FRONT).facts["chooses a worker"] == "kv"


@pytest.mark.parametrize(
    ("gone", "troubles"),
    [
        (("Frontend",), [f"pods g/{name}: no frontend sends requests here" for name in ("decode", "prefill")]),
        (("decode",), ["pods g/prefill: no decode worker takes its KV caches"]),
        (("prefill",), ["pods g/decode: no prefill worker reads its prompts"]),
        (("decode", "prefill"), ["frontend g/Frontend: no worker answers what it takes"]),
    ],
)  # fmt: skip
def test_what_does_not_join(gone: tuple[str, ...], troubles: list[str]) -> None:
    assert read("v1beta1", *gone).troubles == troubles


def test_a_worker_scaled_to_nothing_is_none() -> None:
    assert read(prefill={"replicas": 0}).troubles == ["pods g/decode: no prefill worker reads its prompts"]


def pod(name: str, part: str, *, ready: bool = True, reason: str = "") -> PodState:
    return PodState(name, "", ready, "starting", reason, labels={"nvidia.com/dynamo-component": part})


def test_each_part_has_the_state_of_its_own_pods() -> None:
    pods = (pod("f", "Frontend"), pod("d", "decode", ready=False, reason="ImagePullBackOff"))
    seen = Live((Part(item(), pods=pods),))
    states = {node.id: node.state for node in show.with_state(read(), seen, "c").nodes if node.state}
    assert {key: (state.words, state.good) for key, state in states.items() if state} == {
        FRONT: ("1 of 1 pods ready", True),
        DECODE: ("0 of 1 pods ready; d: ImagePullBackOff", False),
        PREFILL: ("0 of 4 pods ready", False),
    }


def test_where_nothing_runs_that_is_the_state_of_all() -> None:
    seen = Live((Part(item(), idle="Dynamo's operator is not here"),))
    states = {node.state.words for node in show.with_state(read(), seen, "c").nodes if node.state}
    assert states == {"kept, and nothing runs: Dynamo's operator is not here"}


def test_one_that_is_not_there() -> None:
    seen = Live((Part(item(), there=False),))
    made = show.with_state(read(), seen, "c")
    assert {node.state.words for node in made.nodes if node.state} == {"not there"}
    assert made.node(FRONT).object == (GRAPH.api_version, GRAPH.kind)
