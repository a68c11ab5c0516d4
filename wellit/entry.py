"""Where requests come in: the way into a stack, and what a client writes for each of its engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import cells
from wellit.compose import Stack
from wellit.demand import Demand, Kind
from wellit.render import Rendered
from wellit.subject import PREFILL, ROLE
from wellit.templates import templates


def entry(stack: Stack, rendered: Rendered, demand: Demand) -> dict[str, str]:
    """A gateway with its service and port, a service or a deployment with its port; empty when none takes requests.

    A gateway that has no Service in the cluster has none here either.
    """
    for manifest in rendered.manifests:
        if manifest["kind"] == "Gateway":
            name, spec = manifest["metadata"]["name"], manifest["spec"]
            port = str(spec["listeners"][0]["port"])
            service = stack.values["gateway"]["serviceName"]
            made = {"service": service.replace("{gateway}", name)} if service else {}
            return {"gateway": name, "port": port, **made}
    return next(_fronts(rendered), None) or next((behind for _, behind in _behind(rendered, demand)), {})


def _fronts(rendered: Rendered) -> Iterator[dict[str, str]]:
    """What controllers make before the parts of an object that take requests, or of such parts themselves."""
    for manifest in rendered.manifests:
        if known := Kind(manifest["apiVersion"], manifest["kind"]).carried:
            name, port = manifest["metadata"]["name"], str(known.entry["port"])
            if "does" not in known.entry:
                yield {"deployment": str(known.entry["deployment"]).format(name=name), "port": port}
            for one in templates(manifest):
                if known.takes_requests(one.does) and one.count:
                    yield {"service": known.service(name, one.part), "port": port}


def ways(stack: Stack, rendered: Rendered, demand: Demand) -> tuple[dict[str, Any], ...]:
    """How to ask: the model, and with several engines for each the path before /v1 and the headers that lead to it.

    Engines that share a pool are asked in one way. Without a gateway each has a deployment of its own to ask.
    """
    if len(stack.engines) == 1:
        model = cells.model_of(stack.values, stack.engines[0])
        return ({"engine": "", "model": model, "path": _path(rendered, demand.namespace), "headers": {}},)
    pools = {f"gaie-{stack.values['postfix']}-{engine}": engine for engine in stack.engines}
    found = list(_routed(rendered, pools))
    if stack.values["route"]["by"] == "body":
        # The header that the route asks for is written by the router, from the model's name.
        found = [way | {"headers": {}} for way in found]
    if not found and not any(m["kind"] == "Gateway" for m in rendered.manifests):
        straight = {engine: _straight(rendered, demand, engine) for engine in stack.engines}
        found = [{"engine": engine, "path": "", "headers": {}} | at for engine, at in straight.items() if at]
    found = found or [{"engine": "", "path": "", "headers": {}}]
    return tuple(way | {"model": cells.model_of(stack.values, way["engine"] or stack.engines[0])} for way in found)


def _path(rendered: Rendered, namespace: str) -> str:
    """The path before that of the API at which the route of a controller leads to its object; "" without a gateway."""
    for manifest in rendered.manifests:
        known = Kind(manifest["apiVersion"], manifest["kind"]).carried
        if known and "path" in known.entry and any(m["kind"] == "Gateway" for m in rendered.manifests):
            return str(known.entry["path"]).format(namespace=namespace, name=manifest["metadata"]["name"])
    return ""


def _routed(rendered: Rendered, pools: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One way for each rule of the route that leads to the pool of one engine."""
    for route in (m for m in rendered.manifests if m["kind"] == "HTTPRoute"):
        for rule in route["spec"]["rules"]:
            engine = pools.get(rule["backendRefs"][0]["name"])
            match: Mapping[str, Any] = next(iter(rule.get("matches") or []), {})
            if engine:
                path = (match.get("path") or {}).get("value", "").rstrip("/")
                headers = {header["name"]: header["value"] for header in match.get("headers") or []}
                yield {"engine": engine, "path": path, "headers": headers}


def _straight(rendered: Rendered, demand: Demand, engine: str) -> dict[str, str]:
    """The deployment and port of one engine's own pods, when there is no gateway before them."""
    return next((at for release, at in _behind(rendered, demand) if release.endswith(f"-{engine}")), {})


def _behind(rendered: Rendered, demand: Demand) -> Iterator[tuple[str, dict[str, str]]]:
    """(release, deployment and port) of the workloads behind each pool; prefill servers are asked by the others."""
    for manifest in rendered.manifests:
        if manifest["kind"] == "InferencePool":
            port = str(manifest["spec"]["targetPorts"][0]["number"])
            selector = next(labels for pool, labels in demand.selectors if pool == manifest["metadata"]["name"])
            for workload in demand.workloads:
                prefill = workload.labels.get(ROLE) == PREFILL
                if selector.items() <= workload.labels.items() and not prefill:
                    yield workload.object.release, {"deployment": workload.object.name, "port": port}
