"""Nodes, and the pods on them: each reduced to what is asked of it here, as it comes."""

from __future__ import annotations

from typing import Any

from wellit.access import Access, Unread
from wellit.cluster.found import Node, Pod
from wellit.cluster.pages import whole
from wellit.demand import Demand
from wellit.quantities import milli, pod_asks

ENDED = "status.phase!=Succeeded,status.phase!=Failed"


def nodes(access: Access) -> tuple[Node, ...] | Unread:
    return whole(access, "/api/v1/nodes", _node)


def _node(item: Any) -> Node:
    spec, status = item.get("spec") or {}, item.get("status") or {}
    ready = [c["status"] == "True" for c in status.get("conditions") or [] if c["type"] == "Ready"]
    return Node(
        item["metadata"]["name"],
        {name: milli(amount) for name, amount in (status.get("allocatable") or {}).items()},
        item["metadata"].get("labels") or {},
        tuple(spec.get("taints") or ()),
        bool(spec.get("unschedulable")),
        all(ready),
    )


def pods(access: Access, demand: Demand) -> tuple[tuple[Pod, ...] | Unread, tuple[Pod, ...] | Unread]:
    """All pods that have not ended: of all namespaces, for they hold what nodes offer, and of the stack's own."""
    if not demand.workloads:
        return (), ()
    everywhere = whole(access, "/api/v1/pods", pod, fieldSelector=ENDED)
    if isinstance(everywhere, Unread):
        return everywhere, whole(access, f"/api/v1/namespaces/{demand.namespace}/pods", pod, fieldSelector=ENDED)
    return everywhere, tuple(one for one in everywhere if one.namespace == demand.namespace)


def pod(item: Any) -> Pod:
    """A pod of the API, reduced to what is asked of it here."""
    about = item["metadata"]
    owner = next((f"{o['kind']}/{o['name']}" for o in about.get("ownerReferences") or []), "")
    spec = item["spec"]
    return Pod(
        about["name"], about["namespace"], spec.get("nodeName", ""), owner, about.get("labels") or {}, pod_asks(spec)
    )  # fmt: skip
