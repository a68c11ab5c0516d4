"""What KServe's controller makes of an LLMInferenceService, as objects: of its spec, and of what its presets say.

They are as a reader of a stack needs them: model servers, picker, pool and route, with the names, labels, words and
ports that the real ones have. What only the controller adds (volumes, certificates, roles) is not among them. Two keys
are ours: `loads` of a container is the model that is laid there, `unsaid` why its words are not all that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from wellit import capabilities
from wellit.compose import Stack
from wellit.inputs.readback import kserve
from wellit.seen import presets
from wellit.seen.service import GROUP, KIND, Service, Workload, services
from wellit.seen.workloads import of_kind
from wellit.subject import KSERVE, Manifest, Release, Subject

__all__ = ["KIND", "made_by_controller", "objects", "of_stack"]

Object = Mapping[str, Any]
GATEWAY_API = "gateway.networking.k8s.io"


def objects(manifests: Iterable[Object], namespace: str, version: str = "") -> list[dict[str, Any]]:
    """The objects that come of every LLMInferenceService among `manifests`, of KServe's `version` or the newest known.

    What has another shape than its kind's has nothing made of it: rules say what is wrong with it.
    """
    wrapped = tuple(Manifest("", one) for one in manifests)
    found = [one for one in of_kind(Subject((), wrapped), KIND) if one.group == GROUP]
    releases = tuple(_at(kserve.service_of(one), namespace, version) for one in found)
    listed = list(services(Subject(releases, wrapped))) if releases else []
    return [one for service in listed for one in _of(service)]


def of_stack(stack: Stack, manifests: Iterable[Object]) -> list[dict[str, Any]]:
    """The same of a stack, by its train's KServe."""
    chart = stack.values["versions"]["charts"].get(KSERVE) or {}
    return objects(manifests, stack.namespace, str(chart.get("version", "")))


def made_by_controller(manifest: Object) -> bool:
    """Whether an object of a cluster was made of an LLMInferenceService."""
    owners = (manifest.get("metadata") or {}).get("ownerReferences") or []
    return any(one.get("kind") == KIND for one in owners)


def _at(release: Release, namespace: str, version: str) -> Release:
    contract = capabilities.contract(KSERVE, version) if version else release.contract
    return replace(release, namespace=release.namespace or namespace, contract=contract, version=release.facts.version)


def _of(service: Service) -> Iterator[dict[str, Any]]:
    makes, router = service.facts["makes"], service.spec["router"].value
    for workload in service.workloads:
        yield from _servers(service, workload)
    if picker := service.scheduler:
        yield _picker(service, picker)
        ports = [{"name": "grpc", "port": makes["pickerPort"]}]
        yield _object(service, "v1", "Service", "picker", {"selector": picker.labels, "ports": ports})
        yield _pool(service)
    if isinstance(router, Mapping) and isinstance(router.get("route"), Mapping) and not _refs(router["route"], "http"):
        yield _route(service, router)


def _servers(service: Service, workload: Workload) -> Iterator[dict[str, Any]]:
    """The model servers of one part; nothing where the spec says no pods."""
    count = 1 if workload.replicas is None else workload.replicas
    pods = [{"metadata": {"labels": labels}, "spec": _loading(pod, service)} for pod, labels, _ in workload.pods]
    if len(pods) == 1:
        spec: Object = {"replicas": count, "template": pods[0]}
        yield _object(service, "apps/v1", "Deployment", workload.part, spec)
    elif pods:
        group = {"size": workload.nodes, "leaderTemplate": pods[0], "workerTemplate": pods[1]}
        name, spec = f"several{workload.part.capitalize()}", {"replicas": count, "leaderWorkerTemplate": group}
        yield _object(service, "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", name, spec)


def _loading(pod: Object, service: Service) -> dict[str, Any]:
    """A pod; the container of its engine with the model that is laid where it looks for it (`loads`)."""
    uri = _below(service.asked, "model", "uri")
    loads = {"loads": str(uri).removeprefix("hf://")} if uri else {}
    listed = pod.get("containers")
    said = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return {**pod, "containers": [{**one, **(loads if one.get("name") == presets.MAIN else {})} for one in said]}


