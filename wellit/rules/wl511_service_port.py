"""A route leads to a port that the Service does not serve.

A backend of a route that is a Service needs a port, one of spec.ports of that Service. With another one the route is
accepted, its ResolvedRefs condition says that the port was not found, and requests are answered with 500.

Bad::

    # objects
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: chat}
    spec:
      parentRefs: [{name: chat-gateway}]
      rules: [{backendRefs: [{name: chat, port: 8000}]}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: chat}
    spec:
      ports: [{port: 80, targetPort: 8000}]

Good::

    # objects
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: chat}
    spec:
      parentRefs: [{name: chat-gateway}]
      rules: [{backendRefs: [{name: chat, port: 80}]}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: chat}
    spec:
      ports: [{port: 80, targetPort: 8000}]
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.seen.workloads import Object
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL511", "service-port", "error", (OBJECTS,), "read", reads="")
ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute")


def check(subject: Subject) -> Items:
    for route in workloads.of_kind(subject, *ROUTES):
        for backend in _backends(route):
            number, service = backend["port"].number(), _service(subject, route, backend)
            served = [port["port"] for port in service.root.at("spec", "ports")] if service else []
            ports = [port.number() for port in served]
            if service and number is not None and ports and number not in ports:
                listed = ", ".join(map(str, ports))
                yield Hit(
                    backend["port"],
                    f"{route.title} leads to port {number} of {service.title}, which serves {listed}",
                    write=f"port: {ports[0] if len(ports) == 1 else f'one of {listed}'}",
                    why="the gateway finds no such port, and answers every request with 500",
                    also=(("the Service's port", served[0]),),
                )


def _backends(route: Object) -> Iterator[Node]:
    for rule in route.root.at("spec", "rules"):
        yield from rule["backendRefs"]


def _service(subject: Subject, route: Object, backend: Node) -> Object | None:
    """The Service of a backend, when it is among the objects."""
    if backend["kind"].text("Service") != "Service" or backend["group"].text():
        return None
    namespace = backend["namespace"].text(route.namespace)
    for one in workloads.of_kind(subject, "Service"):
        if one.name == backend["name"].text() and (not namespace or one.namespace in ("", namespace)):
            return one
    return None
