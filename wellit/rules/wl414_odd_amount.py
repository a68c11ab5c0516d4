"""An amount of memory or processors that is hardly meant.

Kubernetes counts memory in bytes: 16 without a unit is sixteen bytes, and 1000m is one. Processors have no unit: 4Gi of
them are four thousand millions. The API server takes all of it; the pod never starts, or is ended at once.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {limits: {memory: "16"}}

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {limits: {memory: 16Gi}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wellit.node import Node
from wellit.quantities import milli
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.amounts import everywhere
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL414",
    "odd-amount",
    "warning",
    (MODELSERVICE, INFERENCEPOOL, INFRA),
    "read",
    reads="gateway.gatewayParameters inferenceExtension.resources inferenceExtension.sidecar role.containers "
    "role.create role.extraConfig role.initContainers",
)
BYTES = ("memory", "ephemeral-storage")
LEAST = 1024**2 * 1000
MOST = 1024 * 1000


def check(subject: Subject) -> Items:
    for amounts in everywhere(subject):
        for name, node in (*amounts.limits.items(), *amounts.requests.items()):
            yield from _odd(name, node)


def _odd(name: str, node: Node) -> Iterator[Hit]:
    try:
        amount = milli(node.value)
    except ValueError:
        return
    written = str(node.value)
    number = re.match(r"[0-9]+", written)
    if name in BYTES and 0 < amount < LEAST:
        unit = "of thousandths of a byte" if written.endswith("m") else "of bytes"
        yield _hit(
            node,
            f"{name}: {written} is an amount {unit}",
            f"{name}: {number[0] if number else 1}Gi",
            "no container starts in that",
        )
    elif name == "cpu" and amount > MOST:
        yield _hit(
            node,
            f"cpu: {written} is {amount // 1000} processors",
            f"cpu: {number[0] if number else 1}",
            "no node has as many: the pod stays Pending",
        )


def _hit(node: Node, message: str, write: str, why: str) -> Hit:
    return Hit(node, message, write=write, why=why)
