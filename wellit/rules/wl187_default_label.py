"""The chart's own label stays beside those that are written.

The labels of the values are laid over the chart's defaults, key by key: a default that is not written stays. In some
versions one of them is llm-d.ai/model: random_model, which then stands on the pods of every release.

Bad::

    # llm-d-modelservice@v0.3.8
    modelArtifacts:
      labels: {llm-d.ai/inferenceServing: "true"}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.3.8
    modelArtifacts:
      labels: {llm-d.ai/inferenceServing: "true", llm-d.ai/model: chat}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import services
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL187", "default-label", "warning", (MODELSERVICE,), "read", reads="modelArtifacts.labels")


def check(subject: Subject) -> Items:
    for service in services(subject):
        key, node = service.facts["labels"]["guide"], service.labels_node
        default = service.facts["defaultLabels"].get(key)
        written = isinstance(node.value, (dict, list)) or node.value is None
        if default and service.facts["labelsSettable"] and node.written and written and not node[key].written:
            yield Hit(
                node,
                f"the pods keep the chart's own label {key}: {default}",
                write=f"{key}: a name of this release, which its pool selects by",
                why="every release that does not write it has the same: a pool that selects by it takes pods of all",
            )
