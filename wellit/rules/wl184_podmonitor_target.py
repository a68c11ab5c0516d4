"""Prometheus finds no metrics where the PodMonitor looks.

A PodMonitor names a port of the pod by its name; portName is metrics when nothing is written. No container has one of
that name, or nothing listens there, or the engine serves its metrics under another path: then there is no target, or
one that is down, and nobody says so.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      monitoring:
        podmonitor: {enabled: true, portName: sglang}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        ports: [{containerPort: 8200, name: metrics}]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      monitoring:
        podmonitor: {enabled: true}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        ports: [{containerPort: 8200, name: metrics}]
"""

from __future__ import annotations

from wellit import capabilities
from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.wl203_engine_port import listening
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

DEFAULT_PORT, DEFAULT_PATH = "metrics", "/metrics"
RULE = Rule(
    "WL184", "podmonitor-target", "warning", (MODELSERVICE,), "read",
    reads="role.containers role.create role.monitoring routing.proxy routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        monitor = pod.node.at("monitoring", "podmonitor")
        if monitor["enabled"].flag(False):
            how = pod.service.facts["podMonitor"]
            if how == "none":
                yield _never(pod, monitor["enabled"])
            elif how == "portName":
                yield from _target(pod, monitor)


def _never(pod: Pod, node: Node) -> Hit:
    release = pod.service.release
    versions = capabilities.versions(release.chart)
    since = next(v for v in versions if capabilities.contract(release.chart, v)["podMonitor"] == "portName")
    return Hit(
        node,
        f"{release.chart} {release.version} makes no PodMonitor",
        write=f"{release.chart} {since} or later",
        why="the setting is not read, and nothing collects the metrics",
    )


def _target(pod: Pod, monitor: Node) -> Items:
    named = {port["name"].text(): port["containerPort"] for c in pod.containers for port in _ports(c.node)}
    node, port = monitor["portName"], monitor["portName"].text() or DEFAULT_PORT
    at = node if node.written else monitor["enabled"]
    if port not in named:
        near = nearest(port, [name for name in named if name])
        fitting = f"ports: [{{containerPort: {pod.expected_port}, name: {port}}}] in the container"
        yield Hit(
            at,
            f'the PodMonitor looks for the port "{port}", which no {pod.role} container has',
            write=f"portName: {near}" if near else fitting,
            why="it has no target: Prometheus collects nothing, without an error anywhere",
        )
        return
    number = named[port].number()
    if number is not None and number not in listening(pod):
        yield Hit(
            named[port],
            f'the PodMonitor looks at the port "{port}", {number}, where nothing listens',
            write=f"containerPort: {pod.expected_port}",
            why="the target is down: connection refused",
        )
    elif number is not None and number in (pod.expected_port, pod.service.port):
        yield from _path(pod, monitor)


def _ports(container: Node) -> Node:
    return container["ports"] if container["ports"].value else container.at("extraConfig", "ports")


def _path(pod: Pod, monitor: Node) -> Items:
    node, engine = monitor["path"], pod.main.engine
    path = node.text() or DEFAULT_PATH
    if engine and path != engine.metrics["path"] and "{{" not in path:
        yield Hit(
            node if node.written else monitor["enabled"],
            f"{engine.title} serves its metrics at {engine.metrics['path']}, the PodMonitor asks for {path}",
            write=f"path: {engine.metrics['path']}",
            why="the target answers without metrics that Prometheus can read",
        )
