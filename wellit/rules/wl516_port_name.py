"""A port is named that the pods do not have.

A Service's targetPort and a PodMonitor's port may be a name: that of a container's port. With a name that none of
the selected pods has, a Service has no endpoint for that port, and a monitor reads nothing.

Bad::

    # objects
    apiVersion: v1
    kind: Service
    metadata: {name: chat}
    spec:
      selector: {app: chat}
      ports: [{port: 80, targetPort: http}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat}
    spec:
      selector: {matchLabels: {app: chat}}
      template:
        metadata: {labels: {app: chat}}
        spec: {containers: [{name: main, image: "busybox:1.36", ports: [{name: vllm, containerPort: 8000}]}]}

Good::

    # objects
    apiVersion: v1
    kind: Service
    metadata: {name: chat}
    spec:
      selector: {app: chat}
      ports: [{port: 80, targetPort: vllm}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat}
    spec:
      selector: {matchLabels: {app: chat}}
      template:
        metadata: {labels: {app: chat}}
        spec: {containers: [{name: main, image: "busybox:1.36", ports: [{name: vllm, containerPort: 8000}]}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.seen.workloads import Object, Template
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL516", "port-name", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    for one in workloads.of_kind(subject, "Service", "PodMonitor"):
        selector = one.root.at("spec", "selector")
        wanted = workloads.labels_of(selector if one.kind == "Service" else selector["matchLabels"])
        pods = [pod for pod in workloads.templates(subject) if wanted and pod.has(wanted)
                and workloads.same_namespace(one, pod.object)]  # fmt: skip
        known = {name for pod in pods for name in _names(pod)}
        for port in _ports(one):
            if pods and port.text() and port.text() not in known:
                yield Hit(
                    port,
                    f"{one.title} means the port {port.text()}, and the pods of {pods[0].object.title} have none of"
                    " that name",
                    write=f"{port.keys[-1]}: {nearest(port.text(), known) or ' or '.join(sorted(known)) or 'a number'}",
                    why="the Service has no endpoint for it" if one.kind == "Service" else "nothing is measured",
                )


def _names(pod: Template) -> Iterator[str]:
    for container in pod.containers:
        for port in container["ports"]:
            yield port["name"].text()


def _ports(one: Object) -> Iterator[Node]:
    if one.kind == "Service":
        yield from (port["targetPort"] for port in one.root.at("spec", "ports"))
    else:
        yield from (endpoint["port"] for endpoint in one.root.at("spec", "podMetricsEndpoints"))
