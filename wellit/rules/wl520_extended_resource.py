"""A device is requested and limited differently.

Of devices (nvidia.com/gpu, rdma/ib: every name with a slash) Kubernetes gives out whole ones: limit and request must
be the same, and a request needs a limit. The API server refuses anything else.

Bad::

    # objects
    apiVersion: v1
    kind: Pod
    metadata: {name: chat}
    spec:
      containers:
      - name: main
        image: busybox:1.36
        resources:
          limits: {nvidia.com/gpu: "2"}
          requests: {nvidia.com/gpu: "1"}

Good::

    # objects
    apiVersion: v1
    kind: Pod
    metadata: {name: chat}
    spec:
      containers:
      - name: main
        image: busybox:1.36
        resources:
          limits: {nvidia.com/gpu: "2"}
          requests: {nvidia.com/gpu: "2"}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL520", "extended-resource", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    for template in workloads.templates(subject):
        for container in template.containers:
            resources = container["resources"]
            for name, asked in resources["requests"].items():
                limit = resources["limits"][name]
                if "/" in name and not name.startswith("kubernetes.io/") and asked.value is not None:
                    yield from _judge(name, asked, limit)


def _judge(name: str, asked: Node, limit: Node) -> Items:
    if not limit.written or limit.value is None:
        yield Hit(
            asked, f"{name} is requested without a limit", write=f"limits: {{{name}: {asked.value}}} as well",
            why="the API server refuses it: Limit must be set for non overcommitable resources",
        )  # fmt: skip
    elif str(limit.value) != str(asked.value):
        yield Hit(
            asked, f"{name} is requested {asked.value} times and limited to {limit.value}",
            write=f"{name}: {limit.value}", why="the API server refuses it: must be equal to the limit",
            also=(("the limit", limit),),
        )  # fmt: skip
