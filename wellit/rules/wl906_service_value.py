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

from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.specvalue import missing, wrong
from wellit.seen import serviceform
from wellit.seen.service import services
from wellit.subject import KSERVE, Subject

RULE = Rule("WL906", "service-value", "error", (KSERVE,), "read", reads="*")


def check(subject: Subject) -> Items:
    for service in services(subject):
        if not service.asked.get("model") and not service.missing and service.written["model"].value in (None, {}):
            yield Hit(
                service.written, "spec lacks model", write="model: {uri: hf://MODEL, name: MODEL}",
                why="there is nothing to serve: KServe's webhook refuses the service",
            )  # fmt: skip
    for service, problem in serviceform.problems(subject):
        if problem.kind == "missing":
            yield missing(service.written, problem)
        elif problem.kind != "unknown" and not problem.empty and problem.value is not None:  # null is taken for nothing
            yield wrong(service.written, problem)
