"""Accelerators are claimed by DRA, and resources speak of them as well.

With DRA a pod gets its accelerators by a claim. Early versions of the chart then drop limits and requests altogether,
memory and CPU too; later ones keep them, and an accelerator that stands there is asked for a second time, of a device
plugin.

Bad::

    # llm-d-modelservice@v0.4.9
    accelerator: {dra: true}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "2"}
          requests: {nvidia.com/gpu: "2"}

Good::

    # llm-d-modelservice@v0.4.9
    accelerator: {dra: true}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        resources:
          limits: {memory: 64Gi}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL161", "dra-with-resources", "warning", (MODELSERVICE,), "read",
    reads="accelerator.dra accelerator.resources accelerator.type dra.enabled role.accelerator role.containers "
    "role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        claimed = pod.devices.by_claim
        for container in pod.containers if claimed else ():
            dropped = claimed != pod.service.facts["dra"]
            yield from _dropped(container, claimed) if dropped else _twice(container, claimed)


def _dropped(container: Container, claimed: str) -> Items:
    release = container.pod.service.release
    for part in ("limits", "requests"):
        node = container.node.at("resources", part)
        if node.value:
            yield Hit(
                node,
                f"{claimed} takes the {part} of the {container.title} away",
                write=f"no {part}, or {claimed}: false",
                why=f"{release.chart} {release.version} writes the claim in place of all resources, memory and cpu too",
            )


def _twice(container: Container, claimed: str) -> Items:
    for node in container.pod.devices.asked(container):
        yield Hit(
            node,
            f"the {container.title} asks for {node.keys[-1]}, and claims its accelerators by {claimed} as well",
            write=f"no {node.keys[-1]} here, or {claimed}: false",
            why="it is asked of a device plugin beside the claim: the pod takes twice as many, or stays Pending",
        )
