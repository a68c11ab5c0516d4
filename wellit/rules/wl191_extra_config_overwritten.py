"""The chart writes over what extraConfig says, or extraConfig over the routing proxy.

extraConfig is copied into the pod or the container as it is, and the chart writes its own keys beside it. Where both
write the same key, the one that comes last counts: the environment, the resources, the volumes of the chart; but the
initContainers of extraConfig, in place of the routing proxy.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        extraConfig:
          env: [{name: VLLM_LOGGING_LEVEL, value: DEBUG}]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        env: [{name: VLLM_LOGGING_LEVEL, value: DEBUG}]
        extraConfig:
          lifecycle: {preStop: {exec: {command: [sleep, "10"]}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

ALWAYS = ("env", "resources")  # of a container
BEFORE = ("name", "image", "extraConfig")  # written before extraConfig, which then counts
OF_POD = ("containers", "serviceAccountName", "volumes")  # always the chart's own
AFTER = ("imagePullSecrets", "schedulerName", "priorityClassName", "tolerations")  # where the role says them itself
RULE = Rule(
    "WL191", "extra-config-overwritten", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create role.extraConfig role.tolerations routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if pod.service.facts["feature.extraConfig"]:
            yield from _pod(pod)
            for container in pod.containers:
                for node in _lost(container):
                    yield _hit(node, f"the {container.title}", f"{node.keys[-1]} of the container itself")


def _lost(container: Container) -> Iterator[Node]:
    """What the chart writes over, in a container."""
    own = container.node
    for key, node in container.node["extraConfig"].items():
        written = key in ALWAYS or (key not in BEFORE and bool(own[key]))
        mounted = key == "volumeMounts" and own["mountModelVolume"].flag(False)
        started = key in ("command", "args") and container.starts["injects"] and container.starts["command"]
        if node.value and (written or mounted or started):
            yield node


def _pod(pod: Pod) -> Items:
    for key, node in pod.node["extraConfig"].items():
        if node.value and (key in OF_POD or (key in AFTER and pod.node[key])):
            instead = "serviceAccountOverride" if key == "serviceAccountName" else f"{pod.role}.{key}"
            yield _hit(node, f"the {pod.role} pods", instead)
        elif key == "initContainers" and node.value and pod.proxied:
            yield Hit(
                node,
                "initContainers of extraConfig take the place of the routing proxy",
                write=f"{pod.role}.initContainers",
                why="the proxy is an init container too: without it nothing listens where the pool sends requests",
            )


def _hit(node: Node, whose: str, instead: str) -> Hit:
    return Hit(
        node,
        f"{node.keys[-1]} below extraConfig never reaches {whose}",
        write=instead,
        why="the chart writes its own after it, and of two equal keys the last counts",
    )
