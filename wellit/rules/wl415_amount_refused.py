"""An amount that Kubernetes cannot read.

A quantity is a number and at most one unit: m, k, M, G, T, or Ki, Mi, Gi, Ti. GB and gi are none,
though helm takes them like any word.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {limits: {memory: 16GB}}

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
          resources: {limits: {memory: 16Gi}}
"""

from __future__ import annotations

import re

from wellit.node import Node
from wellit.quantities import readable
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen import amounts
from wellit.seen.kubernetes import templated
from wellit.seen.podspec import pod_specs
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL415",
    "amount-refused",
    "error",
    (MODELSERVICE, INFERENCEPOOL, INFRA),
    "asked",
    reads="gateway.gatewayParameters inferenceExtension.resources inferenceExtension.sidecar "
    "inferenceExtension.volumes modelArtifacts.size role.containers role.create role.extraConfig "
    "role.initContainers role.volumes",
)
UNITS = {unit.lower(): unit for unit in ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")}


def check(subject: Subject) -> Items:
    named = [
        (name, node)
        for one in amounts.everywhere(subject)
        for m in (one.limits, one.requests)
        for name, node in m.items()
    ]
    sizes = [("sizeLimit", volume["emptyDir"]["sizeLimit"]) for pod in pod_specs(subject) for volume in pod.volumes]
    models = [("size", release.root["modelArtifacts"]["size"]) for release in subject.of(MODELSERVICE)]
    for name, node in (*named, *sizes, *models):
        text = node.text()
        if text and not templated(text) and (not readable(text) or text.startswith("-")):
            yield _refused(name, node, text)


def _refused(name: str, node: Node, text: str) -> Hit:
    meant = text.lstrip("-") if readable(text) else _meant(text)
    form = "a number, then nothing or one of m, k, M, G, T, Ki, Mi, Gi, Ti"
    return Hit(
        node,
        f"{name}: {text} is no quantity: {'none is below 0' if readable(text) else form}",
        write=f"{name}: {meant or '16Gi'}",
        why="the API server refuses the object: quantities must match the regular expression, or be 0 and more",
        fix=Fix(node, meant) if meant.lower() == text.lower().replace(" ", "") else None,
    )


def _meant(text: str) -> str:
    """What was probably meant: the unit in its own case, and binary for one that ends in B."""
    found = re.fullmatch(r"([0-9.]+)\s*([A-Za-z]+)", text.strip())
    if not found:
        return ""
    number, unit = found.groups()
    low = unit.lower().removesuffix("b").removesuffix("yte") or unit.lower()
    return f"{number}{UNITS.get(low) or UNITS.get(low + 'i', '')}" if UNITS.get(low) or UNITS.get(low + "i") else ""
