"""A name, or a place to mount at, stands twice where Kubernetes wants each once.

Containers of a pod, its volumes, the ports of one container and the paths that it mounts at must differ. The chart adds
a container routing-proxy to the decode pods, and a volume model-storage where the model's volume is mounted.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      volumes:
        - {name: cache, emptyDir: {}}
        - {name: cache, emptyDir: {medium: Memory}}

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      volumes:
        - {name: cache, emptyDir: {}}
        - {name: shm, emptyDir: {medium: Memory}}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.podspec import PodSpec, pod_specs
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL411",
    "name-twice",
    "error",
    (MODELSERVICE, INFERENCEPOOL),
    "asked",
    reads="inferenceExtension.sidecar inferenceExtension.volumes role.containers role.create role.extraConfig "
    "role.initContainers role.volumes",
)


def check(subject: Subject) -> Items:
    for pod in pod_specs(subject):
        yield from _twice((c.node["name"] for c in pod.containers), "a container is named")
        yield from _twice((volume["name"] for volume in pod.volumes), "a volume is named")
        yield from _added(pod)
        for container in pod.containers:
            yield from _twice((port["name"] for port in container.listed("ports")), "a port is named")
            yield from _twice((m["mountPath"] for m in container.listed("volumeMounts")), "something is mounted at")


def _added(pod: PodSpec) -> Iterator[Hit]:
    """What the chart adds by itself."""
    mounted = [c.node["mountModelVolume"] for c in pod.main if c.node["mountModelVolume"].flag(False)]
    for volume in pod.volumes:
        if mounted and volume["name"].text() == "model-storage":
            yield _hit(volume["name"], mounted[0], "a volume is named", "the chart makes one for this")


def _twice(nodes: Iterable[Node], what: str) -> Iterator[Hit]:
    first: dict[str, Node] = {}
    for node in nodes:
        name = node.text().rstrip("/") or node.text()
        if name in first:
            yield _hit(node, first[name], what, "the first")
        elif name:
            first[name] = node


def _hit(node: Node, other: Node, what: str, note: str) -> Hit:
    return Hit(
        node,
        f'{what} "{node.text()}" twice',
        write="another name" if "named" in what else "another path",
        why="the API server refuses the pods: Duplicate value, or must be unique",
        also=((note, other),),
    )
