"""A degree of parallelism changes nothing in this version of the chart.

How the numbers are read has changed twice. Early versions use `data` for the pods of a LeaderWorkerSet only, later ones
`workers`: in a Deployment nothing reads them, except a command of one's own by DP_SIZE.

Bad::

    # llm-d-modelservice@v0.3.5
    decode:
      parallelism: {data: 4}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.3.8
    decode:
      parallelism: {data: 4}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.wl152_workers_without_multinode import waits
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL153", "parallelism-without-effect", "warning", (MODELSERVICE,), "read",
    reads="multinode role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        one = pod.parallel
        name = "workers" if one.local_known else "data"
        number = one.node[name].number()
        idle = not pod.service.multinode and not one.wrong and number is not None and number > 1
        added_up = one.data == one.local * one.workers
        if idle and added_up and not waits(pod) and not one.says("DP_SIZE"):
            yield _hit(pod, name)


def _hit(pod: Pod, name: str) -> Hit:
    node, release = pod.parallel.node[name], pod.service.release
    return Hit(
        node,
        f"{name} {node.value} changes nothing: multinode is not true",
        write="multinode: true, or replicas for more pods",
        why=f"{release.chart} {release.version} makes a Deployment of it, each pod with {pod.parallel.devices} devices",
    )
