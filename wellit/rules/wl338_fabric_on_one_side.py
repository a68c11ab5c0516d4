"""Only one of prefill and decode asks for the fast network.

The KV cache goes from the one pod to the other. When one of them has no device of the fabric (rdma/ib, an InfiniBand
or RoCE function, EFA), both fall back to TCP without a word, or the transfer fails.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
    prefill:
      replicas: 1
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
        resources: {limits: {rdma/ib: 1}}

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
        resources: {limits: {rdma/ib: 1}}
    prefill:
      replicas: 1
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
        resources: {limits: {rdma/ib: 1}}
"""

from __future__ import annotations

import re

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import aparts
from wellit.seen.modelservice import Pod
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL338", "fabric-on-one-side", "warning", (MODELSERVICE,), "read",
    reads="role.containers role.create role.replicas role.resourceClaims",
)  # fmt: skip
FABRIC = re.compile(r"rdma|roce|sriov|infiniband|/efa|/ib\b|hca", re.IGNORECASE)


def check(subject: Subject) -> Items:
    for apart in aparts(subject):
        if not apart.asked_for:
            continue
        asked = {pod.role: _fabric(pod) for pod in apart.both}
        for pod, other in (apart.both, apart.both[::-1]):
            node = asked[other.role]
            if asked[pod.role] is None and node is not None and not pod.node["resourceClaims"]:
                yield Hit(
                    pod.main.node["resources"],
                    f"the {other.role} servers ask for {node.keys[-1]}, the {pod.role} servers for no such device",
                    write=f"{node.keys[-1]}: {node.value} among its limits, or on neither",
                    why="the KV cache goes between the two: it falls back to TCP, or fails",
                    also=((f"the {other.role} servers", node),),
                )


def _fabric(pod: Pod) -> Node | None:
    """The first device of the fabric that a container asks for; what is written as null is not asked for."""
    for container in pod.containers:
        for kind in ("limits", "requests"):
            for name, node in container.node.at("resources", kind).items():
                if FABRIC.search(name) and node.value not in (None, "null", 0, "0"):
                    return node
    return None
