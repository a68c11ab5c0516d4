"""The engine looks for its model on a volume that is empty.

For hf:// the chart mounts an empty volume, and the engine downloads the model into a cache of the hub's own shape
there: it is named by OWNER/MODEL. A path below the mount finds nothing, unless something has put it there.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: hf://Qwen/Qwen3-0.6B
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: custom
        command: [vllm, serve, /model-cache/Qwen3-0.6B, --port, "8200"]
        mountModelVolume: true

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: hf://Qwen/Qwen3-0.6B
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: custom
        command: [vllm, serve, Qwen/Qwen3-0.6B, --port, "8200"]
        mountModelVolume: true
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.artifact import VOLUME
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.seen.neutral import own_model
from wellit.seen.volumes import mounts
from wellit.subject import MODELSERVICE, Subject

FETCHES = ("download", "clone", "rsync", "aws ", "gsutil", "gcloud", "curl", "wget", "cp ", "s5cmd", "rclone")
RULE = Rule(
    "WL168", "model-path", "error", (MODELSERVICE,), "read",
    reads="modelArtifacts.mountPath modelArtifacts.uri role.containers role.create "
    "role.initContainers",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        container, artifact = pod.main, pod.service.artifact
        said = own_model(container)
        path = artifact.mount_path.rstrip("/")
        below = said and f"{said.value}/".startswith(f"{path}/") and "$" not in said.value
        if said and below and artifact.how and not artifact.on_volume and not _filled(container):
            yield Hit(
                said.node,
                f"the model is to be at {said.value}, and the volume there is empty",
                write=artifact.rest or "OWNER/MODEL",
                why=f"for {artifact.scheme}:// the chart mounts an empty volume at {path}: there is no such folder",
                also=(("the model comes from here", artifact.uri_node),) if artifact.uri_node.written else (),
            )


def _filled(container: Container) -> bool:
    """Whether something may put the model there: another container, a script, a volume of one's own."""
    pod = container.pod
    by_others = any(mount.name == VOLUME for mount in mounts(pod)) or len(pod.containers) > 1
    script = " ".join(container.words.texts)
    return (
        by_others
        or any(_near(container, mount) for mount in container.node["volumeMounts"])
        or any(word in script for word in FETCHES)
    )


def _near(container: Container, mount: Node) -> bool:
    return mount["mountPath"].text().startswith(container.pod.service.artifact.mount_path.rstrip("/"))
