"""A field of a service has a value that its API does not take.

A word where a number is wanted, a number where text is, a word that is none of the known ones, or nothing where
something must be: the API server refuses the object.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {name: Qwen/Qwen3-0.6B}
      replicas: two

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      replicas: 2
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema import words
from wellit.schema.problems import Problem
from wellit.seen import serviceform
from wellit.seen.service import Service, services
from wellit.source import dotted
from wellit.subject import KSERVE, Subject

RULE = Rule("WL906", "service-value", "error", (KSERVE,), "read", reads="*")
WHY = "the API server refuses the object"


def check(subject: Subject) -> Items:
    for service in services(subject):
        if not service.asked.get("model") and not service.missing and service.written["model"].value in (None, {}):
            yield Hit(
                service.written, "spec lacks model", write="model: {uri: hf://MODEL, name: MODEL}",
                why="there is nothing to serve: KServe's webhook refuses the service",
            )  # fmt: skip
    for service, problem in serviceform.problems(subject):
        if problem.kind == "missing":
            yield _missing(service, problem)
        elif problem.kind != "unknown" and not problem.empty and problem.value is not None:  # null is taken for nothing
            yield _wrong(service, problem)


def _missing(service: Service, problem: Problem) -> Hit:
    *above, name = problem.keys
    return Hit(service.written.at(*above), f"{dotted(('spec', *above))} lacks {name}", write=f"{name}: ...", why=WHY)


def _wrong(service: Service, problem: Problem) -> Hit:
    node, where = service.written.at(*problem.keys), dotted(("spec", *problem.keys))
    if problem.kind == "kind":
        wanted, near = words.kinds(problem.types), words.meant(problem.value, problem.types, "")
        message = f"{where} must be {wanted}, not {words.said(problem.value)}"
    else:
        choices = [str(choice) for choice in problem.choices]
        near = nearest(str(problem.value), choices)
        wanted = words.either(choices) if choices else problem.must.removeprefix("be ")
        message = f"{where} must {problem.must}, not {words.said(problem.value)}"
    plain = near and not isinstance(problem.value, (dict, list))
    return Hit(node, message, write=near or wanted, why=WHY, fix=Fix(node, near) if plain else None)
