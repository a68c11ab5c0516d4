"""A container beside the engine gets accelerators of its own.

The chart fills in accelerators for every container of the list, whatever it does: each gets as many as the engine, and
they are not shared.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
      - name: log
        image: docker.io/library/busybox:1.37.0
        command: [tail, -F, /var/log/engine.log]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
      - name: log
        image: docker.io/library/busybox:1.37.0
        command: [tail, -F, /var/log/engine.log]
        resources:
          limits: {nvidia.com/gpu: "0"}
          requests: {nvidia.com/gpu: "0"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL189", "helper-gets-devices", "warning", (MODELSERVICE,), "read",
    reads="accelerator.dra accelerator.resources accelerator.type dra.enabled role.accelerator role.containers "
    "role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if not pod.main.engine or pod.devices.by_claim or pod.parallel.wrong:
            continue
        for container in pod.containers:
            resource = pod.devices.resource(container)
            written = [node for node in pod.devices.asked(container) if node.keys[-1] == resource]
            kept = written and pod.service.facts["userGpuLimitWins"]
            if container is not pod.main and not container.engine and resource and not kept:
                yield _hit(container, resource)


def _hit(container: Container, resource: str) -> Hit:
    pod = container.pod
    zero = f'{{{resource}: "0"}}'
    own = f"limits: {zero}, requests: {zero} in its resources"
    return Hit(
        container.node["image"],
        f"the {container.title} gets {pod.parallel.devices} {resource}, as every container does",
        write=own
        if pod.service.facts["userGpuLimitWins"]
        else f"a container of {pod.role}.initContainers that always restarts",
        why="they are not shared with the engine's: the pod needs twice as many, or stays Pending",
    )
