"""This release of Istio routes to one port of a pool only.

A pool with several target ports - one for each rank of a data parallel server - is understood by Istio from 1.28.1
on. Older ones take the first port, and the other ranks get nothing.

Bad::

    # istiod@1.28.0
    pilot: {env: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}
    ---
    # inferencepool@v1.2.1
    provider: {name: istio}
    inferencePool:
      targetPorts: [{number: 8000}, {number: 8001}]

Good::

    # istiod@1.28.1
    pilot: {env: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}
    ---
    # inferencepool@v1.2.1
    provider: {name: istio}
    inferencePool:
      targetPorts: [{number: 8000}, {number: 8001}]
"""

from __future__ import annotations

from wellit import capabilities
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.seen.istio import istiods
from wellit.subject import INFERENCEPOOL, ISTIOD, Subject

RULE = Rule(
    "WL259",
    "istio-ports",
    "error",
    (INFERENCEPOOL, ISTIOD),
    "read",
    reads="inferencePool.apiVersion inferencePool.targetPortNumber inferencePool.targetPorts provider.name",
)


def check(subject: Subject) -> Items:
    for istiod in istiods(subject):
        for pool in pools(subject):
            if istiod.facts["severalPorts"] or len(pool.ports) < 2 or not pool.behind(istiod.facts["provider"]):
                continue
            first = next(v for v in capabilities.versions(ISTIOD) if capabilities.contract(ISTIOD, v)["severalPorts"])
            yield Hit(
                pool.ports_node,
                f"the pool {pool.release.name} has {len(pool.ports)} ports, Istio {istiod.release.version} takes one",
                write=f"Istio {first} or newer",
                why="requests for the other ports go to the first, or nowhere",
            )
