"""The route belongs to a gateway that is not there.

llm-d's gateway is called by its release, `RELEASE-inference-gateway`; the route names it, and is usually another file,
made for another release name. A route whose Gateway does not exist is accepted by the API and serves nobody. It is
said where none of the routes belongs to any gateway that was given.

Bad::

    # llm-d-infra@v1.4.0
    gateway: {enabled: false}
    extraDeploy:
    - apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: {name: infra-chat-inference-gateway}
    - apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: chat}
      spec:
        parentRefs: [{name: infra-inference-gateway}]

Good::

    # llm-d-infra@v1.4.0
    gateway: {enabled: false}
    extraDeploy:
    - apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: {name: infra-chat-inference-gateway}
    - apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: chat}
      spec:
        parentRefs: [{name: infra-chat-inference-gateway}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.routes import gateways, parents, routes
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Subject

RULE = Rule(
    "WL320", "route-gateway", "error", (INFERENCEPOOL, INFRA, MODELSERVICE), "read",
    reads="extraDeploy extraDeploy.kind extraDeploy.metadata extraDeploy.spec extraObjects extraObjects.kind "
    "extraObjects.metadata extraObjects.spec fullnameOverride gateway.enabled gateway.fullnameOverride "
    "gateway.nameOverride nameOverride",
)  # fmt: skip


def check(subject: Subject) -> Items:
    known = gateways(subject)
    named = [ref for route in routes(subject) for ref in parents(route)]
    if not known.found or any(ref.name in known.names for ref in named):
        return
    for ref in named:
        if not known.sure:
            yield NotChecked(f"whether the gateway {ref.name} is there: the names of the releases were not given")
        elif not ref.elsewhere:
            right = nearest(ref.name, known.names) or known.names[0]
            there = known.of(right)
            yield Hit(
                ref.node["name"],
                f'the route belongs to the gateway "{ref.name}", and there is none of that name',
                write=f"name: {right}",
                why="the route is taken and serves nobody: its parent does not exist",
                also=(("the gateway", there.node),) if there else (),
            )
