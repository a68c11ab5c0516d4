"""Gateways and routes: who listens where, which requests go to which pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.picture.model import Edge, Node
from wellit.picture.objects import GATEWAY_API, Object, World
from wellit.picture.plain import mapping, maps, texts

PROTOCOLS = ("HTTP", "HTTPS")
NOTHING = "0s"  # a timeout that is none


def gateway(item: Object) -> Node:
    facts: dict[str, Any] = {"class": str(item.spec.get("gatewayClassName", "?"))}
    if listens := [_listener(one) for one in maps(item.spec.get("listeners"))]:
        facts["listens"] = listens
    return Node("gateway", item.name, facts, object=(item.api_version, item.kind))


def route(item: Object) -> Node:
    facts: dict[str, Any] = {}
    if hosts := texts(item.spec.get("hostnames")):
        facts["hosts"] = hosts
    waits = {kind: value for rule in _rules(item) for kind, value in mapping(rule.get("timeouts")).items()}
    if waits:
        facts["timeouts"] = {kind: "none" if value == NOTHING else value for kind, value in waits.items()}
    node = Node("route", item.name, facts, object=(item.api_version, item.kind))
    empty = [_matches(rule) for rule in _rules(item) if not rule.get("backendRefs")]
    return node.with_trouble(*(f"nothing is behind {one}" for one in empty))


def parents(item: Object, world: World) -> Iterator[tuple[Edge, Node | None]]:
    """An arrow from each gateway that a route names; with the gateway when no manifest makes it."""
    for parent in maps(item.spec.get("parentRefs")):
        if parent.get("kind", "Gateway") != "Gateway" or parent.get("group", GATEWAY_API) != GATEWAY_API:
            continue
        name, space = str(parent.get("name", "?")), str(parent.get("namespace") or item.namespace)
        found = world.get("Gateway", name, space, GATEWAY_API)
        edge = Edge(f"gateway/{name}", f"route/{item.name}", "sends")
        if found:
            yield _joined(edge, parent, item, found), None
        elif space != item.namespace:
            facts = {"namespace": space, "made by": "somebody else"}
            yield edge, Node("gateway", name, facts, object=None)
        else:
            why = f"the route {item.name} hangs on the gateway {name}, which is not in this stack"
            yield Edge(edge.source, edge.target, "sends", (), why), Node("gateway", name, there=False)


def backends(item: Object) -> Iterator[tuple[str, str, str, str, tuple[str, ...], Mapping[str, Any]]]:
    """(group, kind, namespace, name, words beside the arrow, reference) of whatever the rules send requests to."""
    for rule in _rules(item):
        references = maps(rule.get("backendRefs"))
        weights = [one.get("weight", 1) for one in references]
        for reference, weight in zip(references, weights, strict=True):
            share = (f"weight {weight} of {sum(weights)}",) if len(references) > 1 or not weight else ()
            words = (_matches(rule), *_filters(rule), *share)
            space = str(reference.get("namespace") or item.namespace)
            kind = str(reference.get("kind") or "Service")
            yield str(reference.get("group") or ""), kind, space, str(reference.get("name", "?")), words, reference


def _rules(item: Object) -> list[Mapping[str, Any]]:
    return maps(item.spec.get("rules"))


def _listener(one: Mapping[str, Any]) -> str:
    host = f" for {one['hostname']}" if one.get("hostname") else ""
    return f"{one.get('protocol', '?')} at port {one.get('port', '?')}{host}"


def _joined(edge: Edge, parent: Mapping[str, Any], item: Object, found: Object) -> Edge:
    """The arrow; broken when no listener of the gateway takes the route."""
    listeners = maps(found.spec.get("listeners"))
    named = [
        one
        for one in listeners
        if parent.get("sectionName") in (None, one.get("name")) and parent.get("port") in (None, one.get("port"))
    ]
    taking = [one for one in named if _allows(one, item, found)]
    why = ""
    if not named:
        wanted = parent.get("sectionName") or (f"at port {parent['port']}" if parent.get("port") else "")
        why = f"the gateway {found.name} has no listener {wanted}".rstrip()
    elif not taking:
        why = f"no listener of the gateway {found.name} takes the route {item.name}: protocol, host or namespace"
    return Edge(edge.source, edge.target, edge.does, (), why)


def _allows(listener: Mapping[str, Any], item: Object, found: Object) -> bool:
    allowed = mapping(listener.get("allowedRoutes"))
    kinds = [one.get("kind") for one in maps(allowed.get("kinds"))]
    spaces = mapping(allowed.get("namespaces")).get("from", "Same")
    near = spaces != "Same" or item.namespace == found.namespace
    host, hosts = listener.get("hostname"), texts(item.spec.get("hostnames"))
    meets = not host or not hosts or any(_meets(str(host), str(one)) for one in hosts)
    return listener.get("protocol") in PROTOCOLS and near and meets and (not kinds or item.kind in kinds)


def _meets(one: str, other: str) -> bool:
    """Whether two host names, ``*.`` before a suffix allowed, have a host in common."""
    if one.startswith("*.") and other.startswith("*."):
        return one.endswith(other[1:]) or other.endswith(one[1:])
    if one.startswith("*."):
        return other.endswith(one[1:])
    return one.endswith(other[1:]) if other.startswith("*.") else one == other


def _matches(rule: Mapping[str, Any]) -> str:
    """What a request must have: one of these."""
    return " or ".join(_match(one) for one in maps(rule.get("matches")) or [{}])


def _match(one: Mapping[str, Any]) -> str:
    path = mapping(one.get("path"))
    value, kind = str(path.get("value", "/")), str(path.get("type", "PathPrefix"))
    headers = [f"header {h.get('name')}: {h.get('value')}" for h in maps(one.get("headers"))]
    queries = [f"query {q.get('name')}={q.get('value')}" for q in maps(one.get("queryParams"))]
    method = [str(one["method"])] if one.get("method") else []
    shape = {"PathPrefix": f"path {value.rstrip('/')}/*", "Exact": f"path {value}"}.get(kind, f"path like {value}")
    shapes = [] if value == "/" and kind == "PathPrefix" else [shape]
    return " and ".join([*method, *shapes, *headers, *queries]) or "every path"


def _filters(rule: Mapping[str, Any]) -> tuple[str, ...]:
    words = []
    for one in maps(rule.get("filters")):
        kind = str(one.get("type", ""))
        path = mapping(mapping(one.get("urlRewrite")).get("path"))
        if kind == "URLRewrite" and path:
            words.append(f"rewritten to {path.get('replacePrefixMatch', path.get('replaceFullPath', '?'))}")
        elif kind in ("RequestHeaderModifier", "ResponseHeaderModifier"):
            change = mapping(one.get("requestHeaderModifier") or one.get("responseHeaderModifier"))
            words += [
                f"sets {h.get('name')}: {h.get('value')}" for how in ("set", "add") for h in maps(change.get(how))
            ]
            words += [f"drops {name}" for name in texts(change.get("remove"))]
        else:
            words.append(kind)
    return tuple(words)
