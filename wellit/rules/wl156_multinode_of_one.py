"""A multinode deployment has groups of one pod.

`multinode: true` makes LeaderWorkerSets, which a cluster has only when their controller is installed. How many pods a
group has, parallelism says; when it says one everywhere, each pod is started for itself, as a Deployment would.

Bad::

    # llm-d-modelservice@v0.4.9
    multinode: true
    decode:
      parallelism: {tensor: 8}
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
from wellit.seen.modelservice import services
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL156", "multinode-of-one", "warning", (MODELSERVICE,), "read",
    reads="multinode role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for service in services(subject):
        node = service.release.root["multinode"]
        groups = [pod.parallel for pod in service.pods]
        if service.multinode and groups and all(not one.wrong and one.workers == 1 for one in groups):
            field = "workers" if groups[0].local_known else "data"
            yield Hit(
                node,
                "multinode is true, and every group has one pod",
                write=f"multinode: false, or {field}: 2 in {groups[0].node.keys[0]}.parallelism",
                why="it needs the LeaderWorkerSet controller in the cluster and gives no more than a Deployment",
            )
