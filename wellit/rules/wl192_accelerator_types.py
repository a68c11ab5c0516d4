"""A node is asked for by a label without a value, or by values without a label.

From acceleratorTypes the chart makes a rule for the scheduler: labelKey must be one of labelValues. Kubernetes refuses
one without values; values without a key are left out, or refused by the API server, as the version of the chart is.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      acceleratorTypes: {labelKey: nvidia.com/gpu.product}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      acceleratorTypes: {labelKey: nvidia.com/gpu.product, labelValues: [NVIDIA-H100-80GB-HBM3]}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL192", "accelerator-types", "error", (MODELSERVICE,), "read",
    reads="role.acceleratorTypes role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        types = pod.node["acceleratorTypes"]
        key, values = types["labelKey"], types["labelValues"]
        if key.text() and not list(values):
            yield Hit(
                values if values.written else key,
                f"the {pod.role} pods want a node whose {key.text()} is one of no values",
                write=f"labelValues: [the values of {key.text()} that are meant]",
                why="the API server refuses them: values must be specified when `operator` is 'In'",
            )
        elif list(values) and not key.text():
            yield Hit(
                values,
                f"the {pod.role} pods want nodes by values of no label",
                write="labelKey: the label that has these values",
                why="without it they choose no node; early versions of the chart write a rule of it that is refused",
            )
