"""modelArtifacts.labels name the pods' role, which the chart writes over them.

Every pod gets llm-d.ai/role: decode or prefill from the chart, after the labels of the values. What they say of it is
lost.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat, llm-d.ai/role: both}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import services
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL186", "role-label", "warning", (MODELSERVICE,), "read", reads="modelArtifacts.labels")


def check(subject: Subject) -> Items:
    for service in services(subject):
        label = str(service.facts["roleLabel"])
        node = service.labels_node[label]
        if service.facts["labelsSettable"] and node.value is not None:
            yield Hit(
                node,
                f"{label} is written by the chart, for each role its own",
                write=f"no {label} here",
                why="the chart's own value comes after it: the pods never have this one",
            )
