"""A container mounts a volume that its pod does not have.

Every name below volumeMounts must be one of the role's volumes. A list that is written replaces the chart's own, and
its metrics-volume with it; model-storage is there when modelArtifacts.uri makes one and a container has
mountModelVolume.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      volumes:
      - {name: shm, emptyDir: {medium: Memory}}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        volumeMounts:
        - {name: shm, mountPath: /dev/shm}
        - {name: metrics-volume, mountPath: /.config}

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      volumes:
      - {name: shm, emptyDir: {medium: Memory}}
      - {name: metrics-volume, emptyDir: {}}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        volumeMounts:
        - {name: shm, mountPath: /dev/shm}
        - {name: metrics-volume, mountPath: /.config}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.artifact import VOLUME
from wellit.seen.modelservice import Pod, pods
from wellit.seen.volumes import Mount, mounts, names
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL172", "mount-without-volume", "error", (MODELSERVICE,), "read",
    reads="modelArtifacts.name modelArtifacts.uri role.containers role.create role.extraConfig role.initContainers "
    "role.volumes",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        there = names(pod)
        for mount in mounts(pod):
            if mount.name not in there and "{{" not in mount.name:
                yield _hit(pod, mount, there)


def _hit(pod: Pod, mount: Mount, there: set[str]) -> Hit:
    near = nearest(mount.name, there)
    fix = Fix(mount.node, near) if near and mount.node.keys[1] == "containers" else None
    return Hit(
        mount.node,
        f'no volume "{mount.name}" in the {pod.role} pods; they have: {", ".join(sorted(there)) or "none"}',
        write=f"name: {near}" if near else _write(pod, mount),
        why=f'the API server refuses them: volumeMounts: Not found: "{mount.name}"{_reason(pod, mount)}',
        fix=fix,
    )


def _write(pod: Pod, mount: Mount) -> str:
    if mount.name == VOLUME:
        return "mountModelVolume: true in the container, in place of this mount"
    memory = "medium: Memory" if mount.path == "/dev/shm" else ""
    return f"- {{name: {mount.name}, emptyDir: {{{memory}}}}} in {pod.role}.volumes"


def _reason(pod: Pod, mount: Mount) -> str:
    below = [node["name"].text() for node in pod.node.at("extraConfig", "volumes")]
    if mount.name in below:
        return "; the chart writes its own list over extraConfig.volumes"
    if mount.name in pod.service.facts["defaultVolumes"]:
        return f"; the chart has it only as long as {pod.role}.volumes is not written"
    return ""
