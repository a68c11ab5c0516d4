"""The model is on a volume, and the engine's container does not mount it.

For pvc://, pvc+hf:// and oci:// the model is on a volume. The chart mounts it where `mountModelVolume: true` stands,
and newer versions leave the volume out when no container wants it; the engine is told the path all the same.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: pvc://models/qwen
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

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

from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.seen.neutral import own_model
from wellit.subject import MODELSERVICE, Subject

KEY = "mountModelVolume"
RULE = Rule(
    "WL167", "model-volume-not-mounted", "error", (MODELSERVICE,), "read",
    reads="modelArtifacts.mountPath modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        container, artifact = pod.main, pod.service.artifact
        if artifact.on_volume and _needs(container) and not _mounts(container):
            misspelt = container.node.misspelt(KEY)
            node = misspelt or container.node[KEY]
            yield Hit(
                node,
                f"the {container.title} does not mount the volume of {artifact.scheme}://",
                write=f"{KEY}: true",
                why=f"the engine finds no model at {artifact.mount_path}: the volume is not in its container",
                also=(("the model is there", artifact.uri_node),),
                fix=_fix(node, misspelt),
            )


def _fix(node: Node, misspelt: Node | None) -> Fix | None:
    if misspelt:
        return Fix(misspelt, KEY, key=True) if misspelt.flag(False) else None
    return Fix(node, "true") if node.written else None


def _needs(container: Container) -> bool:
    """Whether the engine looks for its model on the volume."""
    path = container.pod.service.artifact.mount_path.rstrip("/")
    said = own_model(container)
    return container.injects("model") or bool(said and f"{said.value}/".startswith(f"{path}/"))


def _mounts(container: Container) -> bool:
    """Whether the volume is mounted, by the chart or by hand."""
    path = container.pod.service.artifact.mount_path
    own = [
        mount["mountPath"].text()
        for place in (container.node, container.node["extraConfig"])
        for mount in place["volumeMounts"]
    ]
    return container.node[KEY].flag(False) or any(f"{path}/".startswith(f"{mount.rstrip('/')}/") for mount in own)
