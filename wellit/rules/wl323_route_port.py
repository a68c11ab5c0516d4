"""The route names a port that the pool does not have.

A pool's port is that of its pods, targetPorts. In a route it may be left out; some controllers want it so. When it is
written it should be one of them: a controller may look at it.

Bad::

    # llm-d-infra@v1.4.0
    extraDeploy:
    - apiVersion: inference.networking.k8s.io/v1
      kind: InferencePool
      metadata: {name: gaie-chat}
      spec: {targetPorts: [{number: 8000}]}
    - apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: chat}
      spec:
        rules:
        - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gaie-chat, port: 80}]

Good::

    # llm-d-infra@v1.4.0
    extraDeploy:
    - apiVersion: inference.networking.k8s.io/v1
      kind: InferencePool
      metadata: {name: gaie-chat}
      spec: {targetPorts: [{number: 8000}]}
    - apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: chat}
      spec:
        rules:
        - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gaie-chat, port: 8000}]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.seen.routes import backends, objects, routes
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL323", "route-port", "warning", (INFERENCEPOOL, INFRA, MODELSERVICE), "read",
    reads="extraDeploy extraDeploy.kind extraDeploy.metadata extraDeploy.spec extraObjects extraObjects.kind "
    "extraObjects.metadata extraObjects.spec inferencePool.apiVersion inferencePool.targetPortNumber "
    "inferencePool.targetPorts",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for route in routes(subject):
        for ref in backends(route):
            if ref.word("kind", "Service") == "InferencePool":
                ports, there = _ports(subject, ref.name)
                port = ref.node["port"].number()
                if there is not None and ports and port is not None and port not in ports:
                    yield Hit(
                        ref.node["port"],
                        f"the route names port {port} of the pool {ref.name}, whose pods serve"
                        f" {' and '.join(map(str, ports))}",
                        write=f"port: {ports[0]}, or none",
                        why="a controller that looks at it sends nothing",
                        also=(("the pool's port", there),),
                    )


def _ports(subject: Subject, name: str) -> tuple[list[int], Node | None]:
    """The ports of the pool of that name, and where they are said."""
    for pool in pools(subject):
        if pool.release.named and not pool.release.of_objects and pool.release.name == name:
            return pool.ports, pool.ports_node
    for node in objects(subject, "InferencePool"):
        if node.at("metadata", "name").text() == name:
            new, old = node.at("spec", "targetPorts"), node.at("spec", "targetPortNumber")
            numbers = [port["number"].number() for port in new] or [old.number()]
            return [number for number in numbers if number is not None], new if new.written else old
    return [], None
