"""The route: on which gateway it hangs, to which pool it leads, and whether the controller knows pools at all."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wellit import capabilities
from wellit.doctor import commands
from wellit.doctor.hops.gateway import of_istio, parent_fix
from wellit.doctor.ways import POOL, Way
from wellit.errors import nearest
from wellit.findings import Check
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps


def route(way: Way) -> Iterator[Check]:
    """Whether the gateway takes the route."""
    if not way.route:
        if way.service:
            yield from _of_service(way)
        elif way.gateway and way.pool:
            yield Check(
                "WL733",
                f"a route leads to the pool {way.pool_name}",
                "fail",
                "no HTTPRoute names it",
                f"an HTTPRoute from {way.gateway.name} to the InferencePool {way.pool_name}",
                _routes(way),
            )
        elif way.gateway:
            yield Check(
                "WL733",
                f"a route hangs on the gateway {way.gateway.name}",
                "fail",
                "no HTTPRoute and no pool is in this namespace",
                commands.kubectl(way.sight, "get", "httproutes,inferencepools", "-A"),
            )
        return
    title = f"the gateway takes the route {way.route.name}"
    entries = maps(mapping(way.route.manifest.get("status")).get("parents"))
    mine = [one for one in entries if mapping(one.get("parentRef")).get("name") == way.gateway_name]
    broken = [
        edge.broken
        for edge in way.sight.picture.edges
        if edge.target == f"route/{way.route.name}" and edge.broken and way.gateway
    ]
    refused = [
        f"{one.get('reason')}: {one.get('message')}"
        for entry in mine
        for one in maps(entry.get("conditions"))
        if one.get("type") == "Accepted" and one.get("status") != "True"
    ]
    others = [str(mapping(one.get("parentRef")).get("name")) for one in entries if one not in mine]
    evidence = "\n".join(
        [
            f"HTTPRoute {way.route.name}: parentRefs: {json.dumps(way.route.spec.get('parentRefs'))}",
            *(f"status: {one}" for one in refused),
            *_of_listeners(way),
        ]
    )
    if broken or refused:
        yield Check("WL733", title, "fail", (broken or refused)[0], parent_fix(way, []), evidence)
    elif way.gateway and not mine:
        other = f"; other gateways have: {', '.join(others)}" if others else ""
        yield Check(
            "WL733",
            title,
            "fail",
            f"no controller has answered for the gateway {way.gateway_name}{other}",
            commands.kubectl(way.sight, "describe", "httproute", way.route.name),
            evidence,
        )
    elif way.gateway:
        yield Check("WL733", title, "pass")


def _of_service(way: Way) -> Iterator[Check]:
    """A service without a route: one that wants none, or one that its controller has not come to."""
    assert way.service
    router = mapping(way.service.spec.get("router"))
    title = f"a route leads to {way.service.name}"
    if "route" in router:
        why = "KServe's controller has not made it: what it says of the service is above"
        yield Check("WL733", title, "skip", why)
    elif router:
        fix = commands.merge(way.sight, way.service, {"router": {"route": {}}})
        yield Check("WL733", title, "warn", "it wants no route (no router.route), so that no gateway leads to it", fix)


def backend(way: Way) -> Iterator[Check]:
    """Whether the pool that the route names is there."""
    if not way.route:
        return
    title = f"the route {way.route.name} leads to a pool that is there"
    reference = json.dumps(way.reference)
    if not way.pool:
        if POOL in way.sight.unread:
            yield Check("WL734", title, "unknown", f"you may not {way.sight.unread[POOL]}")
            return
        there = [one.name for one in way.sight.all(POOL)]
        right = nearest(way.pool_name, there) or (there[0] if len(there) == 1 else "")
        names = ", ".join(there) or "none"
        detail = f"it leads to the InferencePool {way.pool_name}, which is not there; there are: {names}"
        fix = _backend_fix(way, "name", right) if right else commands.edit(way.sight, way.route)
        yield Check("WL734", title, "fail", detail, fix, f"HTTPRoute {way.route.name}: backendRefs: {reference}")
        return
    group = str(mapping(way.reference).get("group", ""))
    if group != way.pool.group:
        detail = f"it leads to a pool of the group {group or 'core'}; {way.pool_name} is of {way.pool.group}"
        if way.service:  # its controller makes the pool in both groups, and goes over to the newer one by itself
            yield Check("WL734", title, "skip", f"{detail}: KServe changes it once a gateway has taken the route")
            return
        yield Check("WL734", title, "fail", detail, _backend_fix(way, "group", way.pool.group), reference)
        return
    yield from _references(way, title)


def _references(way: Way, title: str) -> Iterator[Check]:
    assert way.route
    for entry in maps(mapping(way.route.manifest.get("status")).get("parents")):
        for one in maps(entry.get("conditions")):
            if one.get("type") != "ResolvedRefs" or one.get("status") == "True":
                continue
            words = f"{one.get('reason')}: {one.get('message')}"
            if _unsupported(words):
                yield from _no_switch(way, words)
                return
            yield Check(
                "WL734",
                title,
                "fail",
                words,
                commands.edit(way.sight, way.route),
                f"backendRefs: {json.dumps(way.reference)}",
            )
            return
    yield Check("WL734", title, "pass")


def switch(way: Way) -> Iterator[Check]:
    """Whether Istio's controller is told to route to pools: without, it refuses the route or leaves the pool alone."""
    if not of_istio(way) or not way.pool or not way.route:
        return
    name = _switch()
    for one in way.sight.all("Controller"):
        for variables in [maps(container.get("env")) for container in maps(one.pod.get("containers"))]:
            value = next((str(v.get("value", "")) for v in variables if v.get("name") == name), None)
            if variables and (value is None or value.lower() not in ("true", "1", "t")):
                yield from _no_switch(
                    way, f"Deployment {one.name} in {one.namespace}: {name} is {value or 'not set'}", one
                )


