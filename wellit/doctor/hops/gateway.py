"""The gateway: its class, its conditions and address, its own pods."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit import preflight
from wellit.demand import Demand, Kind
from wellit.demand import Object as Named
from wellit.doctor import commands, mending
from wellit.doctor.sight import SIMULATED
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.live import part_of
from wellit.picture.plain import mapping, maps

ISTIO = "istio.io/"  # how the names of Istio's controllers begin


def gateway_class(way: Way) -> Iterator[Check]:
    """Whether a controller has accepted the class."""
    if not way.gateway or not way.sight.cluster:
        return
    name = str(way.gateway.spec.get("gatewayClassName"))
    wanted = Demand(way.sight.namespace, (), gateway_classes=(name,))
    seen = way.sight.cluster if way.sight.simulated else replace(way.sight.cluster, sandbox=False)
    for check in preflight.classes(wanted, seen, {"gateway": {"title": name}}):
        found = next((one for one in way.sight.all("GatewayClass") if one.name == name), None)
        others = [one.name for one in way.sight.all("GatewayClass") if one.name != name]
        told = _conditions(mapping(found.manifest.get("status")).get("conditions")) if found else ""
        controller = found.spec.get("controllerName") if found else ""
        evidence = f"GatewayClass {name}, controller {controller}: {told or 'no condition: nobody has looked at it'}"
        if SIMULATED in told and not way.sight.simulated:
            yield Check(
                "WL730", check.title, "unknown", "the sandbox says so: no controller of it runs here", "", evidence
            )
            continue
        fix = check.fix
        if check.status == "fail" and others:
            fix = f"{fix}; classes that are there: {', '.join(others)}"
        yield replace(
            check,
            id="WL730",
            evidence=evidence if found else f"Gateway {way.gateway.name}: gatewayClassName: {name}",
            fix=fix,
        )


def gateway(way: Way) -> Iterator[Check]:
    """Whether it is there, accepted, programmed, and has an address."""
    name = way.gateway_name
    if not name and not way.route:
        return
    title = f"the gateway {name} is programmed and has an address"
    if not way.gateway:
        if "Gateway" in way.sight.unread:
            yield Check("WL731", title, "unknown", f"you may not {way.sight.unread['Gateway']}")
            return
        near = [one.name for one in way.sight.all("Gateway")]
        fix = parent_fix(way, near)
        who = f"HTTPRoute {way.route.name}: parentRefs" if way.route else "router.gateway.refs"
        parent = f"{who}: {json.dumps(way.parent)}"
        yield Check(
            "WL731", title, "fail", f"there is no gateway {name}; there are: {', '.join(near) or 'none'}", fix, parent
        )
        return
    part = part_of(Named(Kind(way.gateway.api_version, "Gateway"), name), way.gateway.manifest)
    status = mapping(way.gateway.manifest.get("status"))
    problems = [*part.missing, *_listeners(status)]
    if not problems and not status.get("addresses"):
        problems = ["it has no address yet"]
    if problems:
        look = commands.kubectl(way.sight, "describe", "gateway", name, namespace=way.gateway.namespace)
        fix = look
        if any("AddressNotAssigned" in one or "no address" in one for one in problems):
            service = (
                f"; its service: {commands.kubectl(way.sight, 'get', 'services', namespace=way.gateway.namespace)}"
            )
            fix = f"{look}{service}; a cluster without load balancers: --set gateway.service=ClusterIP"
        yield Check("WL731", title, "fail", problems[0], fix, "\n".join(problems[1:6]))
    else:
        yield Check("WL731", title, "pass")


def gateway_pods(way: Way) -> Iterator[Check]:
    """Whether its own pods run."""
    title = f"the pods of the gateway {way.gateway_name} run"
    yield from mending.ended(way, way.gateway_pods, "gateway", "WL732", title)
    service = way.gateway_service
    if service and not way.gateway_pods and not way.sight.unread.get("Pod") and not way.sight.simulated:
        selector = json.dumps(service.spec.get("selector"))
        fix = commands.kubectl(way.sight, "get", "deployments,pods", namespace=service.namespace)
        yield Check("WL732", title, "fail", f"the service {service.name} selects no pod", fix, f"selector: {selector}")


def of_istio(way: Way) -> bool:
    name = str(way.gateway.spec.get("gatewayClassName")) if way.gateway else ""
    found = next((one for one in way.sight.all("GatewayClass") if one.name == name), None)
    return str(found.spec.get("controllerName", "")).startswith(ISTIO) if found else name == "istio"


def parent_fix(way: Way, near: list[str]) -> str:
    """The patch that hangs the route on a gateway that takes it."""
    if not way.gateway and not near and (install := commands.again(way.sight)):
        return install
    if way.service and not (way.route and way.gateway):
        return _service_fix(way, near)
    if not way.route:
        return ""
    if not way.gateway and len(near) == 1:
        change = {"op": "replace", "path": "/spec/parentRefs/0/name", "value": near[0]}
        return commands.patch(way.sight, way.route, change)
    section = mapping(way.parent).get("sectionName")
    listeners = [one.get("name") for one in maps(way.gateway.spec.get("listeners"))] if way.gateway else []
    if section and section not in listeners:
        change = {"op": "remove", "path": "/spec/parentRefs/0/sectionName"}
        return commands.patch(way.sight, way.route, change)
    return commands.edit(way.sight, way.route)


def _service_fix(way: Way, near: list[str]) -> str:
    """The patch that gives a service a gateway that is there: its controller writes the route's parents anew."""
    assert way.service
    if len(near) != 1:
        every = f"kubectl {way.sight.flags} get gateways -A"
        return f"{commands.edit(way.sight, way.service)}: router.gateway.refs with one of: {every}"
    found = next(one for one in way.sight.all("Gateway") if one.name == near[0])
    refs = [{"name": found.name, "namespace": found.namespace}]
    return commands.merge(way.sight, way.service, {"router": {"gateway": {"refs": refs}}})


def _listeners(status: Mapping[str, Any]) -> list[str]:
    return [
        f"listener {listener.get('name')}: {one.get('type')}: {one.get('reason')}: {one.get('message')}"
        for listener in maps(status.get("listeners"))
        for one in maps(listener.get("conditions"))
        if one.get("status") == "False" and one.get("type") in ("Accepted", "Programmed", "ResolvedRefs")
    ]


def _conditions(found: object) -> str:
    return "; ".join(
        f"{one.get('type')} {one.get('status')}: {one.get('reason')}: {one.get('message')}".rstrip(": ")
        for one in maps(found)
    )
