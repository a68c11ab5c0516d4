"""A volume that no container mounts.

It is made for every pod and used by none. Most often its mount was forgotten, or names another volume.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      volumes:
      - {name: shm, emptyDir: {medium: Memory}}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      volumes:
      - {name: shm, emptyDir: {medium: Memory}}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        volumeMounts:
        - {name: shm, mountPath: /dev/shm}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.seen.volumes import mounts, written
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL173", "volume-not-mounted", "warning", (MODELSERVICE,), "read",
    reads="role.containers role.create role.initContainers role.volumes",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        used = {mount.name for mount in mounts(pod)}
        for node in written(pod):
            if node.text() not in used:
                yield Hit(
                    node,
                    f'no container of the {pod.role} pods mounts the volume "{node.text()}"',
                    write=f"- {{name: {node.text()}, mountPath: PATH}} below volumeMounts, or no such volume",
                    why="what it is for does not reach any container",
                )
