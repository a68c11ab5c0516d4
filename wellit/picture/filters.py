"""What a gateway asks about each request before it chooses a route: a body-based router, told of by Istio's filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wellit.picture.model import Edge, Node
from wellit.picture.objects import GATEWAY_API, Object, World, matched_labels
from wellit.picture.plain import mapping, maps

CLUSTER = re.compile(r"outbound\|(\d+)\|[^|]*\|([\w-]+)\.")  # Istio's name of a service's port


def of_gateways(world: World) -> Iterator[tuple[Node, Edge, list[Object]]]:
    """Each service that a filter makes a gateway ask, the arrow to that, and the workloads behind it."""
    for item in world.all("EnvoyFilter"):
        for reference in maps(item.spec.get("targetRefs")):
            for port, name in _asked(item):
                yield _joined(world, item, str(reference.get("name", "?")), port, name)


def _joined(world: World, item: Object, gateway: str, port: int, name: str) -> tuple[Node, Edge, list[Object]]:
    service = world.get("Service", name, item.namespace, "")
    selector = matched_labels(service.spec.get("selector")) if service else {}
    behind = world.selected(selector, item.namespace)
    served = [one.get("port") for one in maps(service.spec.get("ports"))] if service else []
    why = ""
    if not world.get("Gateway", gateway, item.namespace, GATEWAY_API):
        why = f"the filter {item.name} is for the gateway {gateway}, which is not in this stack"
    elif not service:
        why = f"the gateway {gateway} asks the service {name}, which is not in this stack"
    elif port not in served:
        why = f"the gateway {gateway} asks {name} at port {port}; the service has {', '.join(map(str, served))}"
    elif not behind:
        why = f"the service {name} selects no pod of this stack"
    facts: dict[str, Any] = {}
    for workload in behind[:1]:
        facts = {"pods": workload.replicas, "image": workload.place("containers", 0, "image").text(),
                 "reads": "each request, before its route is chosen"}  # fmt: skip
    made = (behind[0].api_version, behind[0].kind) if behind else None
    node = Node("filter", name, facts, there=bool(service), object=made, live=behind[0].name if behind else "")
    return node, Edge(node.id, f"gateway/{gateway}", "filters", (f"asked at port {port}",), why), behind


def _asked(item: Object) -> Iterator[tuple[int, str]]:
    """(port, service) that the patches of a filter name."""
    for patch in maps(item.spec.get("configPatches")):
        config = mapping(mapping(mapping(patch.get("patch")).get("value")).get("typed_config"))
        envoy = mapping(mapping(config.get("grpc_service")).get("envoy_grpc"))
        if found := CLUSTER.match(str(envoy.get("cluster_name", ""))):
            yield int(found[1]), found[2]
