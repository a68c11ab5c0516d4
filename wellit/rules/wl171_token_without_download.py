"""A secret is named for a model that is not downloaded.

The token is for the hub. When the model is on a volume nobody asks the hub, but the pods still wait for the secret:
when it is not there, they do not start.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: pvc://models/qwen
      authSecretName: llm-d-hf-token
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        mountModelVolume: true

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: pvc://models/qwen
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        mountModelVolume: true
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import services
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL171", "token-without-download", "info", (MODELSERVICE,), "read",
    reads="modelArtifacts.authSecretName modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for service in services(subject):
        node = service.artifact.node["authSecretName"]
        whole = service.artifact.on_volume and not (service.artifact.how or {}).get("cachePrefix")
        if node.text() and whole and all(pod.main.injects("model") for pod in service.pods):
            yield Hit(
                node,
                f"the secret {node.text()} is for a download, and the model is on a volume ({service.artifact.scheme}://)",
                write="no authSecretName",
                why="nothing asks the hub, but without the secret the pods do not start: CreateContainerConfigError",
            )
