"""A workload does not select its own pods.

A Deployment, a StatefulSet, a DaemonSet and a ReplicaSet find their pods by `selector.matchLabels`; the API server
refuses one whose template has other labels.

Bad::

    # objects
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat-decode}
    spec:
      selector: {matchLabels: {llm-d.ai/role: decode}}
      template:
        metadata: {labels: {llm-d.ai/role: prefill}}
        spec: {containers: [{name: main, image: "busybox:1.36"}]}

Good::

    # objects
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat-decode}
    spec:
      selector: {matchLabels: {llm-d.ai/role: decode}}
      template:
        metadata: {labels: {llm-d.ai/role: decode}}
        spec: {containers: [{name: main, image: "busybox:1.36"}]}
"""

from __future__ import annotations

from wellit.node import spoken
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL513", "selector-own-labels", "error", (OBJECTS,), "read", reads="")
KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")


def check(subject: Subject) -> Items:
    for one in workloads.of_kind(subject, *KINDS):
        for template in one.templates:
            for key, node in one.root.at("spec", "selector", "matchLabels").items():
                if template.labels.get(key) != spoken(node.value):
                    own = template.labels.get(key)
                    has = f"have {key}: {own}" if own is not None else f"have no {key}"
                    yield Hit(
                        node,
                        f"{one.title} selects {key}: {spoken(node.value)}, and its own pods {has}",
                        write=f'{key}: "{own}"' if own is not None else f"{key} among the labels of the template",
                        why="the API server refuses it: selector does not match template labels",
                        also=(("the pods' labels", template.labels_node),),
                    )
