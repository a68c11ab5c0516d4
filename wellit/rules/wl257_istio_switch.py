"""Istio is not told that routes may lead to pools.

istiod refuses routes to an InferencePool unless its variable ENABLE_GATEWAY_API_INFERENCE_EXTENSION is true. It is
off by default, has to stand where the chart makes a variable of it, and a misspelt one or its name of early drafts,
SUPPORT_..., is accepted and does nothing.

Bad::

    # istiod@1.28.1
    pilot: {env: {SUPPORT_GATEWAY_API_INFERENCE_EXTENSION: "true"}}

Good::

    # istiod@1.28.1
    pilot: {env: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.istio import Istiod, istiods
from wellit.subject import INFERENCEPOOL, ISTIOD, Subject

RULE = Rule(
    "WL257",
    "istio-switch",
    "error",
    (INFERENCEPOOL, ISTIOD),
    "read",
    reads="env env.ENABLE_GATEWAY_API_INFERENCE_EXTENSION meshConfig.defaultConfig pilot.env provider.name",
)


def check(subject: Subject) -> Items:
    for istiod in istiods(subject):
        switch = istiod.facts["switch"]
        before = [pool for pool in pools(subject) if pool.provider_name == istiod.facts["provider"]]
        meant = next((node for name, node in _written(istiod) if _is_meant(istiod, name)), None)
        if istiod.switched_on or not istiod.facts["inferencePool"]:
            continue
        if istiod.switch and before:
            yield _off(istiod, istiod.switch, f"{switch} is {istiod.switch.value}")
        elif meant and not istiod.switch:
            yield _misspelt(istiod, meant)
        elif before and not istiod.switch:
            yield _missing(istiod, before[0])


def _written(istiod: Istiod) -> list[tuple[str, Node]]:
    """Every variable of istiod, and those of the gateways, where the switch does nothing."""
    elsewhere = [pair for place in istiod.facts["textPlaces"] for pair in istiod.at(place).items()]
    return [*istiod.variables.items(), *elsewhere]


def _is_meant(istiod: Istiod, name: str) -> bool:
    switch = istiod.facts["switch"]
    return name in (switch, *istiod.facts["oldSwitches"]) or bool(nearest(name, [switch], 0.85))


def _misspelt(istiod: Istiod, node: Node) -> Hit:
    switch, name = istiod.facts["switch"], str(node.keys[-1])
    place = istiod.facts["switchPlaces"][0]
    if name == switch:
        return _off(istiod, node, f"{switch} stands where it is a variable of the gateways, not of istiod")
    in_place = ".".join(map(str, node.keys[:-1])) in istiod.facts["switchPlaces"]
    return Hit(
        node,
        f"istiod has no variable {name}",
        write=switch if in_place else f'{place}: {{{switch}: "true"}}',
        why=f"it is accepted and does nothing: InferencePool is not enabled. To enable, set {switch} to true in istiod",
        fix=Fix(node, switch, key=True) if in_place else None,
    )


def _off(istiod: Istiod, node: Node, wrong: str) -> Hit:
    switch, place = istiod.facts["switch"], istiod.facts["switchPlaces"][0]
    return Hit(
        node,
        wrong,
        write=f'{place}: {{{switch}: "true"}}',
        why=f"routes to pools are refused: InferencePool is not enabled. To enable, set {switch} to true in istiod",
    )


def _missing(istiod: Istiod, pool: Pool) -> Hit:
    root = istiod.release.root
    place = root["pilot"]["env"] if root["pilot"]["env"].written else root["pilot"]
    hit = _off(istiod, place, f"istiod is not told {istiod.facts['switch']}")
    return Hit(hit.at, hit.message, hit.write, hit.why, also=(("the pool that its gateway leads to", pool.provider),))
