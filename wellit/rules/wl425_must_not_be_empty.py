"""Something is empty that the chart or Kubernetes cannot do without.

No containers, a container without an image, a pool without ports, a role that is null: helm stops, or the API server
refuses what it is given.

Bad::

    # inferencepool@v1.4.0
    inferencePool:
      targetPorts: []
      modelServers: {matchLabels: {llm-d.ai/guide: chat}}

Good::

    # inferencepool@v1.4.0
    inferencePool:
      targetPorts: [{number: 8000}]
      modelServers: {matchLabels: {llm-d.ai/guide: chat}}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.subject import INFERENCEPOOL, MODELSERVICE, ROLES, Release, Subject

RULE = Rule(
    "WL425",
    "must-not-be-empty",
    "error",
    (MODELSERVICE, INFERENCEPOOL),
    "read",
    reads="inferencePool.targetPorts role role.containers role.create",
)


def check(subject: Subject) -> Items:
    for release in subject.of(MODELSERVICE):
        for role in ROLES:
            yield from _role(release.root[role])
    for release in subject.of(INFERENCEPOOL):
        yield from _pool(release)


def _role(role: Node) -> Iterator[Hit]:
    name = role.keys[0]
    if role.written and role.value is None:
        yield Hit(
            role,
            f"{name} is null, and the chart looks into it",
            write=f"{name}: {{create: false}}",
            why="helm stops: nil pointer evaluating interface {}.create",
        )
        return
    if not role["create"].flag(True):
        return
    if role["containers"].written and role["containers"].value in (None, []):
        yield Hit(
            role["containers"],
            f"{name} has no container",
            write=f"a container with an image, or {name}: {{create: false}}",
            why="the API server refuses the Deployment: spec.template.spec.containers: Required value",
        )
    for container in role["containers"]:
        if isinstance(container.value, dict) and container["image"].value in (None, ""):
            yield Hit(
                container["image"],
                f"{name} container {container['name'].text() or container.keys[-1]} has no image",
                write="image: REGISTRY/PATH:TAG",
                why="helm stops: image of container is required",
            )


def _pool(release: Release) -> Iterator[Hit]:
    ports = release.root["inferencePool"]["targetPorts"]
    key = str(release.facts["portKey"])
    if key.endswith(".targetPorts") and ports.written and ports.value == []:
        yield Hit(
            ports,
            "the pool has no port",
            write="targetPorts: [{number: 8000}]",
            why="the API server refuses the pool: spec.targetPorts must have at least 1 item",
        )
