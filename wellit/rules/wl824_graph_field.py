"""A graph has a field that its API does not have.

Of Dynamo's own fields, and of those of the pods and containers in it. kubectl refuses such an object; applied by a
controller it is taken, the field is dropped, and what it says does not happen.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: frontend
          replica: 2
          podTemplate: {spec: {containers: [{name: main, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}]}}

Good::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: frontend
          replicas: 2
          podTemplate: {spec: {containers: [{name: main, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}]}}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema.problems import Problem
from wellit.seen import graphform
from wellit.seen.graphform import Form
from wellit.source import dotted
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL824", "graph-field", "error", (OBJECTS,), "read", reads="")
SURE = 0.8  # so like a known field that it is that one, misspelt


def check(subject: Subject) -> Items:
    for form, problem in graphform.iterate(subject, "unknown"):
        if not form.instead(problem.keys):
            yield _hit(form, problem)


def _hit(form: Form, problem: Problem) -> Hit:
    *above, name = problem.keys
    node, known = form.spec.at(*problem.keys), form.known(problem.keys)
    taken = [one for one in known if form.spec.at(*above, one).written]
    near = nearest(str(name).rpartition("/")[2], [one for one in known if one not in taken])
    sure = near if near and near == nearest(str(name), [near], SURE) else ""
    listed = f"; known here: {', '.join(known)}" if known else ""
    return Hit(
        node,
        f'{form.api} has no field "{name}" in {dotted(("spec", *above))}',
        write=near or f"remove it{listed}",
        why="kubectl refuses the object; where it is taken, the field is dropped and does nothing",
        fix=Fix(node, sure, key=True) if sure else None,
        key=True,
    )
