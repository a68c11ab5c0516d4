"""A number of accelerators stands in limits or in requests alone, and is not the chart's own.

Newer versions keep the number that is written, but fill in the other one by themselves, from parallelism. Kubernetes
wants limits and requests of an accelerator to be equal, and refuses the pod.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "8"}

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "8"}
          requests: {nvidia.com/gpu: "8"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

PARTS = ("limits", "requests")
RULE = Rule(
    "WL158", "gpu-limit-without-request", "error", (MODELSERVICE,), "read",
    reads="accelerator.dra accelerator.resources accelerator.type dra.enabled role.accelerator role.containers "
    "role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if pod.service.facts["userGpuLimitWins"] and not pod.devices.by_claim and not pod.parallel.wrong:
            for container in pod.containers:
                yield from _unequal(container)


def _unequal(container: Container) -> Items:
    pod = container.pod
    name, counted = pod.devices.resource(container), pod.parallel.devices
    for part, other in (PARTS, PARTS[::-1]):
        node = container.node.at("resources", part, name)
        if name and node.number() not in (None, counted) and not container.node.at("resources", other, name).written:
            limits = node.value if part == "limits" else counted
            requests = counted if part == "limits" else node.value
            yield Hit(
                node,
                f"{part} of {name} is {node.value}, the chart fills in {other} with {counted}",
                write=f'{other}: {{{name}: "{node.value}"}} as well, or tensor: {node.value} in {pod.role}.parallelism',
                why="the API server refuses the pod: "
                f'Invalid value: "{requests}": must be equal to {name} limit of {limits}',
            )
