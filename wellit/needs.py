"""What a stack needs of a cluster beside room and kinds: what its pods name, and what its train expects. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from wellit import publishers
from wellit.demand import Demand, Kind, Manifest, containers

PRIORITY = Kind("scheduling.k8s.io/v1", "PriorityClass")
ACCOUNT = Kind("v1", "ServiceAccount")
CLAIM = Kind("v1", "PersistentVolumeClaim")
STORAGE = Kind("storage.k8s.io/v1", "StorageClass")
RUNTIME = Kind("node.k8s.io/v1", "RuntimeClass")
CONFIG = Kind("v1", "ConfigMap")
SERVICE = Kind("v1", "Service")
POOL = "InferencePool"
HUB = "HF_ENDPOINT"
TOKEN = "HF_TOKEN"
INSIDE = (".svc", ".svc.cluster.local")  # how the name of a Service ends


@dataclass(frozen=True, order=True)
class Named:
    """An object that must be there, and that the stack does not make. `by` are the pods that name it."""

    of: Kind
    name: str
    namespace: str
    by: str = field(default="", compare=False)

    @property
    def path(self) -> str:
        return self.of.path(self.namespace, self.name)

    @property
    def whole(self) -> bool:
        """Whether more of it counts than that it is there."""
        return self.of == CLAIM


@dataclass(frozen=True)
class Needs:
    """What to look at. `definitions` are names of CRDs with the API that publishes each, `switch` what a gateway's
    controller must be told, `token` (secret, key) of the model's token.
    """

    named: tuple[Named, ...] = ()
    pull_secrets: Mapping[str, str] = field(default_factory=dict)  # name -> by
    claims: bool = False
    definitions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    switch: Mapping[str, Any] | None = None
    token: tuple[str, str] | None = None


def of(demand: Demand, values: Mapping[str, Any]) -> Needs:
    """What a demand needs; `values` are the stack's settings: its gateway, and the secret of its token."""
    pools = any(kind.kind == POOL for kind in demand.kinds)
    gateway = values["gateway"].get("className") if pools else None
    switch = publishers.switch(POOL) if pools else None
    secret = str((values.get("model") or {}).get("secret") or "")
    return Needs(
        tuple(sorted(set(_named(demand)))),
        {name: str(one) for one in demand.workloads for name in _pull_secrets(one.spec)},
        bool(demand.claims),
        {f"{k.resource}.{k.group}": about for k in demand.kinds if (about := publishers.published(k.group))},
        switch if switch and gateway == switch["class"] else None,
        (secret, TOKEN) if secret in {wanted.name for wanted in demand.secrets} else None,
    )


def variables(spec: Manifest) -> Iterator[tuple[str, str]]:
    """(name, value) of each variable of a pod's containers whose value is written out."""
    for container in containers(spec):
        for one in container.get("env") or []:
            if "value" in one:
                yield str(one["name"]), str(one["value"] or "")


def inside(url: str) -> tuple[str, str] | None:
    """(namespace, name) of the Service that an address of this cluster leads to; None for one that leads outside."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    for end in INSIDE:
        parts = host.removesuffix(end).split(".")
        if host.endswith(end) and len(parts) == 2:
            return parts[1], parts[0]
    return None


def _named(demand: Demand) -> Iterator[Named]:
    made = {(item.of.kind, item.name) for item in demand.objects}
    for one in demand.workloads:
        for kind, name in _of_pod(one.spec):
            if name and (kind.kind, name) not in made:
                yield Named(kind, name, demand.namespace, str(one))
        for name, value in variables(one.spec):
            if name == HUB and (found := inside(value)) and (SERVICE.kind, found[1]) not in made:
                yield Named(SERVICE, found[1], found[0], str(one))
    for by, claim in demand.claims:
        if claim.get("storageClassName"):
            yield Named(STORAGE, str(claim["storageClassName"]), "", by)


def _of_pod(spec: Manifest) -> Iterator[tuple[Kind, str]]:
    account = str(spec.get("serviceAccountName") or "")
    yield ACCOUNT, "" if account == "default" else account  # every namespace has that one
    priority = str(spec.get("priorityClassName") or "")
    yield PRIORITY, "" if priority.startswith("system-") else priority  # every cluster has those
    yield RUNTIME, str(spec.get("runtimeClassName") or "")
    for volume in spec.get("volumes") or []:
        yield CLAIM, str((volume.get("persistentVolumeClaim") or {}).get("claimName") or "")
        yield CONFIG, _required(volume.get("configMap"))
        for source in (volume.get("projected") or {}).get("sources") or []:
            yield CONFIG, _required(source.get("configMap"))
    for container in containers(spec):
        for one in container.get("env") or []:
            yield CONFIG, _required((one.get("valueFrom") or {}).get("configMapKeyRef"))
        for one in container.get("envFrom") or []:
            yield CONFIG, _required(one.get("configMapRef"))


def _required(reference: Manifest | None) -> str:
    return "" if not reference or reference.get("optional") else str(reference.get("name") or "")


def _pull_secrets(spec: Manifest) -> list[str]:
    return [str(one["name"]) for one in spec.get("imagePullSecrets") or [] if one.get("name")]
