"""The route names the pool as something that it is not.

A backend without `kind` is a Service, and one without `group` is of the core API: no Service is called like the pool.
The pool's group was inference.networking.x-k8s.io before it became inference.networking.k8s.io; a route that names the
other one finds nothing.

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
        - backendRefs: [{group: inference.networking.x-k8s.io, kind: InferencePool, name: gaie-chat}]

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

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.routes import CORE, Reference, Thing, backends, inference_pools, objects, routes
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL322", "route-backend", "error", (INFERENCEPOOL, INFRA, MODELSERVICE), "read",
    reads="extraDeploy extraDeploy.apiVersion extraDeploy.kind extraDeploy.metadata extraDeploy.spec "
    "extraObjects extraObjects.apiVersion extraObjects.kind extraObjects.metadata extraObjects.spec "
    "inferencePool.apiVersion",
)  # fmt: skip
KIND = "InferencePool"


def check(subject: Subject) -> Items:
    known = inference_pools(subject)
    services = {node.at("metadata", "name").text() for node in objects(subject, "Service")}
    for route in routes(subject):
        for ref in backends(route):
            pool = known.of(ref.name)
            if ref.word("kind", "Service") == KIND:
                yield from _group(ref, pool.group if pool else "", pool)
            elif pool and ref.name not in services and not ref.elsewhere:
                yield _kind(ref, pool)


def _kind(ref: Reference, pool: Thing) -> Hit:
    kind = ref.node["kind"]
    return Hit(
        kind if kind.written else ref.node["name"],
        f"the route sends to the {ref.word('kind', 'Service')} {ref.name}, and that is an {KIND}",
        write=f"group: {pool.group}, kind: {KIND}",
        why="every request is answered with 500: there is no such Service",
        also=(("the pool", pool.node),),
    )


def _group(ref: Reference, right: str, pool: Thing | None) -> Items:
    """The backend is said to be a pool: of the right group."""
    node, said = ref.node["group"], ref.word("group", CORE)
    if not right and said == CORE:
        right = "inference.networking.k8s.io"  # no core object is called so
    if right and said != right:
        yield Hit(
            node if node.written else ref.node["kind"],
            f'the route names an {KIND} of the group "{said}"',
            write=f"group: {right}",
            why="every request is answered with 500: nothing of that group and kind is there",
            also=(("the pool", pool.node),) if pool else (),
            fix=Fix(node, right) if node.written and said else None,
        )
