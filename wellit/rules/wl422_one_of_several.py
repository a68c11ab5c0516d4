"""Of several forms exactly one is wanted, and two are there, or none.

A probe asks by httpGet, tcpSocket, exec or grpc; a volume has one source, and is an emptyDir without any; a variable
has a value or valueFrom. A liveness or startup probe succeeds at once: its successThreshold is 1.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      volumes:
        - {name: shm, emptyDir: {medium: Memory}, hostPath: {path: /dev/shm}}

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      volumes:
        - {name: shm, emptyDir: {medium: Memory}}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.podspec import ContainerSpec, containers, pod_specs
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL422",
    "one-of-several",
    "error",
    (MODELSERVICE, INFERENCEPOOL),
    "asked",
    reads="inferenceExtension.sidecar inferenceExtension.volumes role.containers role.create role.extraConfig "
    "role.initContainers role.volumes",
)
HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")


def check(subject: Subject) -> Items:
    for container in containers(subject):
        for name, probe in container.probes:
            yield from _probe(name, probe)
        yield from _variables(container)
    for pod in pod_specs(subject):
        for volume in pod.volumes:
            sources = [node for key, node in volume.items() if key != "name" and node.value is not None]
            yield from _two(sources, f"the volume {volume['name'].text()}")


def _probe(name: str, probe: Node) -> Iterator[Hit]:
    if not isinstance(probe.value, dict) or not probe.value:
        return
    written = [probe[key] for key in HANDLERS if probe[key].value is not None]
    yield from _two(written, name)
    if not written and not any(probe.misspelt(key) for key in HANDLERS):
        yield _hit(probe, f"{name} has nothing to ask", "httpGet: {path: /health, port: 8000}")
    often = probe["successThreshold"]
    if name != "readinessProbe" and (often.number() or 1) > 1:
        yield Hit(
            often,
            f"successThreshold of a {name} is 1",
            write="successThreshold: 1",
            why="the API server refuses the pods: successThreshold must be 1",
        )


def _variables(container: ContainerSpec) -> Iterator[Hit]:
    for variable in container.listed("env"):
        if variable["value"].text() and variable["valueFrom"].value:
            yield _hit(variable["valueFrom"], f"{variable['name'].text()} has a value and valueFrom", "one of the two")


def _two(written: Sequence[Node], who: str) -> Iterator[Hit]:
    if len(written) > 1:
        first, second = (str(node.keys[-1]) for node in written[:2])
        yield _hit(written[1], f"{who} has {first} and {second}", f"{first} or {second}, not both")


def _hit(node: Node, message: str, write: str) -> Hit:
    return Hit(node, message, write=write, why="the API server refuses the pods: exactly one is wanted")
