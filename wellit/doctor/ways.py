"""The ways that requests take: gateway, route, pool, picker and pods, joined as Kubernetes joins them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.doctor.sight import SERVICE, Sight
from wellit.doctor.way import MAKERS, POOL, Way, ending, engine, engine_of, known_engine, owner, proxy, state
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps

__all__ = [
    "MAKERS",
    "POOL",
    "Way",
    "ending",
    "engine",
    "engine_of",
    "gateway_of",
    "known_engine",
    "of",
    "owner",
    "proxy",
    "services",
    "state",
]


def of(sight: Sight) -> list[Way]:
    """Every way of a namespace, each pool once with the first route and gateway that lead to it.

    A route that leads to nothing, a gateway that no route hangs on and a pool without a route are ways too.
    """
    found: list[Way] = []
    for route in sight.all("HTTPRoute"):
        if not _stack(sight, route):
            continue
        for rule, reference in _backends(route):
            name = str(reference.get("name", "?"))
            if any(way.pool_name == name for way in found):
                continue
            pool = sight.world.get(POOL, name, str(reference.get("namespace") or route.namespace))
            parent = next(iter(maps(route.spec.get("parentRefs"))), None)
            service = sight.maker_of(route.manifest) or (sight.maker_of(pool.manifest) if pool else None)
            gateway = _gateway(sight, route, parent)
            found.append(Way(sight, name, pool, route, rule, reference, parent, gateway, service))
    led = {way.pool_name for way in found}
    gateways = [one for one in sight.all("Gateway") if one.namespace == sight.namespace and _stack(sight, one)]
    free = [one for one in gateways if not any(way.gateway_name == one.name for way in found)]
    for pool in sight.all(POOL):
        if pool.name not in led and _stack(sight, pool):
            service = sight.maker_of(pool.manifest)
            found.append(Way(sight, pool.name, pool, gateway=next(iter(free), None), service=service))
    found += _without_route(sight, {way.service for way in found})
    if not found and gateways:
        found.append(Way(sight, "", gateway=gateways[0]))
    return found


def services(sight: Sight) -> list[Object]:
    """The LLMInferenceServices of the stack that was asked for; of the namespace, when nobody asked for one."""
    return [one for one in sight.all(SERVICE) if one.namespace == sight.namespace and _stack(sight, one)]


def gateway_of(service: Object) -> Mapping[str, Any] | None:
    """The gateway that a service names itself; None where it takes the one of KServe's configuration, or none."""
    named = mapping(mapping(service.spec.get("router")).get("gateway")).get("refs")
    return next(iter(maps(named)), None)


def _without_route(sight: Sight, led: set[Object | None]) -> Iterator[Way]:
    """The way of each service of which no route and no pool was made, as far as it goes."""
    for service in services(sight):
        if service not in led:
            parent = gateway_of(service)
            gateway = _gateway(sight, service, parent) if parent else None
            yield Way(sight, "", parent=parent, gateway=gateway, service=service)


def _stack(sight: Sight, one: Object) -> bool:
    """Whether an object is of the stack that was asked for; of any, when nobody asked for one.

    What a controller made is of the stack that its object is of.
    """
    if sight.record is None:
        return True
    one = sight.maker_of(one.manifest) or one
    return (one.kind, one.name) in {(kind, name) for _, kind, name, _ in sight.record.objects}


def _backends(route: Object) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for rule in maps(route.spec.get("rules")):
        for reference in maps(rule.get("backendRefs")):
            if reference.get("kind") == POOL or "inference" in str(reference.get("group", "")):
                yield rule, reference


def _gateway(sight: Sight, route: Object, parent: Mapping[str, Any] | None) -> Object | None:
    wanted = mapping(parent)
    space = str(wanted.get("namespace") or route.namespace)
    return sight.world.get("Gateway", str(wanted.get("name", "")), space)
