"""A container asks for two kinds of accelerators at once.

The chart asks for the resource of accelerator.type by itself. When resources name one of another vendor, or a slice of
a device, the container asks for both, and no node has both.

Bad::

    # llm-d-modelservice@v0.4.9
    accelerator:
      type: amd
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-rocm:v0.6.0
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "1"}
          requests: {nvidia.com/gpu: "1"}

Good::

    # llm-d-modelservice@v0.4.9
    accelerator:
      type: amd
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-rocm:v0.6.0
        modelCommand: vllmServe
        resources:
          limits: {amd.com/gpu: "1"}
          requests: {amd.com/gpu: "1"}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL159", "gpu-of-another-vendor", "error", (MODELSERVICE,), "read",
    reads="accelerator.dra accelerator.resources accelerator.type dra.enabled role.accelerator role.containers "
    "role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        for container in () if pod.devices.by_claim else pod.containers:
            own = pod.devices.resource(container)
            for node in pod.devices.asked(container):
                if own and node.keys[-1] != own and str(node.value) != "0":
                    yield _hit(container, node, own)


def _hit(container: Container, node: Node, own: str) -> Hit:
    devices = container.pod.devices
    count = container.pod.parallel.devices
    types = container.facts["accelerators"]
    meant = [name for name, resource in types.items() if resource == node.keys[-1]]
    said = (("the type is chosen here", devices.type_node),) if devices.type_node.written else ()
    return Hit(
        node,
        f"the {container.title} asks for {node.keys[-1]}, and by its type {devices.type} for {count} {own} as well",
        write=f"accelerator.type: {meant[0]}, or {own} here"
        if meant
        else f"{own} here, or accelerator.resources with it",
        why="no node has both, so the pod stays Pending: Insufficient " + own,
        also=said,
    )
