"""The API server refuses the pool's ports.

An InferencePool has at least one target port, each only once. How many it may have is said by the definitions (CRDs)
of the same release: one with v1.0, eight since v1.1; the old kind has one.

Bad::

    # inferencepool@v1.0.1
    inferencePool:
      targetPorts: [{number: 8000}, {number: 8001}]

Good::

    # inferencepool@v1.1.0
    inferencePool:
      targetPorts: [{number: 8000}, {number: 8001}]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL241",
    "target-ports",
    "error",
    (INFERENCEPOOL,),
    "read",
    reads="inferencePool.apiVersion inferencePool.targetPortNumber inferencePool.targetPorts",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        node = pool.ports_node
        if not isinstance(node.value, list):
            if node.written and node.value is None:
                yield _none(pool)
            continue  # an empty list is WL425's
        most, count = pool.facts["maxTargetPorts"], len(node.value)
        if count > most:
            yield Hit(
                node,
                f"the pool {pool.release.name} has {count} ports, and may have {most}",
                write=f"targetPorts: [{{number: {pool.ports[0] if pool.ports else 8000}}}]",
                why=f"the API server refuses it: Too many: {count}: must have at most {most} items",
            )
        yield from _twice(pool)


def _none(pool: Pool) -> Hit:
    return Hit(
        pool.ports_node,
        f"the pool {pool.release.name} has no port",
        write="targetPorts: [{number: 8000}]",
        why="the API server refuses it: spec.targetPorts: Required value",
    )


def _twice(pool: Pool) -> Items:
    seen: set[int] = set()
    for entry in pool.ports_node:
        number = entry["number"].number()
        if number in seen:
            yield Hit(
                entry["number"],
                f"the pool {pool.release.name} has the port {number} twice",
                write="remove one of them",
                why="the API server refuses it: port number must be unique",
            )
        seen |= {number} if number is not None else set()
