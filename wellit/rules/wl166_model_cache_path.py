"""The model is looked for in another folder than its volume is mounted at.

For pvc+hf:// the chart tells the engine where the hub's cache is: always below /model-cache, whatever
modelArtifacts.mountPath says. The volume is mounted at mountPath; the two must be the same.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: pvc+hf://models/hub/Qwen/Qwen3-0.6B
      mountPath: /models
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        mountModelVolume: true

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: pvc+hf://models/hub/Qwen/Qwen3-0.6B
      mountPath: /model-cache
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        mountModelVolume: true
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import Pod, services
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL166", "model-cache-path", "error", (MODELSERVICE,), "read",
    reads="modelArtifacts.mountPath modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for service in services(subject):
        artifact = service.artifact
        prefix = (artifact.how or {}).get("cachePrefix")
        node = artifact.node["mountPath"]
        if prefix and artifact.mount_path.rstrip("/") != prefix and any(map(_looks, _containers(service.pods))):
            yield Hit(
                node,
                f"the volume is mounted at {artifact.mount_path}, the engine looks for the model below {prefix}",
                write=f"mountPath: {prefix}",
                why=f"for {artifact.scheme}:// the chart writes HF_HUB_CACHE={prefix}/... whatever mountPath says",
                fix=Fix(node, prefix),
            )


def _containers(pods: list[Pod]) -> list[Container]:
    return [container for pod in pods for container in pod.containers]


def _looks(container: Container) -> bool:
    """Whether it mounts the volume, and goes by the chart's variable."""
    return container.node["mountModelVolume"].flag(False)
