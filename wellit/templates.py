"""The pods that an object asks for: one template of its own, or one for each part of what a controller carries out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit.carried import Carried, carried
from wellit.seen.service import of_object

Manifest = Mapping[str, Any]
MAIN = "main"  # what Dynamo calls the container that runs a component
GPU = "nvidia.com/gpu"
FETCHED = ("hf://", "s3://")


@dataclass(frozen=True)
class Template:
    """Pods of one shape: `count` of them. `part` is its name within the object, `does` what it says that it is for.

    `nodes` are those of them over which one replica is spread.
    """

    spec: Manifest
    labels: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    part: str = ""
    does: str = ""
    nodes: int = 1

    @property
    def main(self) -> Manifest:
        """The container that does its work: the one that a controller goes by, or else the first."""
        listed: list[Manifest] = list(self.spec["containers"])
        return next((one for one in listed if one.get("name") == MAIN), listed[0])


def templates(manifest: Manifest) -> list[Template]:
    """The templates of one object; none when it makes no pods. What has another shape is passed over."""
    kind = str(manifest.get("kind", ""))
    known = carried(str(manifest.get("apiVersion", "")).rpartition("/")[0], kind)
    if known:
        return [one for one in _READERS.get(kind, _unread)(manifest, known) if one.spec.get("containers")]
    found = manifest if kind == "Pod" else (manifest.get("spec") or {}).get("template")
    if not isinstance(found, Mapping) or "containers" not in (found.get("spec") or {}):
        return []
    spec = manifest["spec"]
    count = spec.get("replicas", spec.get("parallelism", 1)) if kind != "Pod" else 1
    labels = (found.get("metadata") or {}).get("labels") or {}
    return [Template(found["spec"], labels, 1 if count is None else int(count))]


def containers(spec: Manifest) -> list[Manifest]:
    """All containers of a pod, init containers first."""
    return [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]


def fetched_with(manifest: Manifest) -> list[str]:
    """The Secrets that annotations of an object name for what fetches its model.

    KServe's controller makes no pods while one of them is missing (read in workload_storage.go of v0.20.0, which asks
    for them only where it fetches the model by hf:// or s3://).
    """
    kind = str(manifest.get("kind", ""))
    if not carried(str(manifest.get("apiVersion", "")).rpartition("/")[0], kind) or _READERS.get(kind) is not _service:
        return []
    said = (manifest.get("metadata") or {}).get("annotations") or {}
    service = of_object(manifest, "")
    fetched = service.written.at("storageInitializer", "enabled").flag(True)
    if not fetched or not service.written.at("model", "uri").text().startswith(FETCHED):
        return []
    return sorted({str(said[name]) for name in service.facts["secretAnnotations"] if said.get(name)})


def _graph(manifest: Manifest, known: Carried) -> Iterator[Template]:
    """Dynamo's graph: components of v1beta1, services of v1alpha1."""
    spec = manifest.get("spec") or {}
    listed = [(str(one.get("name", "")), one, _beta(one, spec)) for one in spec.get("components") or []]
    named = [(name, one or {}, _alpha(one or {}, spec)) for name, one in (spec.get("services") or {}).items()]
    for part, one, (pod, labels) in [*listed, *named]:
        nodes = int((one.get("multinode") or {}).get("nodeCount") or 1)
        replicas = one.get("replicas")
        own = {known.pods: str(manifest["metadata"]["name"]), known.part: part}
        does = one.get("type") or one.get("subComponentType") or one.get("componentType") or ""
        yield Template(pod, labels | own, (1 if replicas is None else int(replicas)) * nodes, part, str(does), nodes)


def _unread(manifest: Manifest, known: Carried) -> Iterator[Template]:  # noqa: ARG001
    """A kind whose pods nobody reads here."""
    yield from ()


def _service(manifest: Manifest, known: Carried) -> Iterator[Template]:
    """KServe's service: model servers, prefill where it is apart, the picker; each over its preset."""
    about = manifest.get("metadata") or {}
    service = of_object(manifest, str(about.get("namespace") or ""))
    for one in (*service.workloads, *([service.scheduler] if service.scheduler else ())):
        replicas, pods = one.replicas or 0, one.pods
        for pod, labels, each in pods:
            does = known.purpose(labels)
            yield Template(pod, labels, replicas * each, one.part, does, 1)


_READERS: Mapping[str, Callable[[Manifest, Carried], Iterator[Template]]] = {
    "DynamoGraphDeployment": _graph,
    "LLMInferenceService": _service,
}


def _beta(one: Manifest, spec: Manifest) -> tuple[Manifest, dict[str, str]]:
    template = one.get("podTemplate") or {}
    pod = template.get("spec") or {}
    shared = spec.get("env") or []
    containers = [
        container | {"env": [*shared, *(container.get("env") or [])]} if container.get("name") == MAIN else container
        for container in pod.get("containers") or [{"name": MAIN}]  # its controller fills in what nobody says
    ]
    return {**pod, "containers": containers}, dict((template.get("metadata") or {}).get("labels") or {})


def _alpha(one: Manifest, spec: Manifest) -> tuple[Manifest, dict[str, str]]:
    """A service says of its pods what Kubernetes says in other words, around what it says of its main container."""
    extra = dict(one.get("extraPodSpec") or {})
    main = dict(extra.pop("mainContainer", None) or {})
    variables = [*(spec.get("envs") or []), *(one.get("envs") or []), *(main.get("env") or [])]
    secret = one.get("envFromSecret")
    sources = [*(main.get("envFrom") or []), *([{"secretRef": {"name": secret}}] if secret else [])]
    said = one.get("resources") or {}
    resources = {kind: _amounts(said[kind]) for kind in ("limits", "requests") if said.get(kind)}
    main |= {"name": MAIN, "env": variables, "envFrom": sources}
    main |= {"resources": resources} if resources else {}
    labels = (one.get("labels") or {}) | ((one.get("extraPodMetadata") or {}).get("labels") or {})
    return {**extra, "containers": [main, *(extra.get("containers") or [])]}, labels


def _amounts(said: Manifest) -> dict[str, Any]:
    named = {key: said[key] for key in ("cpu", "memory") if said.get(key)}
    devices = {str(said.get("gpuType") or GPU): said["gpu"]} if said.get("gpu") else {}
    return named | devices | (said.get("custom") or {})
