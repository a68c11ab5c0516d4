"""A pod's role is a word that the picker does not know.

The filters of prefill and decode look at the label llm-d.ai/role and know a few words, in lower case. A pod with any
other, `Prefill` for one, gets no request of either kind. It is about objects that are given as they are: the chart
writes the label of its own pods.

Bad::

    # llm-d-modelservice@v0.4.9
    extraObjects:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: prefill}
      spec:
        template:
          metadata: {labels: {llm-d.ai/role: Prefill}}

Good::

    # llm-d-modelservice@v0.4.9
    extraObjects:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: prefill}
      spec:
        template:
          metadata: {labels: {llm-d.ai/role: prefill}}
"""

from __future__ import annotations

from wellit import capabilities
from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.routes import objects
from wellit.seen.workloads import SERVING, templates_of
from wellit.subject import INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL311",
    "pod-role",
    "error",
    (INFRA, MODELSERVICE),
    "read",
    reads="extraDeploy extraDeploy.kind extraObjects extraObjects.kind extraObjects.spec",
)


def check(subject: Subject) -> Items:
    roles = capabilities.published("picker")[-1][1]["roles"]
    known = sorted({word for kind, words in roles.items() if kind != "label" for word in words})
    for node in objects(subject, *SERVING):
        for template in templates_of(node):
            label = template.at("metadata", "labels", roles["label"])
            if label.written and label.text() not in known and "{{" not in label.text():
                right = nearest(label.text().lower(), known)
                yield Hit(
                    label,
                    f'{roles["label"]} is "{label.text()}", which no filter of the picker lets through',
                    write=f"{roles['label']}: {right or ', or '.join(known)}",
                    why="the pod gets neither what is to be prefilled nor what is to be decoded",
                    fix=Fix(label, right) if right and label.text().lower() == right else None,
                )
