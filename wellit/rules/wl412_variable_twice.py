"""An environment variable stands twice in one container.

The last one wins, without a word, and a server-side apply refuses the list. The chart writes some variables itself:
DP_SIZE, TP_SIZE, HF_HOME. Its own come last.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          env: [{name: VLLM_LOGGING_LEVEL, value: INFO}, {name: VLLM_LOGGING_LEVEL, value: DEBUG}]

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          env: [{name: VLLM_LOGGING_LEVEL, value: DEBUG}]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.podspec import containers
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL412",
    "variable-twice",
    "warning",
    (MODELSERVICE, INFERENCEPOOL),
    "read",
    reads="inferenceExtension.sidecar role.containers role.create role.extraConfig role.initContainers",
)


def check(subject: Subject) -> Items:
    for container in containers(subject):
        first: dict[str, Node] = {}
        for variable in container.listed("env"):
            name = variable["name"].text()
            if name in first:
                yield Hit(
                    variable["name"],
                    f"{name} stands twice in {container.title}",
                    write="keep one of the two",
                    why="the last one wins, in silence",
                    also=(("the first", first[name]),),
                )
            elif name:
                first[name] = variable["name"]
