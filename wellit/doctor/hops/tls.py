"""Between gateway and picker: TLS on both sides or on none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wellit.doctor import commands
from wellit.doctor.hops.gateway import of_istio
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.picture.objects import Object
from wellit.picture.plain import mapping
from wellit.seen import words


def speaks(way: Way) -> Iterator[Check]:
    """Whether Istio's gateway speaks TLS to a picker that does: a DestinationRule for its host says so."""
    if not way.gateway or not way.pool or not way.picker_service or not of_istio(way):
        return
    host = f"{way.picker_service.name}.{way.sight.namespace}.svc.cluster.local"
    title = f"the gateway speaks to the picker as the picker does ({'TLS' if secure(way) else 'without TLS'})"
    if "DestinationRule" in way.sight.unread:
        yield Check("WL741", title, "unknown", f"you may not {way.sight.unread['DestinationRule']}")
        return
    rules = list(way.sight.all("DestinationRule"))
    mine = [one for one in rules if str(one.spec.get("host")) in _names(way)]
    modes = [mapping(mapping(one.spec.get("trafficPolicy")).get("tls")).get("mode") for one in mine]
    if secure(way) and not mine:
        near = _meant(way, rules)
        detail = f"no DestinationRule is for {host}" + (f"; {near.name} is for {near.spec.get('host')}" if near else "")
        change = {"op": "replace", "path": "/spec/host", "value": host}
        fix = commands.patch(way.sight, near, change) if near else _apply(way, host)
        yield Check(
            "WL741",
            title,
            "fail",
            detail,
            fix,
            "\n".join(f"DestinationRule {one.name}: host: {one.spec.get('host')}" for one in rules[:4])
            or "there is no DestinationRule",
        )
    elif mine and secure(way) and not any(mode in ("SIMPLE", "MUTUAL") for mode in modes):
        tls = {
            "op": "add",
            "path": "/spec/trafficPolicy/tls",
            "value": {"mode": "SIMPLE", "insecureSkipVerify": True},
        }
        yield Check(
            "WL741",
            title,
            "fail",
            f"the DestinationRule {mine[0].name} does not say TLS",
            commands.patch(way.sight, mine[0], tls),
            f"trafficPolicy: {json.dumps(mine[0].spec.get('trafficPolicy'))[:300]}",
        )
    elif mine and not secure(way) and any(mode in ("SIMPLE", "MUTUAL") for mode in modes):
        yield Check(
            "WL741",
            title,
            "fail",
            f"the DestinationRule {mine[0].name} says TLS, and the picker has it off",
            "leave --secure-serving=false out of the picker's arguments",
            f"host: {mine[0].spec.get('host')}",
        )
    else:
        yield Check("WL741", title, "pass")


def _meant(way: Way, rules: list[Object]) -> Object | None:
    """The rule that was probably written for this picker: of its name, or for a host that nobody has."""
    assert way.picker_service
    hosts = {service.name for service in way.sight.all("Service")}
    free = [one for one in rules if str(one.spec.get("host")).partition(".")[0] not in hosts]
    named = [one for one in free if one.name == way.picker_service.name]
    return next(iter([*named, *free]), None)


def _names(way: Way) -> set[str]:
    assert way.picker_service
    name, space = way.picker_service.name, way.sight.namespace
    return {name, f"{name}.{space}", f"{name}.{space}.svc", f"{name}.{space}.svc.cluster.local"}


def _apply(way: Way, host: str) -> str:
    assert way.picker_service
    rule: dict[str, Any] = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": way.picker_service.name},
        "spec": {"host": host, "trafficPolicy": {"tls": {"mode": "SIMPLE", "insecureSkipVerify": True}}},
    }
    return f"echo '{json.dumps(rule)}' | {commands.kubectl(way.sight, 'apply', '-f', '-')}"


def secure(way: Way) -> bool:
    """Whether the picker speaks TLS: it does unless told otherwise."""
    for maker in filter(None, [way.picker_workload]):
        for place in maker.place("containers"):
            line = words.read(place["command"], place["args"])
            for flag in ("--secure-serving", "--secureServing"):
                if (given := line.given(flag)) and given.value.lower() in ("false", "0", "f"):
                    return False
    return True
