"""The engine needs an accelerator, and the chart asks for none.

The first versions of the chart ask for accelerators only when parallelism.tensor is above 1. With one device the values
have to ask for it by hand.

Bad::

    # llm-d-modelservice@v0.2.5
    routing: {proxy: {secure: false}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.2.5
    routing: {proxy: {secure: false}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        resources:
          limits: {nvidia.com/gpu: "1"}
          requests: {nvidia.com/gpu: "1"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import mains
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL190", "no-accelerator", "warning", (MODELSERVICE,), "read",
    reads="accelerator.resources accelerator.type role.accelerator role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        pod, engine = container.pod, container.engine_of_image
        needs = engine is not None and "cpu" not in (engine.built_for(container.image) or ["cpu"])
        asked = list(pod.devices.asked(container)) or container.node.at("resources", "claims").written
        if needs and not pod.service.facts["accelerators"] and not pod.devices.resource(container) and not asked:
            fallback = pod.service.facts["acceleratorFallback"]
            release = pod.service.release
            yield Hit(
                container.node["resources"],
                f"the {container.title} asks for no accelerator, and neither does the chart",
                write=f'resources: {{limits: {{{fallback}: "1"}}, requests: {{{fallback}: "1"}}}}',
                why=f"{release.chart} {release.version} asks for one only when parallelism.tensor is above 1",
            )
