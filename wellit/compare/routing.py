"""Gateway, route, pool, and what watches them, by meaning. Names of objects are no meaning; what refers to what is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wellit.compare.description import Fact, Part
from wellit.compare.objects import Object, Objects, chart_of, labels_of, leaves, name_of, own_labels, selector
from wellit.nested import parsed
from wellit.subject import ROLE


def gateways(objects: Objects) -> Iterator[Part]:
    for gateway in objects.of("Gateway"):
        spec = gateway.get("spec") or {}
        facts = {"class": Fact(str(spec.get("gatewayClassName", "")))}
        for listener in spec.get("listeners") or []:
            facts |= dict(_listener(listener))
        facts |= {f"label {key}": Fact(value) for key, value in own_labels(labels_of(gateway))}
        unsaid: dict[str, str] = {}
        reference = (spec.get("infrastructure") or {}).get("parametersRef") or {}
        if reference.get("kind") == "ConfigMap":
            facts |= dict(_parameters(objects, str(reference.get("name"))))
        for rule in objects.of("DestinationRule"):
            for path, value in leaves((rule.get("spec") or {}).get("trafficPolicy")):
                facts[f"to the picker {path}"] = Fact(value)
        for kind, why in objects.unread.items():
            if kind == "DestinationRule" or kind.startswith("ConfigMap/"):
                unsaid |= {"*": why}
        yield Part("gateway", name_of(gateway), facts, unsaid)


def _listener(listener: Object) -> Iterator[tuple[str, Fact]]:
    name = f"listener {listener.get('protocol')} {listener.get('port')}"
    source = ((listener.get("allowedRoutes") or {}).get("namespaces") or {}).get("from", "Same")
    yield name, Fact(f"routes from {str(source).lower()} namespaces" if source != "Same" else "routes of its namespace")
    if listener.get("hostname"):
        yield f"{name} hostname", Fact(str(listener["hostname"]))
    if mode := (listener.get("tls") or {}).get("mode"):
        yield f"{name} tls", Fact(str(mode))


def _parameters(objects: Objects, name: str) -> Iterator[tuple[str, Fact]]:
    """What the gateway's own pods and Service are to be: YAML inside a ConfigMap."""
    data = (objects.named("ConfigMap", name) or {}).get("data") or {}
    for key, text in data.items():
        for path, value in leaves(parsed(str(text))):
            yield f"{key} {path}", Fact(value)


def routes(objects: Objects, pools: Mapping[str, str]) -> Iterator[Part]:
    """All routes as one part: a request does not know which object its rule stands in."""
    facts: dict[str, Fact] = {}
    under: dict[str, str] = {}
    known = {name_of(gateway) for gateway in objects.of("Gateway")}
    for route in objects.of("HTTPRoute"):
        spec = route.get("spec") or {}
        for parent in spec.get("parentRefs") or []:
            own = parent.get("name") in known
            facts["gateway"] = Fact("the stack's" if own else f"{parent.get('name')}, which is not one of the stack's")
        if spec.get("hostnames"):
            facts["hostnames"] = Fact(", ".join(sorted(spec["hostnames"])))
        for rule in spec.get("rules") or [{}]:
            (head, told), *more = _rule(rule, pools)
            facts |= {head: told} | dict(more)
            under |= {what: head for what, _ in more}
    if objects.of("HTTPRoute"):
        yield Part("route", "", facts, {}, under)


def _rule(rule: Object, pools: Mapping[str, str]) -> Iterator[tuple[str, Fact]]:
    matches = rule.get("matches") or [{"path": {"type": "PathPrefix", "value": "/"}}]
    name = " or ".join(sorted(_match(match) for match in matches))
    backends = rule.get("backendRefs") or []
    told = [_backend(one, pools, several=len(backends) > 1) for one in backends]
    yield f"rule {name}", Fact(", ".join(sorted(told)) or "nowhere")
    for which in ("request", "backendRequest"):
        if time := (rule.get("timeouts") or {}).get(which):
            yield f"rule {name} {which} timeout", Fact("no limit" if str(time) in ("0s", "0") else str(time))
    for each in rule.get("filters") or []:
        yield f"rule {name} {each.get('type')}", Fact(json.dumps(each, sort_keys=True))


def _match(match: Object) -> str:
    path = match.get("path") or {}
    words = [f"{path.get('type', 'PathPrefix')} {path.get('value', '/')}"]
    for header in match.get("headers") or []:
        words.append(f"header {header.get('name')}={header.get('value')}")
    words += [str(match["method"])] if match.get("method") else []
    return " ".join(words)


def _backend(backend: Object, pools: Mapping[str, str], *, several: bool) -> str:
    name = str(backend.get("name"))
    kind = backend.get("kind", "Service")
    told = pools.get(name, f"{kind} {name}, which is not there") if kind == "InferencePool" else f"{kind} {name}"
    return f"{told} weight {backend.get('weight', 1)}" if several else told


def pool_facts(pool: Object) -> dict[str, Fact]:
    """What an InferencePool says, in its old API and in its new one."""
    spec = pool.get("spec") or {}
    numbers = [spec["targetPortNumber"]] if "targetPortNumber" in spec else []
    numbers += [port.get("number") for port in spec.get("targetPorts") or []]
    reference = spec.get("endpointPickerRef") or spec.get("extensionRef") or {}
    picker = (reference.get("port") or {}).get("number") or reference.get("portNumber") or 9002
    facts = {"ports": Fact(", ".join(str(number) for number in sorted(numbers)))}
    facts |= {f"selector {key}": Fact(str(value)) for key, value in selector(pool).items()}
    facts["picker port"] = Fact(str(picker))
    facts["without a picker"] = Fact(_failure(str(reference.get("failureMode") or "FailClose")))
    facts["api"] = Fact(str(pool.get("apiVersion", "")))
    return facts


def _failure(mode: str) -> str:
    return {"FailClose": "requests fail", "FailOpen": "requests go anywhere"}.get(mode, mode)


def charts(objects: Objects) -> Iterator[Part]:
    """The chart versions that the objects' labels tell."""
    found: dict[str, Fact] = {}
    for item in objects.all:
        if chart := chart_of(item):
            found[chart[0]] = Fact(_version(chart[1]))
    for pool in objects.of("InferencePool"):
        if version := labels_of(pool).get("app.kubernetes.io/version"):
            found["inferencepool"] = Fact(_version(version))
    yield Part("charts", "", found, {"*": "no label of its objects tells the chart"})


def _version(text: str) -> str:
    return text if text.startswith("v") else f"v{text}"


def monitoring(objects: Objects) -> Iterator[Part]:
    """Who reads the metrics of which part."""
    facts: dict[str, Fact] = {}
    for monitor in objects.of("PodMonitor", "ServiceMonitor"):
        spec: Mapping[str, Any] = monitor.get("spec") or {}
        wanted = (spec.get("selector") or {}).get("matchLabels") or {}
        who = wanted.get(ROLE) or ("picker" if monitor["kind"] == "ServiceMonitor" else name_of(monitor))
        for end in spec.get("podMetricsEndpoints") or spec.get("endpoints") or []:
            path, every = end.get("path", "/metrics"), end.get("interval", "30s")
            facts[str(who)] = Fact(f"{path} at {end.get('port') or end.get('targetPort')}, every {every}")
        for key, value in own_labels(labels_of(monitor)):
            facts[f"{who} label {key}"] = Fact(value)
    unread = [why for kind, why in objects.unread.items() if kind in ("PodMonitor", "ServiceMonitor")]
    yield Part("monitoring", "", facts, {"*": unread[0]} if unread else {})
