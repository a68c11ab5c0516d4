"""A service of KServe's has a field of llm-d's sketch of one.

`spec.inferenceServer: {type, image}` stood in documents of llm-d and in no release of KServe. There the engine is what
the container main runs: vLLM by KServe's presets where nothing else is said, any other engine by image and command.

Bad::

    # objects
    apiVersion: serving.kserve.io/v1alpha2
    kind: LLMInferenceService
    metadata: {name: chat}
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      inferenceServer: {type: vllm}

Good::

    # objects
    apiVersion: serving.kserve.io/v1alpha2
    kind: LLMInferenceService
    metadata: {name: chat}
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.wl901_no_such_service import beside
from wellit.seen.service import GROUP, KIND, services
from wellit.seen.serviceexample import as_object, real_form
from wellit.subject import CHARTS, OBJECTS, Subject

RULE = Rule(
    "WL903", "service-sketch", "error", (OBJECTS, *CHARTS), "read",
    reads="extraDeploy extraDeploy.kind extraObjects extraObjects.apiVersion extraObjects.kind"
    " extraObjects.metadata extraObjects.spec spec.inferenceServer",
)  # fmt: skip
FIELD = "inferenceServer"


WHY = "kubectl refuses the object; where it is taken, the field is dropped and a preset starts vLLM"


def check(subject: Subject) -> Items:
    found = [(one.written[FIELD], as_object(one)) for one in services(subject)]
    found += [(node.at("spec", FIELD), node) for node in beside(subject) if _is_one(node)]
    for at, whole in found:
        if at.written:
            yield Hit(at, f"{KIND} has no spec.{FIELD}", write=real_form(whole), why=WHY, key=True)


def _is_one(node: Node) -> bool:
    return node["kind"].text() == KIND and node["apiVersion"].text().startswith(f"{GROUP}/")
