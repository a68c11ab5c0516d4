"""A service has a field that no release of KServe knows.

The API server drops what it does not know, and kubectl refuses it: what the field says never happens. A pod's own
fields stand below `template.containers`, in a container of the name main; those of the picker below `router.scheduler`.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      paralelism: {tensor: 2}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      parallelism: {tensor: 2}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema.problems import Problem
from wellit.seen import serviceform
from wellit.seen.service import KIND, Service
from wellit.source import dotted
from wellit.subject import KSERVE, Subject

RULE = Rule("WL904", "service-field", "error", (KSERVE,), "read", reads="*")
SURE = 0.8  # so like a known field that it is that one, misspelt
ELSEWHERE = ("runtime", "inferenceServer")  # fields of which other rules say more


def check(subject: Subject) -> Items:
    for service, problem in serviceform.problems(subject):
        said_elsewhere = len(problem.keys) == 1 and problem.keys[0] in ELSEWHERE
        if problem.kind == "unknown" and serviceform.field_of(problem.keys) is None and not said_elsewhere:
            yield _hit(service, problem)


def _hit(service: Service, problem: Problem) -> Hit:
    *above, name = problem.keys
    node = service.written.at(*problem.keys)
    known = serviceform.known_beside(problem.keys, service.facts.version, service.api)
    free = [one for one in known if not service.written.at(*above, one).written]  # the others are said already
    elsewhere = serviceform.instead(problem.keys)
    near = "" if elsewhere else nearest(str(name), free)
    sure = near if near and near == nearest(str(name), [near], SURE) else ""
    renamed = sure or (elsewhere if elsewhere in free else "")
    return Hit(
        node,
        f'{KIND} has no field "{name}" in {dotted(("spec", *above))}',
        write=elsewhere or near or f"remove it; known here: {', '.join(known)}",
        why="kubectl refuses the object; where it is taken, the field is dropped and does nothing",
        fix=Fix(node, renamed, key=True) if renamed else None,
        key=True,
    )
