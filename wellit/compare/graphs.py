"""A graph of Dynamo, by meaning: its frontend, and its workers by the role that they have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit import engines
from wellit.compare import workload
from wellit.compare.description import Fact, Part
from wellit.compare.objects import Object, Objects

KIND = "DynamoGraphDeployment"
MAIN = "main"
ROLES = ("prefill", "decode")
GPU = "nvidia.com/gpu"
LISTENS = ("host", "enginePort", "port")


def parts(graph: Object, objects: Objects) -> Iterator[Part]:
    """The frontends and the workers of a graph, in either version of its API."""
    spec = graph.get("spec") or {}
    for component in _components(spec):
        made = workload.part(component, objects)
        if made is None:
            continue
        # A worker takes no requests where the engine's own server would listen; what nobody wrote of it is not so.
        facts = {what: fact for what, fact in made.facts.items() if what not in LISTENS or not fact.note}
        if component["secrets"]:
            facts["secret"] = Fact(", ".join(component["secrets"]))
        if (nodes := component["nodes"]) > 1:
            facts["nodes"] = Fact(str(nodes))
        if component["type"] == "frontend":
            api = Fact(str(graph.get("apiVersion", "")))
            kept = {key: fact for key, fact in facts.items() if key != "engine"}
            yield Part("frontend", "", kept | {"api": api}, made.unsaid, made.under)
        elif made.engine:
            yield replace(made, role=component["role"] or "decode", facts=facts)


def _components(spec: Object) -> Iterator[dict[str, Any]]:
    """Each component as a workload whose pod has one container that the engine is started in."""
    shared = [*(spec.get("env") or []), *(spec.get("envs") or [])]
    framework = str(spec.get("backendFramework", ""))
    for name, component in _listed(spec):
        kind, role, pod, main = _older(component) if "componentType" in component else _newer(component)
        container = {**main, "name": MAIN, "env": [*shared, *(main.get("env") or [])]}
        if kind != "frontend" and (engine := _engine(container, framework)):
            container["runs"] = engine
        replicas, nodes = component.get("replicas", 1), (component.get("multinode") or {}).get("nodeCount", 1)
        secrets = [str((one.get("secretRef") or {}).get("name", "")) for one in main.get("envFrom") or []]
        template = {"spec": {**pod, "containers": [container]}}
        yield {
            "metadata": {"name": name}, "type": kind, "role": role, "nodes": int(nodes),
            "secrets": list(filter(None, secrets)),
            "spec": {"replicas": replicas, "template": template},
        }  # fmt: skip


def _listed(spec: Object) -> Iterator[tuple[str, Object]]:
    yield from (spec.get("services") or {}).items()
    yield from ((str(one.get("name", "")), one) for one in spec.get("components") or [])


def _older(service: Object) -> tuple[str, str, Object, Object]:
    """Type, role, the pod's spec and the main container of a service of v1alpha1."""
    pod = dict(service.get("extraPodSpec") or {})
    main = dict(pod.pop("mainContainer", None) or {})
    main["env"] = [*(service.get("envs") or []), *(main.get("env") or [])]
    if secret := service.get("envFromSecret"):
        main["envFrom"] = [{"secretRef": {"name": secret}}]
    asked = service.get("resources") or {}
    main["resources"] = {what: _amounts(asked[what]) for what in ("limits", "requests") if asked.get(what)}
    return str(service["componentType"]), str(service.get("subComponentType", "")), pod, main


def _amounts(said: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: amount for name, amount in said.items() if name not in ("gpu", "gpuType", "custom")}
    gpus = {str(said.get("gpuType", GPU)): said["gpu"]} if "gpu" in said else {}
    return plain | gpus | dict(said.get("custom") or {})


def _newer(component: Object) -> tuple[str, str, Object, Object]:
    """The same of a component of v1beta1, whose type is the role of a worker that has one."""
    pod = (component.get("podTemplate") or {}).get("spec") or {}
    listed = pod.get("containers") or []
    main: Object = next((one for one in listed if one.get("name") == MAIN), next(iter(listed), {}))
    kind = str(component.get("type", "worker"))
    return ("worker", kind, pod, main) if kind in ROLES else (kind, "", pod, main)


def _engine(container: Object, framework: str) -> str:
    """The name of the engine that a worker runs: by its module, or as the graph says."""
    words = [*map(str, container.get("command") or []), *map(str, container.get("args") or [])]
    module = next((after for word, after in itertools.pairwise(words) if word == "-m"), "")
    found = engines.of_dynamo("module", module) or engines.of_dynamo("framework", framework)
    return found.name if found else ""
