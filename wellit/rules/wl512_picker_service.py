"""A pool names a Service of its picker that is not there, or another port of it.

The gateway asks the endpoint picker where each request should go, at the Service and the port that the InferencePool
names. When nobody listens there, requests fail, or, with failureMode FailOpen, go to any pod.

Bad::

    # objects
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPorts: [{number: 8000}]
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9003}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: gaie-chat-epp}
    spec:
      ports: [{name: grpc-ext-proc, port: 9002}]

Good::

    # objects
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPorts: [{number: 8000}]
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9002}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: gaie-chat-epp}
    spec:
      ports: [{name: grpc-ext-proc, port: 9002}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen import workloads
from wellit.seen.workloads import Object
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL512", "picker-service", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    for pool in workloads.of_kind(subject, "InferencePool"):
        reference = workloads.picker_of(pool)
        name = reference["name"]
        if not name.text() or reference["kind"].text("Service") != "Service":
            continue
        services = {one.name: one for one in workloads.of_kind(subject, "Service")
                    if workloads.same_namespace(one, pool)}  # fmt: skip
        if service := services.get(name.text()):
            yield from _port(pool, service)
        elif near := nearest(name.text(), services):
            yield Hit(
                name, f"the pool {pool.name} asks the Service {name.text()}, which is not there",
                write=f"name: {near}", why="the gateway cannot ask the picker where a request should go",
            )  # fmt: skip
        else:
            yield NotChecked(f"whether the pool {pool.name} reaches its picker: no Service {name.text()} was given")


def _port(pool: Object, service: Object) -> Items:
    reference = workloads.picker_of(pool)
    number = reference.at("port", "number")
    port = number if number.written else reference["portNumber"]
    served = [entry["port"] for entry in service.root.at("spec", "ports")]
    ports = [entry.number() for entry in served]
    if port.number() is not None and port.number() not in ports:
        listed = ", ".join(map(str, ports))
        yield Hit(
            port, f"the pool {pool.name} asks its picker at port {port.number()}, {service.title} serves {listed}",
            write=f"{port.keys[-1]}: {ports[0] if len(ports) == 1 else f'one of {listed}'}",
            why="the gateway cannot ask the picker where a request should go",
            also=(("the Service's port", served[0]),) if served else (),
        )  # fmt: skip
