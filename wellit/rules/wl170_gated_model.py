"""A model that is given out only to people who have agreed is downloaded without a token.

The hub answers 401 for such a model until a token of somebody who has agreed to its terms comes with the request. The
chart passes one on from the secret that modelArtifacts.authSecretName names, under the key HF_TOKEN.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      name: meta-llama/Llama-3.1-8B-Instruct
      uri: hf://meta-llama/Llama-3.1-8B-Instruct
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      name: meta-llama/Llama-3.1-8B-Instruct
      uri: hf://meta-llama/Llama-3.1-8B-Instruct
      authSecretName: llm-d-hf-token
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit import weights
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.seen.neutral import own_model
from wellit.subject import MODELSERVICE, Subject

TOKENS = (
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_TOKEN_PATH",
    "HF_ENDPOINT",
    "HF_HUB_OFFLINE",
    "HF_HOME",
    "HF_HUB_CACHE",
)
RULE = Rule(
    "WL170", "gated-model", "warning", (MODELSERVICE,), "read",
    reads="modelArtifacts.authSecretName modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        artifact = pod.service.artifact
        model = _downloaded(pod.main)
        secret = artifact.node["authSecretName"]
        if model and weights.gated(model) and not secret and not _own_token(pod.main):
            yield Hit(
                secret if secret.written else artifact.uri_node,
                f"{model} is downloaded without a token, and is given out only to those who agreed to its terms",
                write="authSecretName: a secret with the key HF_TOKEN",
                why="the hub answers 401, and the engine ends: it cannot access a gated repository",
            )


def _downloaded(container: Container) -> str:
    """The model that the engine downloads; "" when it is there already, or nobody can tell."""
    artifact = container.pod.service.artifact
    loads = container.engine and container.engine.loads_weights
    if not loads or not artifact.how or artifact.on_volume or artifact.open:
        return ""
    said = own_model(container)
    return artifact.rest if container.injects("model") else said.value if said else ""


def _own_token(container: Container) -> bool:
    names = {variable["name"].text() for variable in container.node["env"]}
    extra = container.node.at("extraConfig", "envFrom").written or container.node["envFrom"].written
    return extra or bool(names & set(TOKENS))
