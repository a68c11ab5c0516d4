"""The model does not fit the volume that it is downloaded to.

For hf:// the model goes to an empty volume with a limit, modelArtifacts.size, which is 5Mi when nothing is written. A
pod that writes more is evicted. How large a model is, is estimated from its name.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: hf://Qwen/Qwen3-32B
      size: 20Gi
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        mountModelVolume: true

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: hf://Qwen/Qwen3-32B
      size: 100Gi
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        mountModelVolume: true
"""

from __future__ import annotations

import math

from wellit import weights
from wellit.quantities import milli
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import services
from wellit.seen.neutral import own_model
from wellit.subject import MODELSERVICE, Subject
from wellit.weights import GIB

GUESSED = 1.1  # an estimate may be so far off
SMALLEST = 0.05  # GiB: no model is smaller
RULE = Rule(
    "WL176", "model-volume-size", "error", (MODELSERVICE,), "read",
    reads="modelArtifacts.name modelArtifacts.size modelArtifacts.uri role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for service in services(subject):
        artifact = service.artifact
        model = next(filter(None, (_downloaded(pod.main) for pod in service.pods)), "")
        node = artifact.node["size"]
        size = node.value if node.value is not None else service.facts["modelSize"]
        if not model or (room := _gib(size)) is None:
            continue
        known = weights.estimate(model)
        needs = known.gib or 0
        if room < SMALLEST or needs > room * GUESSED:
            how = f"an estimate: {known.how}" if known.gib else "no model is that small"
            yield Hit(
                node,
                f"{model} is downloaded to a volume of {size}" + ("" if node.written else ", the chart's default"),
                write=f"size: {math.ceil(needs * 1.5) or 20}Gi",
                why=f"a pod that writes more than its volume's limit is evicted; {how}",
            )


def _downloaded(container: Container) -> str:
    """The model that is downloaded to the volume; "" when it goes elsewhere, or nobody can tell."""
    artifact = container.pod.service.artifact
    loads = container.engine and container.engine.loads_weights
    said = artifact.uri_node.written or artifact.node["name"].written
    if (
        not loads
        or not said
        or not artifact.how
        or artifact.on_volume
        or not container.node["mountModelVolume"].flag(False)
    ):
        return ""
    given = own_model(container)
    model = (artifact.rest or artifact.node["name"].text()) if container.injects("model") else given and given.value
    return "" if not model or artifact.open or model.startswith("/") or "$" in model else model


def _gib(size: object) -> float | None:
    """None for what is no amount, and for 0, which is no limit."""
    try:
        return milli(size) / 1000 / GIB or None
    except ValueError:
        return None
