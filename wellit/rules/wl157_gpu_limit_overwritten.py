"""A number of accelerators is written, and the chart writes its own over it.

Up to some version the chart counts accelerators by parallelism alone: what resources say of the same resource is
replaced, without a word.

Bad::

    # llm-d-modelservice@v0.3.8
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "8"}

Good::

    # llm-d-modelservice@v0.3.8
    decode:
      parallelism: {tensor: 8}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "8"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL157", "gpu-limit-overwritten", "warning", (MODELSERVICE,), "read",
    reads="accelerator.resources accelerator.type dra.enabled role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        one = pod.parallel
        if pod.service.facts["userGpuLimitWins"] or pod.devices.by_claim or one.wrong:
            continue
        for container in pod.containers:
            for node in pod.devices.asked(container):
                counted = node.keys[-1] == pod.devices.resource(container)
                if counted and node.number() not in (None, one.devices):
                    yield Hit(
                        node,
                        f"{node.keys[-1]} is {node.value}, parallelism makes {one.devices} of it",
                        write=f"tensor: {node.value} in {pod.role}.parallelism, or no {node.keys[-1]} here",
                        why=f"{pod.service.release.chart} {pod.service.release.version} overwrites it: "
                        f"the container gets {one.devices}",
                    )
