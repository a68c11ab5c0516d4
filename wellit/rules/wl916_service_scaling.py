"""What a service says of its own scaling does not fit together.

`scaling` stands in the place of `replicas`. Its `wva` (the Workload Variant Autoscaler) says who changes the number:
`hpa` or `keda`, and the same for decode and prefill. `minReplicas` is not above `maxReplicas`, and KEDA's
`idleReplicaCount` is below `minReplicas`. What WVA and KServe write themselves (`scalingModifiers`, the name of the
HPA) nobody else may.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      replicas: 2
      scaling: {minReplicas: 1, maxReplicas: 4, wva: {hpa: {}}}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      scaling: {minReplicas: 1, maxReplicas: 4, wva: {hpa: {}}}
"""

from __future__ import annotations

import re

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import Service, services
from wellit.seen.webhook import Part, parts, there, why_refused
from wellit.subject import KSERVE, PREFILL, Subject

RULE = Rule(
    "WL916", "service-scaling", "error", (KSERVE,), "asked",
    reads="api spec.prefill spec.replicas spec.scaling",
)  # fmt: skip
ACTUATORS = ("hpa", "keda")
COST = re.compile(r"\d+(\.\d+)?")
MODIFIERS = ("formula", "target", "activationTarget", "metricType")


def check(subject: Subject) -> Items:
    for service in services(subject):
        if why := why_refused(service, "scaling"):
            for part in parts(service):
                if there(part.node["scaling"]):
                    yield from _judge(part, part.node["scaling"], why)
            yield from _pair(service)


def _judge(part: Part, scaling: Node, why: str) -> Items:
    replicas, wva = part.node["replicas"], scaling["wva"]
    if there(replicas):
        yield Hit(
            scaling, f"{part.words} has scaling and replicas", write="one of the two", why=why,
            also=(("replicas", replicas),), key=True,
        )  # fmt: skip
    yield from _bounds(scaling, why)
    if not there(wva):
        where = part.of("scaling")
        yield Hit(scaling, f"{where} has no wva", write="wva: {hpa: {}}, or wva: {keda: {}}", why=why, key=True)
        return
    named = [wva[key] for key in ACTUATORS if there(wva[key])]
    if len(named) != 1:
        says = "hpa and keda" if named else "neither hpa nor keda"
        yield Hit(wva, f"{part.of('scaling', 'wva')} has {says}", write="hpa: {}, or keda: {}", why=why, key=True)
    cost = wva["variantCost"]
    if cost.text() and not COST.fullmatch(cost.text()):
        yield Hit(cost, f"variantCost is {cost.value}", write='a number in quotes: "10.0"', why=why)
    yield from _keda(part, wva["keda"], scaling["minReplicas"], why)


def _bounds(scaling: Node, why: str) -> Items:
    least, most = scaling["minReplicas"].number(), scaling["maxReplicas"].number()
    if least is not None and most is not None and least > most:
        yield Hit(
            scaling["minReplicas"], f"minReplicas {least} is above maxReplicas {most}",
            write=f"{most} or less", why=why,
            also=(("maxReplicas", scaling["maxReplicas"]),),
        )  # fmt: skip


def _keda(part: Part, keda: Node, least: Node, why: str) -> Items:
    idle = keda["idleReplicaCount"]
    if (count := idle.number()) is not None:
        floor = least.number(1) or 1  # what the API server writes where nothing is
        if count >= floor:
            yield Hit(
                idle, f"idleReplicaCount {count} is not below minReplicas {floor}",
                write=f"minReplicas: {count + 1} or more" if count else "1 or more", why=why,
            )  # fmt: skip
    advanced = keda["advanced"]
    for node in (advanced["scalingModifiers"], advanced.at("horizontalPodAutoscalerConfig", "name")):
        if node.text() or any(node[key].value for key in MODIFIERS):
            yield Hit(
                node, f"{part.of('scaling', 'wva', 'keda')} sets {node.keys[-1]}", write=f"no {node.keys[-1]}",
                why=f"{why}: WVA and KServe write it themselves", key=True,
            )  # fmt: skip


def _pair(service: Service) -> Items:
    """Both halves are scaled, each by another."""
    both = [
        (name, service.written.at(*keys, "scaling", "wva")) for name, keys in (("decode", ()), (PREFILL, (PREFILL,)))
    ]
    used = [(name, wva, [key for key in ACTUATORS if there(wva[key])]) for name, wva in both]
    why = why_refused(service, "actuators")
    if why and all(len(keys) == 1 for _, _, keys in used) and used[0][2] != used[1][2]:
        (_, decode, mine), (_, prefill, other) = used
        yield Hit(
            prefill[other[0]],
            f"decode is scaled by {mine[0]} and prefill by {other[0]}",
            write=f"{mine[0]}: {{}}, or {other[0]} in both",
            why=f"{why}: the two read their numbers in different ways",
            also=(("decode", decode[mine[0]]),),
            key=True,
        )
