"""A device is asked for otherwise than Kubernetes gives devices.

GPUs, RDMA devices and all resources whose name has a slash come whole and are never shared: the limit must be there and
be equal to the request, and a whole number. The API server refuses anything else.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {requests: {rdma/ib: 1}}

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {requests: {rdma/ib: 1}, limits: {rdma/ib: 1}}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.amounts import Amounts, everywhere, read
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL417",
    "device-request",
    "error",
    (MODELSERVICE, INFERENCEPOOL, INFRA),
    "asked",
    reads="gateway.gatewayParameters inferenceExtension.resources inferenceExtension.sidecar role.containers "
    "role.create role.extraConfig role.initContainers",
)


def check(subject: Subject) -> Items:
    for one in everywhere(subject):
        for name in dict.fromkeys((*one.requests, *one.limits)):
            if one.device(name) and name not in one.overwritten:
                yield from _device(name, one)


def _device(name: str, one: Amounts) -> Iterator[Hit]:
    request, limit = one.requests.get(name), one.limits.get(name)
    for node in (request, limit):
        if node is not None and (amount := read(node)) is not None and amount % 1000:
            yield _hit(node, f"{name}: {node.value} is a part of a device", f"{name}: 1", "must be an integer")
            return
    if request is None or (name in one.filled and limit is None):
        return
    if limit is None:
        yield _hit(
            request, f"{name} is asked for without a limit", f"{name}: {request.value} in limits as well",
            "Limit must be set for non overcommitable resources",
        )  # fmt: skip
    elif read(request) is not None and read(limit) is not None and read(request) != read(limit):
        yield _hit(
            request, f"{name}: {request.value} is asked for, and {limit.value} is the limit", f"{name}: {limit.value}",
            f"must be equal to {name} limit", limit,
        )  # fmt: skip


def _hit(node: Node, message: str, write: str, says: str, limit: Node | None = None) -> Hit:
    return Hit(
        node,
        message,
        write=write,
        why=f"the API server refuses the pods: {says}",
        also=(("the limit", limit),) if limit else (),
    )
