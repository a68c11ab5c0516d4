"""A gateway and a pool are given, and no route leads from the one to the other.

Neither chart of llm-d makes the HTTPRoute: it is a manifest of its own, applied by hand, and easily forgotten. All pods
are then Ready, and the gateway answers everything with 404.

Bad::

    # llm-d-infra@v1.4.0
    extraDeploy:
    - apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: {name: infra-chat-inference-gateway}
    - apiVersion: inference.networking.k8s.io/v1
      kind: InferencePool
      metadata: {name: gaie-chat}

Good::

    # llm-d-infra@v1.4.0
    extraDeploy:
    - apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: {name: infra-chat-inference-gateway}
    - apiVersion: inference.networking.k8s.io/v1
      kind: InferencePool
      metadata: {name: gaie-chat}
    - apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: chat}
      spec:
        parentRefs: [{name: infra-chat-inference-gateway}]
        rules:
        - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gaie-chat}]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.routes import gateways, inference_pools, objects
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL324", "no-route", "info", (INFERENCEPOOL, INFRA, MODELSERVICE), "read",
    reads="experimentalHttpRoute.enabled extraDeploy extraDeploy.apiVersion extraDeploy.kind "
    "extraDeploy.metadata extraObjects extraObjects.kind fullnameOverride gateway.enabled "
    "gateway.fullnameOverride gateway.nameOverride nameOverride",
)  # fmt: skip
ROUTES = ("HTTPRoute", "GRPCRoute", "VirtualService", "AIGatewayRoute")


def check(subject: Subject) -> Items:
    """Only where whole objects are given: a route is no part of anybody's chart values."""
    found = [*objects(subject, "Gateway", "InferencePool")]
    if not found or any(True for _ in objects(subject, *ROUTES)) or _made(subject):
        return
    doors, rooms = gateways(subject), inference_pools(subject)
    if doors.found and rooms.found:
        pool, gateway = rooms.found[0], doors.found[0]
        yield Hit(
            pool.node,
            f"no route leads from the gateway {gateway.name} to the pool {pool.name}",
            write=f"an HTTPRoute with parentRefs: [{{name: {gateway.name}}}] and backendRefs: [{{group: {pool.group},"
            f" kind: InferencePool, name: {pool.name}}}]",
            why="the gateway answers every request with 404; no chart of llm-d makes the route",
            also=(("the gateway", gateway.node),),
        )


def _made(subject: Subject) -> bool:
    """Whether the pool's chart makes one."""
    for release in subject.of(INFERENCEPOOL):
        key = str(release.facts["httpRouteKey"])
        if key and release.root[key]["enabled"].flag(False):
            return True
    return False
