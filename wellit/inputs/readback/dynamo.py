"""A DynamoGraphDeployment of either version of its API, read back into values of the dynamo chart.

Both say the same: v1alpha1 has services by name with fields around the pod's, v1beta1 a list of components with a
pod's template each. What the chart has no value for is kept below `more`, of the graph or of its component.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wellit import capabilities, flags
from wellit.errors import CannotAnswer
from wellit.images import Image
from wellit.inputs.readback.traced import Traced
from wellit.node import Node
from wellit.seen.graph import WORKER
from wellit.seen.workloads import Object
from wellit.source import Keys
from wellit.subject import DECODE, DYNAMO, PREFILL, Release
from wellit.templates import MAIN

OTHER = "default"
NODES = 2  # pods of a component that is spread over several, where their number is not said
_GRAPH = ("backendFramework", "services", "components", "env", "envs")
_V1ALPHA1 = (
    "componentType", "subComponentType", "replicas", "multinode", "envs", "envFromSecret", "resources",
    "sharedMemory", "extraPodSpec", "livenessProbe", "readinessProbe", "volumeMounts", "serviceName",
)  # fmt: skip
_V1BETA1 = ("name", "type", "replicas", "multinode", "sharedMemorySize", "podTemplate")
_CONTAINER = ("image", "command", "args", "workingDir", "env", "envFrom", "resources", "name")


@dataclass(frozen=True, eq=False)
class Part:
    """One component as its object has it: `main` is its container, `pod` what stands around that."""

    name: str
    node: Node
    main: Node
    pod: Node
    envs: tuple[Node, ...]  # lists of variables, later ones win
    resources: tuple[Node, ...]
    known: tuple[str, ...]  # keys of the component that are read


def graph_of(one: Object) -> Release:
    """The values of a graph."""
    api = one.root["apiVersion"].text().rpartition("/")[2]
    mapped = Traced(one.manifest)
    spec = one.root["spec"]
    mapped.put(("api",), api, one.root["apiVersion"])
    mapped.put(("name",), one.name, one.root.at("metadata", "name"))
    mapped.note(("framework",), spec["backendFramework"])
    mapped.copy(("framework",), spec["backendFramework"])
    _listed(mapped, ("env",), (spec["env"], spec["envs"]))
    mapped.put(("components",), {}, spec["components" if spec["components"].written else "services"])
    parts = list(_parts(spec))
    for part in parts:
        _component(mapped, part)
    for key, node in spec.items():
        if key not in _GRAPH:
            mapped.copy(("more", key), node)
    contract = capabilities.contract(DYNAMO, _version(parts))
    return Release(
        one.name, DYNAMO, contract.version, mapped.values, mapped.locate, namespace=one.namespace, contract=contract,
        path=mapped.path, source=one.manifest.source,
    )  # fmt: skip


def _parts(spec: Node) -> Iterator[Part]:
    for name, node in spec["services"].items():
        pod = node["extraPodSpec"]
        main = pod["mainContainer"]
        lists, resources = (node["envs"], main["env"]), (node["resources"], main["resources"])
        yield Part(name, node, main, pod, lists, resources, _V1ALPHA1)
    names: list[str] = []
    for number, node in enumerate(spec["components"]):
        pod = node.at("podTemplate", "spec")
        mains = [one for one in pod["containers"] if one["name"].text() == MAIN]
        main = mains[0] if mains else pod["containers"][len(list(pod["containers"]))]
        name = node["name"].text() or f"component {number + 1}"
        names.append(name)
        name = name if names.count(name) == 1 else f"{name} ({names.count(name)})"
        yield Part(name, node, main, pod, (main["env"],), (main["resources"],), _V1BETA1)


def _component(mapped: Traced, part: Part) -> None:
    at: Keys = ("components", part.name)
    mapped.put(at, {}, part.node)
    kind = part.node["componentType" if "componentType" in part.known else "type"]
    role = part.node["subComponentType"] if part.node["subComponentType"].written else kind
    split = kind.text() in (PREFILL, DECODE)
    mapped.put((*at, "type"), WORKER if split else kind.text() or OTHER, kind)
    mapped.put((*at, "role"), role.text() if role.text() in (PREFILL, DECODE) else "", role)
    mapped.copy((*at, "replicas"), part.node["replicas"])
    nodes = part.node.at("multinode", "nodeCount")
    if part.node["multinode"].written:
        mapped.put((*at, "nodes"), NODES if nodes.value is None else nodes.value, nodes)
    for key in ("image", "command", "args", "workingDir"):
        mapped.note((*at, key), part.main[key])
        mapped.copy((*at, key), part.main[key])
    _listed(mapped, (*at, "env"), part.envs)
    _secret(mapped, at, part)
    _resources(mapped, at, part)
    _memory(mapped, at, part.node)
    _rest(mapped, at, part)


def _listed(mapped: Traced, at: Keys, lists: Sequence[Node]) -> None:
    """Several lists as one; of a list that is none what is written is kept, for whoever judges its shape."""
    written = [node for node in lists if node.written]
    if len(written) == 1:
        mapped.copy(at, written[0])
        return
    items = [item for node in written for item in node]
    if items:
        mapped.put(at, [item.value for item in items], items[0])
        for number, item in enumerate(items):
            mapped.note((*at, number), item)


def _secret(mapped: Traced, at: Keys, part: Part) -> None:
    """The Secret whose keys become variables: the first, where there are several."""
    named = [one.at("secretRef", "name") for one in part.main["envFrom"]]
    for node in (part.node["envFromSecret"], *named):
        if node.text():
            mapped.put((*at, "secret"), node.text(), node)
            return


def _resources(mapped: Traced, at: Keys, part: Part) -> None:
    """GPUs and the rest of what a pod asks for. v1alpha1 has words of its own, Kubernetes' count as well there."""
    amounts: dict[str, Node] = {}
    for node in part.resources:
        for bound in ("requests", "limits"):
            for key, amount in node[bound].items():
                if key == "custom":
                    amounts |= dict(amount.items())
                elif key != "gpuType":
                    amounts[key] = amount
        mapped.copy((*at, "more", "claims"), node["claims"])
    mapped.note((*at, "gpus"), part.resources[0].at("limits"))
    for key, amount in amounts.items():
        if is_gpu(key):
            number = amount.number()
            mapped.put((*at, "gpus"), amount.value if number is None else number, amount)
        else:
            mapped.put((*at, "resources", key), amount.value, amount)


