"""Kubernetes refuses the name of a container, a port, a volume or a variable.

Containers and volumes are named by a DNS label: at most 63 small letters, digits and dashes. A port's name has at most
15 of them and one letter. helm checks none of it: the Deployment is refused, or worse, taken without its pods.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          ports: [{name: vllm-metrics-port, containerPort: 8200}]

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          ports: [{name: metrics, containerPort: 8200}]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import kubernetes
from wellit.seen.podspec import containers, pod_specs
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL410",
    "name-refused",
    "error",
    (MODELSERVICE, INFERENCEPOOL),
    "asked",
    reads="inferenceExtension.sidecar inferenceExtension.volumes role.containers role.create role.extraConfig "
    "role.initContainers role.volumes",
)


def check(subject: Subject) -> Items:
    for container in containers(subject):
        yield from _named(container.node["name"], "a container", kubernetes.dns_label)
        for port in container.listed("ports"):
            yield from _named(port["name"], "a port", kubernetes.port_name, 15)
        for variable in container.listed("env"):
            yield from _named(variable["name"], "a variable", kubernetes.env_name)
    for pod in pod_specs(subject):
        for volume in pod.volumes:
            yield from _named(volume["name"], "a volume", kubernetes.dns_label)


def _named(node: Node, what: str, wrong: Callable[[str], str], most: int = 63) -> Iterator[Hit]:
    name = node.text()
    if not name or kubernetes.templated(name) or not (reason := wrong(name)):
        return
    near = kubernetes.closest(name, most) if what != "a variable" else name.replace("=", "_")
    said = reason if reason.startswith("has") else f"is not one of Kubernetes: it {reason}"
    yield Hit(
        node,
        f'the name of {what}, "{name}", {said}',
        write=f"name: {near}" if near and near != name else "name: another word",
        why="the API server refuses the pods, and so the object that makes them",
    )
