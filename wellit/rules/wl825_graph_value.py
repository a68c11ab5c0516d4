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

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema import words
from wellit.schema.problems import Problem
from wellit.seen import graphform
from wellit.seen.graphform import Form
from wellit.source import dotted
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL825", "graph-value", "error", (OBJECTS,), "read", reads="")
WHY = "the API server refuses the object"
# What other rules say with more of the why: names and kinds of components, and over how many nodes they are spread.
ELSEWHERE = ("name", "type", "nodeCount")


def check(subject: Subject) -> Items:
    for form in graphform.forms(subject):
        for problem in form.problems:
            own = graphform.level_of(problem.keys) == "component" or problem.keys[-1:] == ("nodeCount",)
            if problem.kind != "unknown" and not (own and problem.keys[-1] in ELSEWHERE):
                yield _missing(form, problem) if problem.kind == "missing" else _wrong(form, problem)


def _missing(form: Form, problem: Problem) -> Hit:
    *above, name = problem.keys
    return Hit(form.spec.at(*above), f"{dotted(('spec', *above))} lacks {name}", write=f"{name}: ...", why=WHY)


def _wrong(form: Form, problem: Problem) -> Hit:
    node, where = form.spec.at(*problem.keys), dotted(("spec", *problem.keys))
    if problem.kind == "kind":
        wanted, near = words.kinds(problem.types), words.meant(problem.value, problem.types, "")
        message = f"{where} must be {wanted}, not {words.said(problem.value)}"
    else:
        choices = [str(choice) for choice in problem.choices]
        wanted, near = (
            words.either(choices) if choices else problem.must.removeprefix("be "),
            nearest(str(problem.value), choices),
        )
        message = f"{where} must {problem.must}, not {words.said(problem.value)}"
    plain = near and not isinstance(problem.value, (dict, list))
    return Hit(node, message, write=near or wanted, why=WHY, fix=Fix(node, near) if plain else None)
