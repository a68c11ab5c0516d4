"""What the manifests of a stack ask of a cluster. Pure: it reads what was rendered and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from wellit import claims
from wellit.carried import Carried, carried
from wellit.quantities import pod_asks
from wellit.render import Rendered
from wellit.templates import Template, fetched_with, templates
from wellit.templates import containers as containers
from wellit.wanted import Wanted as Wanted
from wellit.wanted import secrets

Manifest = Mapping[str, Any]
# API groups that every cluster serves; another is a CRD's.
BUILT_IN = frozenset(["", "apps", "autoscaling", "batch", "policy", "networking.k8s.io", "rbac.authorization.k8s.io",
                      "scheduling.k8s.io", "storage.k8s.io", "coordination.k8s.io", "node.k8s.io"])  # fmt: skip
CLUSTER_WIDE = frozenset(["Namespace", "ClusterRole", "ClusterRoleBinding", "PriorityClass", "StorageClass",
                          "RuntimeClass"])  # fmt: skip
# What helm does to each object over its life: server-side apply is a patch.
HELM_VERBS = ("create", "delete", "get", "patch")
UNLOCKED = "without it no lock keeps two people from changing a stack at once"


@dataclass(frozen=True, order=True)
class Kind:
    """One kind of object, as the API names it."""

    api_version: str
    kind: str

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def built_in(self) -> bool:
        return self.group in BUILT_IN

    @property
    def carried(self) -> Carried | None:
        """What is known of it when a project's own controller makes pods of its objects."""
        return carried(self.group, self.kind)

    @property
    def resource(self) -> str:
        """The plural in API paths, guessed as Kubernetes itself guesses it (UnsafeGuessKindToResource)."""
        name = self.kind.lower()
        if name.endswith("s"):
            return f"{name}es"
        return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"

    def path(self, namespace: str, name: str = "") -> str:
        """The raw path of the objects of this kind in a namespace, or of one of them."""
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.api_version}"
        inside = "" if self.kind in CLUSTER_WIDE else f"/namespaces/{namespace}"
        return f"{root}{inside}/{self.resource}" + (f"/{name}" if name else "")


@dataclass(frozen=True, order=True)
class Object:
    """One object of the render."""

    of: Kind
    name: str
    release: str = ""

    def __str__(self) -> str:
        return f"{self.of.kind} {self.name}"


