"""What pods an object asks for, and what those ask of a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clusters import GIB, GPU, node
from tests.support.graphs import OBJECTS, graph
from wellit import demand, placement, preflight
from wellit.cluster import Pod
from wellit.demand import Demand, Kind, Object, Wanted
from wellit.owners import made_for
from wellit.templates import templates

LABELS = {"nvidia.com/dynamo-graph-deployment-name": "g"}


def asked(version: str) -> Demand:
    return demand.of([("dynamo-x", graph(version))], "ns")


@pytest.mark.parametrize("version", OBJECTS)
def test_both_versions_of_a_graph_ask_for_the_same_pods(version: str) -> None:
    found = asked(version)
    parts = [(one.part, one.pods, dict(one.asks)) for one in found.workloads]
    assert parts == [
        ("Frontend", 1, {"cpu": 1000}),
        ("prefill", 4, {GPU: 4000, "memory": 64 * GIB, "cpu": 500}),
        ("decode", 1, {GPU: 4000}),
    ]
    assert found.devices == {GPU: 20}
    prefill = found.workloads[1]
    assert str(prefill) == "prefill of DynamoGraphDeployment g" and prefill.name == "g/prefill"
    assert prefill.labels == LABELS | {"nvidia.com/dynamo-component": "prefill", "team": "a"}
    assert prefill.node_selector == {"gpu": "big"} and prefill.tolerations == ({"operator": "Exists"},)
    assert found.images == ("example.org/beside:2", "example.org/runtime:1.3.1")
    assert found.secrets == (
        Wanted("hf-token-secret", frozenset(), "prefill of DynamoGraphDeployment g"),
        Wanted("shared", frozenset(["HF_TOKEN"]), "Frontend of DynamoGraphDeployment g"),
    )
    assert [one.does for one in templates(graph(version))] == ["frontend", "prefill", "decode"]


def test_a_gpu_of_another_name_and_resources_of_its_own() -> None:
    one = graph("v1alpha1")
    one["spec"]["services"]["decode"]["resources"] = {
        "limits": {"gpu": "2", "gpuType": "gpu.intel.com/xe", "custom": {"rdma/ib": "1"}}
    }
    assert demand.of([("", one)], "ns").workloads[2].asks == {"gpu.intel.com/xe": 2000, "rdma/ib": 1000}


def test_the_pods_of_a_graph_are_known_by_its_label() -> None:
    item = Object(Kind("nvidia.com/v1beta1", "DynamoGraphDeployment"), "g")
    assert made_for(item, "ReplicaSet/g-decode-5f7", LABELS) and made_for(item, "PodClique/x", LABELS)
    assert not made_for(item, "ReplicaSet/g-5f7", {}), "only a Deployment's pods are known by their owner"


@pytest.mark.parametrize(
    "manifest",
    [
        {"kind": "ConfigMap", "apiVersion": "v1", "data": {}},
        {"kind": "Deployment", "apiVersion": "apps/v1", "spec": {"template": {"spec": {}}}},
        {"kind": "DynamoGraphDeployment", "apiVersion": "nvidia.com/v1beta1", "metadata": {"name": "g"}, "spec": {}},
        {"kind": "DynamoGraphDeployment", "apiVersion": "example.org/v1", "spec": {"components": [{"name": "a"}]}},
    ],
)
def test_what_makes_no_pods(manifest: dict[str, Any]) -> None:
    assert templates(manifest) == []


def test_room_is_looked_for_node_by_node_and_the_part_is_named() -> None:
    wanted = asked("v1beta1")
    nodes = [node(f"n{i}", gpus=8, labels={"gpu": "big"}) for i in range(2)]
    placed = placement.place(wanted.workloads, placement.rooms(nodes, ()))
    assert placed.misfit and str(placed.misfit) == "decode of DynamoGraphDeployment g" and placed.pods == 4
    # What an earlier install of the same graph holds is free for the next.
    busy = [Pod(f"p{i}", "ns", "n2", "ReplicaSet/x", LABELS, {GPU: 4000}) for i in range(2)]
    rooms = placement.rooms([*nodes, node("n2", labels={"gpu": "big"})], busy, wanted.workloads, "ns")
    assert placement.place(wanted.workloads, rooms).misfit is None
    assert placement.place(wanted.workloads, placement.rooms(nodes, busy, (), "ns")).misfit is not None


def test_the_check_names_the_part() -> None:
    from tests.support.clusters import healthy

    wanted = asked("v1beta1")
    check = preflight.room(wanted, healthy(wanted, nodes=(node(gpus=2),)))
    assert check.status == "fail" and "20 nvidia.com/gpu wanted" in check.detail
    assert "a pod of prefill of DynamoGraphDeployment g, which needs 4 nvidia.com/gpu" in check.detail
