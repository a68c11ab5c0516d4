"""Two releases have pods with the same labels.

The chart's Deployments select their pods by modelArtifacts.labels and the role, and not by the release. Two releases
with equal labels in one namespace count each other's pods as their own, and a pool that selects the one has the other
as well.

Bad::

    # llm-d-modelservice@v0.4.9 release ms-one
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    ---
    # llm-d-modelservice@v0.4.9 release ms-two
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}

Good::

    # llm-d-modelservice@v0.4.9 release ms-one
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    ---
    # llm-d-modelservice@v0.4.9 release ms-two
    modelArtifacts: {labels: {llm-d.ai/guide: chat-two}}
"""

from __future__ import annotations

from itertools import combinations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import Service, services
from wellit.subject import DECODE, MODELSERVICE, PREFILL, Subject

RULE = Rule("WL312", "equal-labels", "warning", (MODELSERVICE,), "read", reads="modelArtifacts.labels role.create")


def check(subject: Subject) -> Items:
    known = [one for one in services(subject) if one.release.named and not one.release.of_objects]
    for first, second in combinations(known, 2):
        same = first.labels == second.labels and None not in first.labels.values()
        if same and first.release.namespace == second.release.namespace and _roles(first) & _roles(second):
            yield Hit(
                second.labels_node,
                f"the pods of {second.release.name} have the same labels as those of {first.release.name}",
                write="a label that only this release has, such as llm-d.ai/model",
                why="the Deployments select their pods by these labels alone, and so does every pool",
                also=((f"the labels of {first.release.name}", first.labels_node),),
            )


def _roles(service: Service) -> set[str]:
    return {role for role in (DECODE, PREFILL) if service.release.root[role]["create"].flag(True)}