def _no_switch(way: Way, evidence: str, istiod: Object | None = None) -> Iterator[Check]:
    name = _switch()
    where = istiod or next(iter(way.sight.all("Controller")), None)
    space, deployment = (where.namespace, where.name) if where else ("istio-system", "istiod")
    set_it = commands.kubectl(way.sight, "set", "env", f"deployment/{deployment}", f"{name}=true", namespace=space)
    yield Check(
        "WL735",
        "the gateway's controller routes to InferencePools",
        "fail",
        f"it does not know them: Istio does so only with {name}=true in istiod",
        set_it,
        evidence,
    )


def _switch() -> str:
    return str(capabilities.contract("istiod", capabilities.versions("istiod")[-1])["switch"])


def _unsupported(words: str) -> bool:
    return any(said in words for said in ("InvalidKind", "unsupported backendRef", "not supported", "unsupported kind"))


def _backend_fix(way: Way, key: str, value: str) -> str:
    """The patch of the one reference that is wrong."""
    assert way.route
    for number, rule in enumerate(maps(way.route.spec.get("rules"))):
        for at, reference in enumerate(maps(rule.get("backendRefs"))):
            if reference is way.reference or reference == way.reference:
                path = f"/spec/rules/{number}/backendRefs/{at}/{key}"
                change = {"op": "replace", "path": path, "value": value}
                return commands.patch(way.sight, way.route, change)
    return commands.edit(way.sight, way.route)


def _of_listeners(way: Way) -> list[str]:
    if not way.gateway:
        return []
    kept = ("name", "port", "hostname", "allowedRoutes")
    return [
        f"Gateway {way.gateway.name}: listener: {json.dumps({key: one[key] for key in kept if key in one})}"
        for one in maps(way.gateway.spec.get("listeners"))
    ]


def _routes(way: Way) -> str:
    found = [f"HTTPRoute {one.name}: {json.dumps(one.spec.get('rules'))}"[:300] for one in way.sight.all("HTTPRoute")]
    return "\n".join(found[:3]) or "there is no HTTPRoute"
