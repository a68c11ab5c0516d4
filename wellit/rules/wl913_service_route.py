"""What a service says of its route and of its gateway does not go together.

A route is KServe's own (`route: {}`, or `route.http.spec`) or somebody's (`route.http.refs`). A gateway that is named
in `gateway.refs` becomes the parent of KServe's own route, so the route need not name one, and if it does, it must be
the same. To a route of somebody's belongs a gateway that is named. KServe v0.16 takes a named gateway beside its own
route only where that is written `route: {http: {}}`.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      router:
        gateway: {}
        route: {http: {refs: [{name: chat}]}}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      router:
        gateway: {refs: [{name: inference-gateway, namespace: llm-d}]}
        route: {}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import Service, services
from wellit.seen.webhook import there, why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL913", "service-route", "error", (KSERVE,), "asked",
    reads="api spec.router",
)  # fmt: skip
REF = "refs: [{name: ..., namespace: ...}]"


def check(subject: Subject) -> Items:
    for service in services(subject):
        router = service.written["router"]
        if there(router["route"]):
            yield from _judge(service, router["gateway"], router["route"])


def _judge(service: Service, gateway: Node, route: Node) -> Items:
    refs, spec = route.at("http", "refs"), route.at("http", "spec")
    if refs and there(spec):
        yield Hit(
            refs, "spec.router.route.http has refs and spec", write="refs, or spec", why=_why(service), key=True,
        )  # fmt: skip
    if refs and there(gateway) and not gateway["refs"]:
        yield Hit(
            refs,
            "spec.router.route.http.refs name routes of somebody's, and spec.router.gateway names no gateway",
            write=f"gateway: {{{REF}}}, or no refs here: KServe makes a route by itself",
            why=f"{_why(service)}: with gateway: {{}} the route is KServe's, too",
            key=True,
        )
    if gateway["refs"]:
        yield from _named(service, gateway["refs"], route)


def _named(service: Service, refs: Node, route: Node) -> Items:
    """A gateway is named: what the route says must fit."""
    whole = not route["http"].written or route.at("http", "spec").written
    if why_refused(service, "managedRoute") and whole and not route.at("http", "refs"):
        yield Hit(
            refs,
            f"KServe {service.release.version} takes no named gateway beside a route that is empty or has a spec",
            write="route: {http: {}}, gateway: {} for KServe's own, or route: {http: {refs: [{name: ...}]}}",
            why=_why(service),
            key=True,
        )
        return
    parents = route.at("http", "spec", "parentRefs")
    if not parents:
        return
    if why_refused(service, "anyParent") or sorted(_keys(parents)) != sorted(_keys(refs)):
        yield Hit(
            parents,
            "spec.router.route.http.spec.parentRefs are not the gateways of spec.router.gateway.refs",
            write="no parentRefs: KServe takes those of spec.router.gateway.refs",
            why=_why(service),
            also=(("the gateways", refs),),
            key=True,
        )


def _keys(refs: Node) -> Iterator[tuple[str, str, str]]:
    return ((one["namespace"].text(), one["name"].text(), one["sectionName"].text()) for one in refs)


def _why(service: Service) -> str:
    return why_refused(service, "routes")
