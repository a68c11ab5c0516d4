"""Kinds of parallelism that do not go together, or half of one.

`data` is the number of engines of a group and `dataLocal` how many of them are in one pod: one without the other says
nothing. `pipeline` is another way to make groups, and goes with neither.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-32B", name: Qwen/Qwen3-32B}
      parallelism: {data: 4}
      worker: {containers: []}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-32B", name: Qwen/Qwen3-32B}
      parallelism: {data: 4, dataLocal: 2}
      worker: {containers: []}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import Part, parts, there, why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL911", "service-parallelism", "error", (KSERVE,), "asked",
    reads="api spec.parallelism spec.prefill",
)  # fmt: skip
OTHER = {"data": "dataLocal", "dataLocal": "data"}


def check(subject: Subject) -> Items:
    for service in services(subject):
        if why := why_refused(service, "parallelism"):
            for part in parts(service):
                yield from _judge(part, why)


def _judge(part: Part, why: str) -> Items:
    said = part.node["parallelism"]
    if there(said["pipeline"]) and any(there(said[key]) for key in OTHER):
        yield Hit(
            said["pipeline"],
            f"{part.of('parallelism')} has pipeline and data",
            write="data and dataLocal, or pipeline alone",
            why=f"{why}: a group is of one kind",
            key=True,
        )
        return
    for key, other in OTHER.items():
        if there(said[key]) and not there(said[other]):
            yield _half(part, said[key], other, why)


def _half(part: Part, node: Node, other: str, why: str) -> Hit:
    count = node.number(1) or 1
    write = f"{other}: {1 if other == 'dataLocal' else count}"
    return Hit(
        node,
        f"{part.of('parallelism')} has {node.keys[-1]} without {other}",
        write=f"{write} beside it",
        why=f"{why}: how many engines there are, and how many in one pod, belong together",
        key=True,
    )
