"""A data parallel group needs several pods, and gets one.

Without `multinode: true` the chart makes a Deployment, whose pods know nothing of each other; the number of workers is
not read. The engine is told of ranks in other pods all the same, and waits for them.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {data: 16, dataLocal: 8, workers: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    multinode: true
    decode:
      parallelism: {data: 16, dataLocal: 8, workers: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        args: [--data-parallel-address, $(LWS_LEADER_ADDRESS), --data-parallel-hybrid-lb]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL152", "workers-without-multinode", "error", (MODELSERVICE,), "read",
    reads="multinode role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        one = pod.parallel
        if waits(pod) and one.data == one.local * one.workers:
            yield _hit(pod)


def waits(pod: Pod) -> bool:
    """Whether the engine is told of ranks in other pods, of which there are none."""
    one = pod.parallel
    told = pod.main.injects("dataParallel") and not one.wrong
    return told and not pod.service.multinode and one.local_known and one.data > one.local


def _hit(pod: Pod) -> Hit:
    one = pod.parallel
    node = next(one.node[name] for name in ("workers", "data", "dataLocal") if one.node[name].written)
    return Hit(
        node,
        f"{one.data} data parallel ranks, {one.local} in each pod, and multinode is not true",
        write=f"multinode: true, or data: {one.local}, dataLocal: {one.local} in {one.node.keys[0]}.parallelism",
        why=f"a Deployment's pods are no group: the engine waits for {one.data - one.local} ranks that nobody starts",
    )
