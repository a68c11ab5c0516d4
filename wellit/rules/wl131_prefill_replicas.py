"""Prefill is set up and has no server: its replicas are 0, the chart's default.

decode.replicas is 1 unless it is said otherwise, prefill.replicas is 0 in every version of the chart. Containers
below prefill are then rendered into a Deployment of no pods: nothing fails, and every request is decoded where it
comes in.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]
    prefill:
      create: true
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]
    prefill:
      create: true
      replicas: 1
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import ROLE, TRANSFER, replicas
from wellit.seen.modelservice import Pod, pods
from wellit.seen.neutral import told
from wellit.subject import MODELSERVICE, PREFILL, Subject

RULE = Rule(
    "WL131", "prefill-replicas", "warning", (MODELSERVICE,), "read",
    reads="role role.containers role.create role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if pod.role == PREFILL and replicas(pod) == 0 and (not pod.node["replicas"].written or _shares(pod)):
            yield Hit(
                _place(pod),
                f"prefill is created with no server: {_how(pod)}",
                write="replicas: 1 below prefill, or create: false",
                why="nothing is prefilled apart from decode, and no error says so",
            )


def _place(pod: Pod) -> Node:
    misspelt = pod.node.misspelt("replicas")
    if misspelt is not None:
        return misspelt
    return pod.node["replicas"] if pod.node["replicas"].written else pod.node


def _shares(pod: Pod) -> bool:
    """Whether its engine is told to share the work; a 0 that somebody wrote beside anything else is meant."""
    return bool(told(pod.main, ROLE) or told(pod.main, TRANSFER))


def _how(pod: Pod) -> str:
    return "replicas is 0" if pod.node["replicas"].written else "replicas is not set, and the chart's default is 0"
