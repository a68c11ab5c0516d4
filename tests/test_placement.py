from __future__ import annotations

from typing import Any

import pytest

from tests.support.clusters import GIB, GPU, node, workload
from wellit.cluster import Node, Pod
from wellit.demand import Workload
from wellit.placement import Room, misfits, place, rooms, words

TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}


def short(wanted: Workload, where: Node) -> str:
    room = rooms([where], [])[0]
    return misfits(wanted, room, room.free)


def test_large_pods_go_first_so_that_small_ones_do_not_break_a_node() -> None:
    small, large = workload("small", pods=8, gpus=1), workload("large", pods=1, gpus=8)
    assert place([small, large], rooms([node("a"), node("b")], [])).misfit is None


def test_pods_that_are_bound_take_room_and_others_do_not() -> None:
    bound, waiting = Pod("p", "o", "a", "", asks={GPU: 3000}), Pod("q", "o", "", "", asks={GPU: 3000})
    assert rooms([node("a")], [bound, waiting])[0].free[GPU] == 5000


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"unschedulable": True}, "cordoned"),
        ({"ready": False}, "not ready"),
        ({"taints": (TAINT,)}, "tainted nvidia.com/gpu"),
        ({"taints": ({"key": "soft", "effect": "PreferNoSchedule"},)}, ""),
        ({"gpus": 1}, f"{GPU} 1 < 2"),
    ],
)
def test_why_a_node_takes_no_pod(about: dict[str, Any], reason: str) -> None:
    assert short(workload(), node(**about)) == reason


@pytest.mark.parametrize(
    ("toleration", "fits"),
    [
        ({"operator": "Exists"}, True),
        ({"key": "nvidia.com/gpu", "operator": "Exists"}, True),
        ({"key": "nvidia.com/gpu", "value": "present"}, True),
        ({"key": "nvidia.com/gpu", "value": "other"}, False),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoExecute"}, False),
    ],
)
def test_tolerations(toleration: dict[str, str], fits: bool) -> None:
    assert (short(workload(tolerations=(toleration,)), node(taints=(TAINT,))) == "") is fits


def test_a_node_selector() -> None:
    wanted = workload(node_selector={"gpu": "h100"})
    assert short(wanted, node()) == "not labelled gpu=h100"
    assert short(wanted, node(labels={"gpu": "h100"})) == ""


def test_nodes_with_the_same_reason_stand_together() -> None:
    placed = place([workload(pods=1, gpus=9)], [Room(node(f"n{i}"), {GPU: 8000}) for i in range(5)])
    assert placed.short == (f"n0, n1, n2 and 2 more: {GPU} 8 < 9",)
    assert (placed.pods, placed.wanted) == (0, 1)


@pytest.mark.parametrize(
    ("resource", "amount", "said"),
    [("memory", 16 * GIB, "16Gi"), (GPU, 2000, "2"), ("cpu", 500, "500m"), ("cpu", 1500, "1.5")],
)
def test_amounts_in_words(resource: str, amount: int, said: str) -> None:
    assert words(resource, amount) == said
