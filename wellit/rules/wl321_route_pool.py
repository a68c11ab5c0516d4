"""The route sends to a pool that is not there.

A pool is called like the release of the inferencepool chart. A route that names another one is accepted, gets
ResolvedRefs: False, and answers every request with 500. It is said where a pool that was given has no route at all.

Bad::

    # llm-d-infra@v1.4.0
    extraDeploy:
    - apiVersion: inference.networking.k8s.io/v1
      kind: InferencePool
      metadata: {name: gaie-chat}
    - apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: chat}
      spec:
        rules:
        - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gaie-chats}]

Good::

    # llm-d-infra@v1.4.0
    extraDeploy:
    - apiVersion: inference.networking.k8s.io/v1
      kind: InferencePool
      metadata: {name: gaie-chat}
    - apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: chat}
      spec:
        rules:
        - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gaie-chat}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.routes import backends, inference_pools, routes
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL321", "route-pool", "error", (INFERENCEPOOL, INFRA, MODELSERVICE), "read",
    reads="extraDeploy extraDeploy.apiVersion extraDeploy.kind extraDeploy.metadata extraDeploy.spec "
    "extraObjects extraObjects.apiVersion extraObjects.kind extraObjects.metadata extraObjects.spec "
    "inferencePool.apiVersion",
)  # fmt: skip


def check(subject: Subject) -> Items:
    known = inference_pools(subject)
    named = [ref for route in routes(subject) for ref in backends(route)]
    idle = [name for name in known.names if name not in {ref.name for ref in named}]
    for ref in named:
        if ref.word("kind", "Service") != "InferencePool" or ref.elsewhere or ref.name in known.names:
            continue
        if not known.sure:
            yield NotChecked(f"whether the pool {ref.name} is there: the names of the releases were not given")
        elif idle:
            right = nearest(ref.name, idle) or idle[0]
            there = known.of(right)
            yield Hit(
                ref.node["name"],
                f'the route sends to the pool "{ref.name}", and there is none of that name',
                write=f"name: {right}",
                why="every request is answered with 500: the backend does not exist",
                also=(("the pool", there.node),) if there else (),
            )
