"""An LLMInferenceService of a group that does not exist.

Documents of llm-d once sketched `apiVersion: llm-d.ai/v1alpha1, kind: LLMInferenceService` with
`spec.inferenceServer: {type, image}`. No such kind was ever published. The one that exists is KServe's, in the group
serving.kserve.io: the model is named under spec.model, and the engine's container stands in spec.template.

Bad::

    # objects
    apiVersion: llm-d.ai/v1alpha1
    kind: LLMInferenceService
    metadata: {name: chat}
    spec:
      inferenceServer: {type: sglang, image: "lmsysorg/sglang:v0.5.9"}

Good::

    # objects
    apiVersion: serving.kserve.io/v1alpha2
    kind: LLMInferenceService
    metadata: {name: chat}
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers: [{name: main, image: "lmsysorg/sglang:v0.5.9", command: [python3, -m, sglang.launch_server]}]
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.nested import parsed
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import GROUP, KIND
from wellit.seen.serviceexample import real_form
from wellit.subject import CHARTS, OBJECTS, Subject

RULE = Rule(
    "WL901",
    "no-such-service",
    "error",
    (OBJECTS, *CHARTS),
    "read",
    reads="extraDeploy extraDeploy.kind extraObjects extraObjects.apiVersion extraObjects.kind"
    " extraObjects.metadata extraObjects.spec",
)
VERSIONS = ("v1alpha2", "v1alpha1")  # the newer first; v1alpha1 is the only one before KServe v0.17
PLACES = ("extraObjects", "extraDeploy")  # where charts take objects of anybody's


def check(subject: Subject) -> Items:
    for node in (*(one.root for one in subject.manifests or ()), *beside(subject)):
        version = node["apiVersion"]
        if node["kind"].text() != KIND or not version.text():
            continue
        group, _, name = version.text().rpartition("/")
        if group != GROUP:
            yield _other_group(node, version)
        elif name not in VERSIONS:
            yield Hit(
                version, f"KServe has no {KIND} {name}", write=f"apiVersion: {GROUP}/{VERSIONS[0]}",
                why=f"it was published as {' and '.join(VERSIONS)}",
            )  # fmt: skip


def beside(subject: Subject) -> Iterator[Node]:
    """Objects that stand in values, as maps or as text."""
    for release in subject.releases:
        for place in () if release.of_objects else PLACES:
            for node in release.root[place]:
                text = node.text()
                yield Node(node.owner, node.keys, parsed(text) or {}) if text else node


def _other_group(node: Node, version: Node) -> Hit:
    return Hit(
        version,
        f"there is no {KIND} of {version.text()}",
        write=real_form(node),
        why=f"no cluster knows the kind: the one that exists is KServe's, of the group {GROUP}"
        f" ({VERSIONS[1]} before KServe v0.17)",
    )
