"""A component is of a type that Dynamo's operator does not know.

The type decides what the operator adds: to a frontend its command, its port and probes; to a worker the port of its
metrics and health, probes, and how it finds the others. v1beta1 refuses another word; v1alpha1 takes any, and makes
a pod to which nothing is added.

Bad::

    # objects
    apiVersion: nvidia.com/v1alpha1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      services:
        Frontend:
          componentType: front-end
          extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1"}}

Good::

    # objects
    apiVersion: nvidia.com/v1alpha1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      services:
        Frontend:
          componentType: frontend
          extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1"}}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema import words
from wellit.seen import graphform
from wellit.seen.graphform import Form
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL826", "component-type", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    for form in graphform.forms(subject):
        known = graphform.types(form.version)
        for node in _types(form):
            if node.written and node.value not in (None, "", *known):
                yield _hit(form, node, known)


def _types(form: Form) -> Iterator[Node]:
    yield from (node["componentType"] for _, node in form.spec["services"].items())
    yield from (node["type"] for node in form.spec["components"])


def _hit(form: Form, node: Node, known: list[str]) -> Hit:
    word = str(node.value)
    near = nearest(word, known) or nearest(word.replace("-", ""), known)
    return Hit(
        node,
        f"{form.api} has no components of type {words.said(node.value).removeprefix('the text ')}",
        write=near or words.either(known),
        why="the operator adds nothing to its pods: no port, no probes, no command, and nobody finds them",
        fix=Fix(node, near) if near else None,
    )
