"""Accelerators are claimed for a type that there is no claim template for.

With DRA the chart makes a ResourceClaimTemplate from the entry of the accelerator's type. Without an entry it makes
none, but the pods name one all the same, and wait for it for ever.

Bad::

    # llm-d-modelservice@v0.4.12
    accelerator: {type: rebellions-atom, dra: true}
    decode:
      containers:
      - image: repo.rebellions.ai/rebellions/vllm-rbln-rhel9:v0.10.2
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.12
    accelerator:
      type: rebellions-atom
      dra: true
      resourceClaimTemplates:
        rebellions-atom: {class: npu.rebellions.ai}
    decode:
      containers:
      - image: repo.rebellions.ai/rebellions/vllm-rbln-rhel9:v0.10.2
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL162", "dra-without-template", "error", (MODELSERVICE,), "read",
    reads="accelerator.dra accelerator.resourceClaimTemplates accelerator.type dra.claimTemplates dra.enabled dra.type "
    "role.accelerator role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        claimed = pod.devices.by_claim
        if claimed:
            node, known, where = _templates(pod, own=claimed == pod.service.facts["dra"])
            name = node.text() or "nvidia"
            if name not in known and "{{" not in name:
                yield Hit(
                    node,
                    f"{claimed} claims accelerators of the type {name}, and there is no claim template for it",
                    write=f"{where} with an entry {name}, or one of: {', '.join(sorted(known))}",
                    why="the pods wait for ever for a ResourceClaimTemplate that nobody makes",
                )


def _templates(pod: Pod, own: bool) -> tuple[Node, set[str], str]:
    """The type, the types that there are templates for, and the setting that has them."""
    defaults = set(pod.service.facts["claimTemplates"])
    if own:
        templates = pod.devices.root["resourceClaimTemplates"]
        given = {key: node.value for key, node in templates.items()}
        kept = {name for name in defaults if name not in given or given[name]}
        return (
            pod.devices.type_node,
            kept | {name for name in given if given[name]},
            "accelerator.resourceClaimTemplates",
        )
    dra = pod.service.release.root["dra"]
    listed = {entry["name"].text() for entry in dra["claimTemplates"]}
    return dra["type"], listed if dra["claimTemplates"].written else defaults, "dra.claimTemplates"
