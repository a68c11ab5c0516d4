"""A route leads to something that is not there.

An HTTPRoute names its gateway and its pool, or a Service. A name of which there is none, or a pool of the other API
group, leaves the route without a backend: it is accepted, and every request is answered with 404 or 500.

Bad::

    # objects
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: chat}
    spec:
      parentRefs: [{name: infra-chat-inference-gateway}]
      rules:
      - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gaie-cht}]
    ---
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPorts: [{number: 8000}]
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9002}}

Good::

    # objects
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: chat}
    spec:
      parentRefs: [{name: infra-chat-inference-gateway}]
      rules:
      - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gaie-chat}]
    ---
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPorts: [{number: 8000}]
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9002}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen import made, workloads
from wellit.seen.workloads import Object
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL511", "route-target", "error", (OBJECTS,), "read", reads="")
ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute")
GATEWAY = "gateway.networking.k8s.io"


def check(subject: Subject) -> Items:
    for route in workloads.of_kind(subject, *ROUTES):
        for parent in route.root.at("spec", "parentRefs"):
            if parent["kind"].text("Gateway") == "Gateway":
                yield from _named(route, parent, "Gateway", made.gateways(subject))
        for backend in _backends(route):
            if backend["kind"].text("Service") == "InferencePool":
                yield from _named(route, backend, "InferencePool", made.pools(subject))
            elif backend["kind"].text("Service") == "Service":
                yield from _port(route, backend, subject)


def _backends(route: Object) -> Iterator[Node]:
    for rule in route.root.at("spec", "rules"):
        yield from rule["backendRefs"]


def _elsewhere(route: Object, reference: Node) -> bool:
    """Whether it names another namespace than the route's: what is there may not be among these objects."""
    namespace = reference["namespace"].text()
    return bool(namespace) and namespace != route.namespace


def _named(route: Object, reference: Node, kind: str, known: Mapping[str, str]) -> Items:
    """`known` are the names of the kind, each with its API group."""
    name, group = reference["name"], reference["group"]
    if not name.text() or _elsewhere(route, reference):
        return
    if not known:
        yield NotChecked(f"whether {route.title} finds its {kind} {name.text()}: no {kind} was given")
    elif name.text() not in known:
        yield Hit(
            name,
            f"{route.title} leads to the {kind} {name.text()}, and there is none of that name",
            write=f"name: {nearest(name.text(), known) or ' or '.join(sorted(known))}",
            why="the gateway takes no part of it" if kind == "Gateway" else "every request is answered with an error",
        )
    elif kind == "InferencePool" and group.text() != known[name.text()]:
        yield Hit(
            group,
            f"{route.title} leads to an InferencePool of {group.text() or 'the core group'}, {name.text()} is one of "
            f"{known[name.text()]}",
            write=f"group: {known[name.text()]}",
            why="the gateway looks for a pool of the other API, and finds none",
        )


def _port(route: Object, reference: Node, subject: Subject) -> Items:
    name, port = reference["name"].text(), reference["port"]
    for service in workloads.of_kind(subject, "Service"):
        ports = [entry["port"].number() for entry in service.root.at("spec", "ports")]
        same = service.name == name and workloads.same_namespace(service, route) and not _elsewhere(route, reference)
        if same and port.number() is not None and port.number() not in ports:
            yield Hit(
                port,
                f"{route.title} leads to port {port.number()} of Service {name}, which serves {_list(ports)}",
                write=f"port: {ports[0]}" if len(ports) == 1 else f"port: one of {_list(ports)}",
                why="every request is answered with 500",
            )


def _list(ports: list[int | None]) -> str:
    return ", ".join(str(port) for port in ports) or "none"
