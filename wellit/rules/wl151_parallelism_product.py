"""Data parallel ranks do not add up: data is not dataLocal times workers.

`data` are all ranks, `dataLocal` those in one pod, `workers` the pods of one group. Versions that fill in what is not
written need them to divide, and stop when they do not; later ones have 1 as the default of each, so that `data: 4`
alone is one device with --data-parallel-size 4: the engine waits for three more that never come.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {data: 4}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {data: 4, dataLocal: 4}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

NAMES = ("data", "dataLocal", "workers")
RULE = Rule(
    "WL151", "parallelism-product", "error", (MODELSERVICE,), "read",
    reads="multinode role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        one = pod.parallel
        if one.local_known and not one.wrong and one.data != one.local * one.workers and _matters(pod):
            yield _hit(pod)


def _matters(pod: Pod) -> bool:
    """Whether the numbers reach the engine, or speak against each other."""
    told = pod.main.injects("dataParallel") or pod.parallel.says("DP_SIZE")
    return told or len(_written(pod)) > 1


def _written(pod: Pod) -> list[Node]:
    return [pod.parallel.node[name] for name in NAMES if pod.parallel.node[name].written]


def _hit(pod: Pod) -> Hit:
    one = pod.parallel
    at, *others = _written(pod)
    message = f"data {one.data} is not dataLocal {one.local} times workers {one.workers}"
    return Hit(at, message, write=_write(pod), why=_why(pod), also=tuple(("and this", node) for node in others))


def _write(pod: Pod) -> str:
    one = pod.parallel
    both = one.node["data"].written and one.node["dataLocal"].written
    if one.node["data"].written and not both and one.data % one.workers == 0:
        return f"data: {one.data}, dataLocal: {one.data // one.workers}"
    if one.data > 1 and one.data % one.local == 0 and pod.service.multinode:
        return f"data: {one.data}, dataLocal: {one.local}, workers: {one.data // one.local}"
    return f"data: {one.local * one.workers}, dataLocal: {one.local}, workers: {one.workers}"


def _why(pod: Pod) -> str:
    one, version = pod.parallel, f"{pod.service.release.chart} {pod.service.release.version}"
    pods_of = f"a group of {one.workers} pods" if pod.service.multinode else "a pod"
    told = pod.service.facts["commandFlags"]["dataParallel"] if pod.main.injects("dataParallel") else "DP_SIZE"
    return f"{version} makes of it {pods_of} with {one.devices} devices each and {told} {one.data}: they do not agree"
