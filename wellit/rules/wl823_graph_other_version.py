"""A field of a graph is of the other version of its API.

v1alpha1 has `services` by name, each with fields of Dynamo's own around its pod; v1beta1 has a list of `components`,
each with a pod's template. Of a field of the other version the API server says that it does not know it, or drops it:
then the graph has no components, no variables or no GPUs.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      services:
        Frontend:
          componentType: frontend
          extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}}

Good::

    # objects
    apiVersion: nvidia.com/v1alpha1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      services:
        Frontend:
          componentType: frontend
          extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}}
"""

from __future__ import annotations

from wellit.carried import PARTS
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema.problems import Problem
from wellit.seen import graphform
from wellit.seen.graphform import GROUP, Form
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL823", "graph-other-version", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    for form, problem in graphform.iterate(subject, "unknown"):
        if instead := form.instead(problem.keys):
            yield _hit(form, problem, instead)


def _hit(form: Form, problem: Problem, instead: str) -> Hit:
    node, name = form.spec.at(*problem.keys), problem.keys[-1]
    theirs = f"{GROUP}/{graphform.other(form.version)}"
    whole = name in PARTS
    return Hit(
        node,
        f"{form.api} has no field {name}: it is of {theirs}",
        write=f"{instead}; or apiVersion: {theirs}" if whole else instead,
        why="the API server refuses the field, or drops it and all that it says",
        also=(("the version", form.object.root["apiVersion"]),),
        fix=Fix(node, instead, key=True) if _same(form, problem, instead) else None,
        key=True,
    )


def _same(form: Form, problem: Problem, renamed: str) -> bool:
    """Whether the other name takes the same value, and is free."""
    beside = form.spec.at(*problem.keys[:-1], renamed)
    return not beside.written and {problem.keys[-1], renamed} in ({"env", "envs"}, {"type", "componentType"})
