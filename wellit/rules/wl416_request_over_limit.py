"""A container asks for more than it may have.

A request is what the scheduler keeps free, a limit what the container may take: the API server refuses a request that
is larger than the limit of the same resource.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {requests: {memory: 64Gi}, limits: {memory: 32Gi}}

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {requests: {memory: 32Gi}, limits: {memory: 64Gi}}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.amounts import everywhere
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL416",
    "request-over-limit",
    "error",
    (MODELSERVICE, INFERENCEPOOL, INFRA),
    "asked",
    reads="gateway.gatewayParameters inferenceExtension.resources inferenceExtension.sidecar role.containers "
    "role.create role.extraConfig role.initContainers",
)


def check(subject: Subject) -> Items:
    for one in everywhere(subject):
        for name, request in one.requests.items():
            limit = one.limits.get(name)
            if limit is None or one.device(name) or not one.more(request, limit):
                continue
            yield Hit(
                request,
                f"{name}: {request.value} is asked for, and {limit.value} is the limit",
                write=f"{name}: {limit.value}, or a limit of {request.value}",
                why=f"the API server refuses the pods: must be less than or equal to {name} limit",
                also=(("the limit", limit),),
            )