def _picker(service: Service, picker: Workload) -> dict[str, Any]:
    pod = dict(picker.pod.value)
    containers: Sequence[Object] = pod.get("containers") or []
    main, *beside = [dict(one) for one in containers]
    words = [*(main.get("args") or []), "--pool-name", service.called("pool")]
    config = picker.place["config"]
    told = config["inline"].value or _schedule(service)
    unsaid = {} if not config["ref"] else {"unsaid": "the picker's configuration is in a ConfigMap"}
    words += ["--config-text", yaml.safe_dump(told, sort_keys=False)] if not unsaid else []
    pod["containers"] = [main | {"args": words} | unsaid, *beside]
    count = 1 if picker.replicas is None else picker.replicas
    template = {"metadata": {"labels": picker.labels}, "spec": pod}
    return _object(service, "apps/v1", "Deployment", picker.part, {"replicas": count, "template": template})


def _schedule(service: Service) -> dict[str, Any]:
    """The configuration that the controller writes by itself."""
    profiles = service.facts["schedules"]["apart" if service.apart else "whole"]
    used = dict.fromkeys(plugin for plugins in profiles.values() for plugin in plugins)
    told = [
        {"name": name, "plugins": [{"pluginRef": one} | ({"weight": weight} if weight else {}) for one, weight in of]}
        for name, of in ((name, plugins.items()) for name, plugins in profiles.items())
    ]
    return {"plugins": [{"type": plugin} for plugin in used], "schedulingProfiles": told}


def _pool(service: Service) -> dict[str, Any]:
    makes, port = service.facts["makes"], service.facts["ports"]["server"]
    labels = {key: service.names.fill(value) for key, value in makes["selects"].items()}
    reference = {"name": service.called("picker"), "port": {"number": makes["pickerPort"]}}
    spec = {"selector": {"matchLabels": labels}, "targetPorts": [{"number": port}], "endpointPickerRef": reference}
    return _object(service, makes["poolApi"], "InferencePool", "pool", spec)


def _route(service: Service, router: Object) -> dict[str, Any]:
    """The route: its own spec where there is one, else the preset's, which leads a path to the pool."""
    own = _below(router, "route", "http", "spec")
    if isinstance(own, Mapping):
        return _object(service, f"{GATEWAY_API}/v1", "HTTPRoute", "route", dict(own))
    makes, place = service.facts["makes"], f"/{service.names.namespace or service.namespace}/{service.name}"
    group = str(makes["poolApi"]).partition("/")[0]
    pool = {
        "group": group,
        "kind": "InferencePool",
        "name": service.called("pool"),
        "port": service.facts["ports"]["server"],
    }
    rules = [
        {
            "matches": [{"path": {"type": "PathPrefix", "value": place + path}}],
            "filters": [{"type": "URLRewrite", "urlRewrite": {"path": {"replacePrefixMatch": path or "/"}}}],
            "backendRefs": [pool],
        }
        for path in makes["paths"]
    ]
    parents = _below(router, "gateway", "refs")
    listed = parents if isinstance(parents, list) else []
    return _object(service, f"{GATEWAY_API}/v1", "HTTPRoute", "route", {"parentRefs": listed, "rules": rules})


def _refs(route: Object, key: str) -> bool:
    return bool(_below(route, key, "refs"))


def _below(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _object(service: Service, api: str, kind: str, name: str, spec: Object) -> dict[str, Any]:
    owner = {"apiVersion": f"{GROUP}/{service.api}", "kind": KIND, "name": service.name, "controller": True}
    about = {"name": service.called(name), "ownerReferences": [owner]}
    about |= {"namespace": service.namespace} if service.namespace else {}
    return {"apiVersion": api, "kind": kind, "metadata": about, "spec": dict(spec)}
