"""A container that is said to need no accelerator asks for one by hand.

For the type cpu, and for the simulator's image, the chart asks for none. What resources say is kept: the pod takes an
accelerator that it does not use, or waits for one.

Bad::

    # llm-d-modelservice@v0.4.9
    accelerator:
      type: cpu
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cpu:v0.6.0
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "1"}
          requests: {nvidia.com/gpu: "1"}

Good::

    # llm-d-modelservice@v0.4.9
    accelerator:
      type: cpu
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cpu:v0.6.0
        modelCommand: vllmServe
        resources:
          limits: {cpu: "16"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL160", "gpu-without-accelerator", "warning", (MODELSERVICE,), "read",
    reads="accelerator.dra accelerator.resources accelerator.type dra.enabled role.accelerator role.containers "
    "role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if not pod.service.facts["accelerators"] or pod.devices.by_claim:
            continue
        for container in pod.containers:
            for node in () if pod.devices.resource(container) else pod.devices.asked(container):
                if str(node.value) != "0":
                    yield Hit(
                        node,
                        f"the {container.title} asks for {node.keys[-1]}, and needs none: {_reason(container)}",
                        write=f"no {node.keys[-1]} here, or the accelerator.type that has it",
                        why="it waits until a node has one free, and keeps it from others",
                    )


def _reason(container: Container) -> str:
    devices = container.pod.devices
    return "its image is a simulator's" if devices.type != "cpu" else "its type is cpu"
