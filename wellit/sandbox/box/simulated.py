"""Conditions for gateways that nobody reconciles here, and for their routes and pools: simulated, and they say so.

The classes are those whose GatewayClass has the label. A route's class is that of the gateways it names, a pool's that
of the routes that lead to it, so that a stage of kwok, which sees one object at a time, cannot do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str]
LABEL = "wellit.dev/simulated"
CONTROLLER = "wellit.dev/simulated"
REASON = "SimulatedByWellit"
MESSAGE = "nothing in this sandbox reconciles gateways of this class"
GROUP = "gateway.networking.k8s.io"


def statuses(
    classes: Iterable[Object], gateways: Iterable[Object], routes: Iterable[Object], pools: Iterable[Object], now: str
) -> Iterator[tuple[Object, Object]]:
    """Every object whose status is not what it should be, and the status that it should have.

    What other controllers said of a route or a pool is kept. `now` is the time as Kubernetes writes it.
    """
    ours = {one["metadata"]["name"]: one for one in classes if LABEL in (one["metadata"].get("labels") or {})}
    for one in ours.values():
        if not _said(one, one.get("status", {}).get("conditions"), ("Accepted",)):
            yield one, {"conditions": _conditions(one, ("Accepted",), now)}
    simulated: set[Key] = set()
    for gateway in gateways:
        if gateway["spec"]["gatewayClassName"] in ours:
            simulated.add(_key(gateway))
            if not _said(gateway, gateway.get("status", {}).get("conditions"), ("Accepted", "Programmed")):
                yield gateway, _of_gateway(gateway, now)
    parents: dict[Key, set[Key]] = {}
    for route in routes:
        named = {key: ref for ref in route["spec"].get("parentRefs") or [] if (key := _parent(route, ref)) in simulated}
        for behind in _pools(route) if named else ():
            parents.setdefault(behind, set()).update(named)
        yield from _parents(route, list(named.values()), now)
    for pool in pools:
        above = sorted(parents.get(_key(pool), ()))
        yield from _parents(pool, [_reference(*key) for key in above], now)


def _of_gateway(gateway: Object, now: str) -> Object:
    listeners = [
        {
            "name": listener["name"], "attachedRoutes": 0,
            "supportedKinds": [{"group": GROUP, "kind": "HTTPRoute"}],
            "conditions": _conditions(gateway, ("Accepted", "Programmed", "ResolvedRefs"), now),
        }
        for listener in gateway["spec"]["listeners"]
    ]  # fmt: skip
    return {"conditions": _conditions(gateway, ("Accepted", "Programmed"), now), "listeners": listeners}


def _parents(one: Object, refs: list[Object], now: str) -> Iterator[tuple[Object, Object]]:
    """Its new status, when what it says of its simulated parents is not so."""
    told = one.get("status", {}).get("parents") or []
    others = [parent for parent in told if parent.get("controllerName") != CONTROLLER]
    mine = [parent for parent in told if parent.get("controllerName") == CONTROLLER]
    right = [parent for parent in mine if _said(one, parent["conditions"], ("Accepted", "ResolvedRefs"))]
    if [parent["parentRef"] for parent in right] == refs and len(right) == len(mine):
        return
    made = [
        {
            "controllerName": CONTROLLER, "parentRef": ref,
            "conditions": _conditions(one, ("Accepted", "ResolvedRefs"), now),
        }
        for ref in refs
    ]  # fmt: skip
    yield one, {"parents": others + made}


def _conditions(one: Object, kinds: Iterable[str], now: str) -> list[Object]:
    said = {
        "status": "True", "reason": REASON, "message": MESSAGE,
        "observedGeneration": one["metadata"]["generation"], "lastTransitionTime": now,
    }  # fmt: skip
    return [{"type": kind, **said} for kind in kinds]


def _said(one: Object, conditions: Iterable[Mapping[str, Any]] | None, kinds: Iterable[str]) -> bool:
    """Whether these conditions are True for the object as it is now."""
    true = {
        condition["type"]
        for condition in conditions or ()
        if condition["status"] == "True" and condition.get("observedGeneration") == one["metadata"]["generation"]
    }
    return true >= set(kinds)


def _parent(route: Object, ref: Object) -> Key:
    """The gateway that a route names; of one that names something else the empty one, which is none."""
    if (ref.get("group", GROUP), ref.get("kind", "Gateway")) != (GROUP, "Gateway"):
        return "", ""
    return ref.get("namespace") or route["metadata"]["namespace"], ref["name"]


def _pools(route: Object) -> Iterator[Key]:
    for rule in route["spec"].get("rules") or []:
        for backend in rule.get("backendRefs") or []:
            if backend.get("kind") == "InferencePool":
                yield backend.get("namespace") or route["metadata"]["namespace"], backend["name"]


def _reference(namespace: str, name: str) -> Object:
    return {"group": GROUP, "kind": "Gateway", "namespace": namespace, "name": name}


def _key(one: Object) -> Key:
    return one["metadata"]["namespace"], one["metadata"]["name"]
