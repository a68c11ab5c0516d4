"""A field of a graph has a value that its API does not take.

A number where text is wanted, text where a number is, a word that is none of the known ones, or nothing where something
must be. In v1alpha1 the amounts of a component are text: `gpu: "1"`.

Bad::

    # objects
    apiVersion: nvidia.com/v1alpha1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      backendFramework: sg-lang
      services:
        Frontend:
          componentType: frontend
          extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1"}}

Good::

    # objects
    apiVersion: nvidia.com/v1alpha1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      backendFramework: sglang
      services:
        Frontend:
          componentType: frontend
          extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1"}}
"""

from __future__ import annotations

from wellit.rules.rule import Items, Rule
from wellit.rules.specvalue import missing, wrong
from wellit.seen import graphform
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL825", "graph-value", "error", (OBJECTS,), "read", reads="")
# What other rules say with more of the why: names and kinds of components, and over how many nodes they are spread.
ELSEWHERE = ("name", "type", "nodeCount")


def check(subject: Subject) -> Items:
    for form in graphform.forms(subject):
        for problem in form.problems:
            own = graphform.level_of(problem.keys) == "component" or problem.keys[-1:] == ("nodeCount",)
            if problem.kind != "unknown" and not (own and problem.keys[-1] in ELSEWHERE):
                yield missing(form.spec, problem) if problem.kind == "missing" else wrong(form.spec, problem)
