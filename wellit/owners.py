"""Whose pod it is: by the owner that Kubernetes notes, or by the labels of whoever made it."""

from __future__ import annotations

from collections.abc import Mapping

from wellit.demand import Object


def made_for(item: Object, owner: str, labels: Mapping[str, str]) -> bool:
    """Whether a pod with this owner (``ReplicaSet/NAME``) and these labels is one of an object's.

    A controller of a project's own labels its pods.
    """
    known = item.of.carried
    return known.made(item.name, labels) if known else made_by(owner, item.name)


def made_by(owner: str, workload: str) -> bool:
    """Whether an owner (``ReplicaSet/NAME``) is the Deployment or StatefulSet `workload` or stems from it.

    A ReplicaSet carries a hash behind its Deployment's name.
    """
    kind, _, name = owner.partition("/")
    return name.rpartition("-")[0] == workload if kind == "ReplicaSet" else name == workload
