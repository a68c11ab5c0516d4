"""Kubernetes refuses a label: its key, or its value.

A value has at most 63 letters, digits, dashes, dots and underscores: a model's name with a slash is none. It is refused
where the pods are made; in a selector it matches nothing.

Bad::

    # llm-d-modelservice@v0.4.12
    modelArtifacts:
      labels:
        llm-d.ai/model: Qwen/Qwen3-0.6B

Good::

    # llm-d-modelservice@v0.4.12
    modelArtifacts:
      labels:
        llm-d.ai/model: Qwen3-0.6B
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import kubernetes
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, ROLES, Release, Subject

RULE = Rule(
    "WL413",
    "label-refused",
    "error",
    (MODELSERVICE, INFERENCEPOOL, INFRA),
    "asked",
    reads="commonAnnotations commonLabels commonLabels.team gateway.annotations gateway.labels "
    "inferenceExtension.monitoring inferencePool.modelServers ingress.annotations modelArtifacts.labels "
    "role.annotations role.create role.monitoring role.nodeSelector role.podAnnotations",
)
# Where labels are written, by chart; below role in both roles.
LABELS = {
    MODELSERVICE: ("modelArtifacts.labels", "role.monitoring.podmonitor.labels", "role.nodeSelector"),
    INFERENCEPOOL: ("inferencePool.modelServers.matchLabels", "inferenceExtension.monitoring.prometheus.extraLabels"),
    INFRA: ("commonLabels", "gateway.labels"),
}
ANNOTATIONS = {
    MODELSERVICE: ("role.annotations", "role.podAnnotations", "role.monitoring.podmonitor.annotations"),
    INFRA: ("commonAnnotations", "gateway.annotations", "ingress.annotations"),
}


def check(subject: Subject) -> Items:
    for release in subject.of(*RULE.charts):
        for labels in _places(release, LABELS.get(release.chart, ())):
            for key, node in labels.items():
                yield from _key(key, node, "label")
                yield from _value(node)
        for notes in _places(release, ANNOTATIONS.get(release.chart, ())):
            for key, node in notes.items():
                yield from _key(key, node, "annotation")


def _places(release: Release, paths: tuple[str, ...]) -> Iterator[Node]:
    for path in paths:
        first, *rest = path.split(".")
        for start in ROLES if first == "role" else (first,):
            if first != "role" or release.root[start]["create"].flag(True):
                yield release.root[start].at(*rest)


def _key(key: str, node: Node, what: str) -> Iterator[Hit]:
    if not kubernetes.templated(key) and (wrong := kubernetes.label_key(key)):
        yield Hit(
            node,
            f'the key of {what} "{key}" {wrong}',
            write="PREFIX/NAME, as llm-d.ai/model, or NAME alone",
            why="the API server refuses the object",
        )


def _value(node: Node) -> Iterator[Hit]:
    value = node.text()
    if not kubernetes.templated(value) and (wrong := kubernetes.label_value(value)):
        near = kubernetes.closest_label(value)
        yield Hit(
            node,
            f'the value of label {node.keys[-1]}, "{value}", {wrong}',
            write=f"{node.keys[-1]}: {near}" if near and not kubernetes.label_value(near) else "another word",
            why="the API server refuses the object; what selects it must have the same value",
        )