@dataclass(frozen=True)
class Workload:
    """Pods of one shape. `asks` is what each pod asks of a node, in thousandths: {"nvidia.com/gpu": 2000}.

    `part` is which part of its object they are, where that has several. `spec` is that of each pod.
    """

    object: Object
    pods: int
    asks: Mapping[str, int]
    labels: Mapping[str, str] = field(default_factory=dict)
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    part: str = ""
    spec: Manifest = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.part} of {self.object}" if self.part else str(self.object)

    @property
    def name(self) -> str:
        """The name that it has among the stack's: ``ms-x-decode``, or ``NAME/decode`` of a part."""
        return f"{self.object.name}/{self.part}" if self.part else self.object.name

    @property
    def devices(self) -> dict[str, int]:
        """Whole devices per pod, by resource name: everything asked that is neither CPU nor memory nor disk."""
        return {name: amount // 1000 for name, amount in self.asks.items() if "/" in name}


@dataclass(frozen=True, order=True)
class Act:
    """Something the user must be allowed to do in the namespace (or, with no namespace, in the whole cluster).

    `without` says what is missing where it is not allowed and it goes without; empty when it does not.
    """

    verb: str
    resource: str
    group: str = ""
    cluster_wide: bool = False
    without: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{f'.{self.group}' if self.group else ''}"


@dataclass(frozen=True)
class Demand:
    """All that a stack asks of a cluster."""

    namespace: str
    objects: tuple[Object, ...]
    workloads: tuple[Workload, ...] = ()
    secrets: tuple[Wanted, ...] = ()
    images: tuple[str, ...] = ()
    gateway_classes: tuple[str, ...] = ()
    selectors: tuple[tuple[str, Mapping[str, str]], ...] = ()  # (pool, its selector)
    acts: tuple[Act, ...] = ()
    plugins: tuple[str, ...] = ()  # types of plugins that pickers are configured with
    carried: tuple[tuple[Object, Manifest], ...] = ()  # what controllers of their own carry out, as it is rendered
    claims: tuple[tuple[str, Manifest], ...] = ()  # (whose, spec) of volume claims that the stack itself makes

    @property
    def kinds(self) -> dict[Kind, int]:
        """Each kind and how many objects there are of it."""
        counted: dict[Kind, int] = {}
        for item in sorted(self.objects):
            counted[item.of] = counted.get(item.of, 0) + 1
        return counted

    @property
    def devices(self) -> dict[str, int]:
        """Devices of all pods together, by resource name."""
        total: dict[str, int] = {}
        for workload in self.workloads:
            for name, count in workload.devices.items():
                total[name] = total.get(name, 0) + count * workload.pods
        return total


def read(rendered: Rendered, namespace: str) -> Demand:
    """The demand of a rendered stack that goes into `namespace`."""
    return of([(release.name, manifest) for release in rendered.releases for manifest in release.manifests], namespace)


def of(pairs: Sequence[tuple[str, Manifest]], namespace: str) -> Demand:
    """The demand of manifests, each with the name of its release ("" for none)."""
    manifests = [manifest for _, manifest in pairs]
    objects = tuple(object_of(manifest, release) for release, manifest in pairs)
    made = {item.name for item in objects if item.of.kind == "Secret"}
    found = [(item, one) for (_, m), item in zip(pairs, objects, strict=True) for one in templates(m)]
    workloads = tuple(_workload(item, one) for item, one in found)
    pods = [(str(workload), one.spec) for workload, (_, one) in zip(workloads, found, strict=True)]
    fetching = [
        (f"what fetches the model of {item}", fetched_with(m)) for m, item in zip(manifests, objects, strict=True)
    ]
    return Demand(
        namespace,
        objects,
        workloads,
        tuple(wanted for wanted in secrets(pods, fetching) if wanted.name not in made),
        tuple(sorted({c["image"] for _, pod in pods for c in containers(pod) if c.get("image")})),
        tuple(sorted({m["spec"]["gatewayClassName"] for m in manifests if m["kind"] == "Gateway"})),
        tuple((m["metadata"]["name"], _selector(m)) for m in manifests if m["kind"] == "InferencePool"),
        tuple(sorted(set(_acts(objects, manifests)))),
        tuple(sorted({kind for m in manifests if m["kind"] == "ConfigMap" for kind in _plugins(m)})),
        tuple((item, m) for (_, m), item in zip(pairs, objects, strict=True) if item.of.carried),
        tuple(claims.made(manifests)),
    )


def _plugins(config_map: Manifest) -> Iterator[str]:
    """The types of plugins in a picker's configuration file; nothing for any other file."""
    for text in (config_map.get("data") or {}).values():
        if "EndpointPickerConfig" in str(text):
            try:
                read = yaml.safe_load(text)
            except yaml.YAMLError:
                continue  # the picker will say so, and validate says it before
            listed = read.get("plugins") if isinstance(read, dict) else None
            yield from (str(one["type"]) for one in listed or [] if isinstance(one, dict) and one.get("type"))


def object_of(manifest: Manifest, release: str) -> Object:
    """The object that a manifest of a release makes."""
    return Object(Kind(manifest["apiVersion"], manifest["kind"]), manifest["metadata"]["name"], release)


def _workload(item: Object, one: Template) -> Workload:
    return Workload(
        item, one.count, pod_asks(one.spec), one.labels, one.spec.get("nodeSelector") or {},
        tuple(one.spec.get("tolerations") or ()), one.part, one.spec,
    )  # fmt: skip


def _selector(pool: Manifest) -> Mapping[str, str]:
    selector: Mapping[str, Any] = pool["spec"].get("selector") or {}
    labels: Mapping[str, str] = selector.get("matchLabels", selector)
    return labels


def _acts(objects: Iterable[Object], manifests: Iterable[Manifest]) -> Iterator[Act]:
    for item in objects:
        for verb in HELM_VERBS:
            yield Act(verb, item.of.resource, item.of.group, item.of.kind in CLUSTER_WIDE)
    for verb in (*HELM_VERBS, "list", "update"):  # helm's releases and the record
        yield Act(verb, "secrets")
    yield Act("list", "pods")
    for verb in ("create", "delete", "get", "update"):
        yield Act(verb, "leases", "coordination.k8s.io", without=UNLOCKED)
    # Nobody may give away in a Role what they do not have themselves.
    for manifest in manifests:
        for rule in manifest.get("rules") or [] if manifest["kind"] in ("Role", "ClusterRole") else []:
            for group in rule.get("apiGroups") or []:
                for resource in rule.get("resources") or []:
                    for verb in rule["verbs"]:
                        yield Act(verb, resource, group, manifest["kind"] == "ClusterRole")
