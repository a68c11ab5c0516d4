"""The label that says the pods' role is set by hand.

The chart gives decode and prefill pods their role by itself, behind the labels of the values: the same key then stands
twice in the rendered labels, and what was set has no effect.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat, llm-d.ai/role: both}

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import services
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL310", "role-label", "warning", (MODELSERVICE,), "read", reads="modelArtifacts.labels")


def check(subject: Subject) -> Items:
    for service in services(subject):
        key = str(service.facts["roleLabel"])
        node = service.labels_node[key]
        if node.written and service.facts["labelsSettable"] and not service.release.of_objects:
            yield Hit(
                node,
                f"{key} is the chart's own label, and setting it has no effect",
                write="nothing: decode and prefill pods get their role by themselves",
                why="the key stands twice in the rendered labels, and the chart's own comes last",
            )
