"""A key that only the other kind of workload reads.

With multinode the chart makes LeaderWorkerSets, without it Deployments. Some keys are read for one of them only: for
the other they do nothing, and nobody says so.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      hostIPC: true

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      extraConfig:
        hostIPC: true
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.subject import MODELSERVICE, Release, Subject

RULE = Rule(
    "WL042",
    "workload-key",
    "warning",
    (MODELSERVICE,),
    "read",
    reads="multinode role.create role.autoscaling role.hostIPC role.hostPID role.nodeSelector role.strategy "
    "role.subGroupExclusiveTopology role.subGroupPolicy",
)
KINDS = {True: "LeaderWorkerSet", False: "Deployment"}


def check(subject: Subject) -> Items:
    for release in subject.of(MODELSERVICE):
        if release.of_objects:
            continue
        several = release.root["multinode"].flag(False)
        unread = release.facts["deploymentOnly" if several else "multinodeOnly"]
        for role in (release.root["decode"], release.root["prefill"]):
            if role["create"].flag(True):
                yield from (_hit(role[key], several, release) for key in unread if _asks(role[key]))


def _asks(node: Node) -> bool:
    """Whether something is wanted: also ``{enabled: false}`` is how the chart stands by itself."""
    if isinstance(node.value, dict):
        return any(value not in (None, False) for value in node.value.values())
    return bool(node.value)


def _hit(node: Node, several: bool, release: Release) -> Hit:
    role, key = node.keys
    free = release.facts["feature.extraConfig"] and key in ("hostIPC", "hostPID", "nodeSelector")
    other = "without multinode" if several else "with multinode: true"
    return Hit(
        node,
        f"{key} does nothing here: {release.label} reads it {other} only",
        write=f"move it to {role}.extraConfig.{key}" if free else "remove it",
        why=f"the {KINDS[several]} is made without it, in silence",
    )