def is_gpu(resource: str) -> bool:
    """Whether a pod that asks for this resource asks for GPUs: gpu, nvidia.com/gpu, gpu.intel.com/xe."""
    return "gpu" in resource.partition("/")[0].split(".") or resource.rpartition("/")[2] == "gpu"


def _memory(mapped: Traced, at: Keys, node: Node) -> None:
    shared = node["sharedMemory"]
    if shared["disabled"].flag(False):
        mapped.put((*at, "sharedMemory"), "0", shared["disabled"])
    mapped.copy((*at, "sharedMemory"), shared["size"])
    mapped.copy((*at, "sharedMemory"), node["sharedMemorySize"])


def _rest(mapped: Traced, at: Keys, part: Part) -> None:
    """What there is besides: of the pod, of its main container, of the component."""
    for key, node in part.pod.items():
        if key == "containers":
            _others(mapped, (*at, "pod", key), node)
        elif key != "mainContainer":
            mapped.copy((*at, "pod", key), node)
    for key, node in part.main.items():
        if key not in _CONTAINER:
            mapped.copy((*at, "container", key), node)
    for key in ("livenessProbe", "readinessProbe", "volumeMounts"):
        mapped.copy((*at, "container", key), part.node[key])
    for key, node in part.node.items():
        if key not in part.known:
            mapped.copy((*at, "more", key), node)


def _others(mapped: Traced, at: Keys, containers: Node) -> None:
    others = [one for one in containers if one["name"].text() != MAIN]
    if others:
        mapped.put(at, [one.value for one in others], containers)
        for number, one in enumerate(others):
            mapped.note((*at, number), one)


def _version(parts: Sequence[Part]) -> str:
    """The release of Dynamo that a graph is for: what a component says, or an image's tag; else the newest known."""
    for part in parts:
        image = Image.parse(part.main["image"].text())
        for said in (part.node["runtimeVersionOverride"].text(), flags.of_image("dynamo-frontend", image)):
            try:
                if said:
                    return capabilities.contract(DYNAMO, said).version
            except CannotAnswer:
                continue  # one that is not known has no facts
    return capabilities.versions(DYNAMO)[-1]
