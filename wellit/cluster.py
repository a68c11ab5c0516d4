"""One read-only look at a cluster: everything that preflight, plan and status want to know, read side by side.

A field is Unread when the user may not read it. Nothing here judges.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from wellit import besides, carriers, permissions, served
from wellit.access import Access, Missing, StandIn, Unread, stand_ins
from wellit.besides import Besides
from wellit.carriers import Carriers
from wellit.demand import Act, Demand, Kind, Manifest, Object
from wellit.owners import made_for
from wellit.quantities import milli, pod_asks

T = TypeVar("T")
SIMULATED = "wellit.dev/simulated"
PAGE = 500  # objects in one answer: some MB, so that memory stays bounded
PARALLEL = 8
ENDED = "status.phase!=Succeeded,status.phase!=Failed"


@dataclass(frozen=True)
class Node:
    """A node: `offers` is its allocatable, in thousandths."""

    name: str
    offers: Mapping[str, int]
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Mapping[str, str], ...] = ()
    unschedulable: bool = False
    ready: bool = True


@dataclass(frozen=True)
class Pod:
    """A pod that has not ended. `owner` is what made it (``ReplicaSet/NAME``), `asks` in thousandths."""

    name: str
    namespace: str
    node: str
    owner: str
    labels: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, int] = field(default_factory=dict)

    def made_for(self, item: Object) -> bool:
        """Whether it is one of the pods of an object of the render."""
        return made_for(item, self.owner, self.labels)


@dataclass(frozen=True)
class HelmRelease:
    """What helm has noted about a release: its newest revision. `changed` is in seconds since 1970."""

    name: str
    status: str
    revision: int
    changed: float = 0.0

    @property
    def pending(self) -> bool:
        """Somebody is at work on it, or was killed while at it."""
        return self.status.startswith("pending-") or self.status == "uninstalling"


@dataclass(frozen=True)
class Cluster:
    """What the look found.

    `pods` are those of all namespaces, `neighbours` those of the stack's own. `allowed` says of each act of the
    demand whether the user may do it, None when unknown. `carriers` are the controllers of kinds that have one of
    their own, `other_versions` the versions in which a kind is known that is not in that of the demand, `carried` the
    objects of such kinds that are there already, `besides` what their controllers go by.
    """

    label: str
    context: str = ""
    flags: str = ""
    version: str = ""
    client_version: str = ""
    namespace: bool | Unread = False
    served: Mapping[Kind, bool | Unread] = field(default_factory=dict)
    nodes: tuple[Node, ...] | Unread = ()
    pods: tuple[Pod, ...] | Unread = ()
    neighbours: tuple[Pod, ...] | Unread = ()
    secrets: Mapping[str, frozenset[str] | Missing | Unread] = field(default_factory=dict)
    gateway_classes: Mapping[str, bool | Missing | Unread] = field(default_factory=dict)
    allowed: Mapping[Act, bool | None] = field(default_factory=dict)
    may_create_namespace: bool | None = None
    releases: tuple[HelmRelease, ...] | Unread = ()
    sandbox: bool = False
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)
    carriers: Mapping[Kind, Carriers] = field(default_factory=dict)
    other_versions: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    carried: Mapping[Object, Mapping[str, Any] | Missing | Unread] = field(default_factory=dict)
    besides: Mapping[Object, Besides] = field(default_factory=dict)


def look(access: Access, demand: Demand) -> Cluster:
    """Read what `demand` makes interesting. Raises CannotAnswer when the cluster does not answer."""
    namespace = demand.namespace
    with ThreadPoolExecutor(PARALLEL) as pool:

        def soon(what: Callable[..., T], *args: Any) -> Callable[[], T]:
            return pool.submit(what, *args).result

        versions = soon(_versions, access)
        here = soon(_exists, access, f"/api/v1/namespaces/{namespace}")
        allowed = soon(permissions.allowed, access, demand)
        versions_served = {version: soon(served.kinds, access, version) for version in served.unusual(demand)}
        busy = soon(_pods, access, demand)
        nodes = soon(_nodes, access) if demand.workloads else lambda: ()
        releases_ = soon(releases, access, namespace)
        there = {item: soon(access.get, item.of.path(namespace, item.name)) for item, _ in demand.carried}
        carried = {k: soon(carriers.look, access, k, k.carried) for k in demand.kinds if k.carried}
        secrets = {wanted.name: soon(_keys, access, namespace, wanted.name) for wanted in demand.secrets}
        classes = {name: soon(accepted, access, name) for name in demand.gateway_classes}
        client_and_server = versions()  # asked for first: a cluster that does not answer is told once
        found = here()
        kinds = served.which(demand, {version: of_version() for version, of_version in versions_served.items()})
        others = {
            k: soon(served.other_versions, access, k) for k, known in kinds.items() if known is False and k.carried
        }
        theirs = {k: of_kind() for k, of_kind in carried.items()}
        around = {
            item: soon(_besides, access, demand, item, manifest, theirs[item.of], found is True)
            for item, manifest in demand.carried
            if kinds.get(item.of) is True and not theirs[item.of].idle
        }
        may = (
            None
            if found is True
            else soon(permissions.may_do, access, Act("create", "namespaces", cluster_wide=True), "")
        )
        return Cluster(
            access.label, access.context, access.flags, *client_and_server,
            namespace=found,
            served=kinds,
            nodes=nodes(),
            pods=busy()[0],
            neighbours=busy()[1],
            secrets={name: keys() for name, keys in secrets.items()},
            gateway_classes={name: said() for name, said in classes.items()},
            allowed=allowed(),
            may_create_namespace=may() if may else None,
            releases=releases_(),
            sandbox=bool(access.sandbox),
            stand_ins=stand_ins(access, demand.images),
            carriers=theirs,
            carried={item: answer() for item, answer in there.items()},
            other_versions={k: found() for k, found in others.items()},
            besides={item: found() for item, found in around.items()},
        )  # fmt: skip


def _besides(
    access: Access, demand: Demand, item: Object, manifest: Manifest, carriers: Carriers, there: bool
) -> Besides:
    own = frozenset(one.name for one in demand.objects if one.of.kind == "Gateway")
    return besides.look(
        access, demand.namespace, item, manifest, carriers, own, classes=demand.gateway_classes, there=there
    )


def listed(access: Access, path: str, **query: str) -> Iterator[Any]:
    """All items of a list, page by page. Raises _Stop with the Unread when it may not be read."""
    page = ""
    while True:
        asked = {"limit": str(PAGE)} | query | ({"continue": page} if page else {})
        answer = access.get(f"{path}?{urlencode(asked)}")
        if isinstance(answer, Unread):
            raise _Stop(answer)
        if isinstance(answer, Missing):
            return
        yield from answer.get("items") or []
        page = (answer.get("metadata") or {}).get("continue") or ""
        if not page:
            return


class _Stop(Exception):
    """A list that may not be read."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.why)
        self.unread = unread


def whole(access: Access, path: str, make: Callable[[Any], T], **query: str) -> tuple[T, ...] | Unread:
    """A list, each item reduced by `make` as it comes; Unread when it may not be read."""
    try:
        return tuple(make(item) for item in listed(access, path, **query))
    except _Stop as stop:
        return stop.unread


def releases(access: Access, namespace: str) -> tuple[HelmRelease, ...] | Unread:
    """The newest revision of each helm release, from the labels of helm's own Secrets (their data is not fetched)."""
    done = access.call("get", "secrets", "-n", namespace, "-l", "owner=helm", "--show-labels", "--no-headers")
    answer = access.read(done, "secrets") if not done.ok else done.out
    if isinstance(answer, (Missing, Unread)):
        return () if isinstance(answer, Missing) else answer
    newest: dict[str, HelmRelease] = {}
    for line in answer.splitlines():
        if "helm.sh/release" not in line:
            continue
        labels = dict(pair.split("=", 1) for pair in line.split()[-1].split(",") if "=" in pair)
        changed = float(labels.get("modifiedAt") or labels.get("createdAt") or 0)
        release = HelmRelease(labels["name"], labels["status"], int(labels["version"]), changed)
        if release.name not in newest or newest[release.name].revision < release.revision:
            newest[release.name] = release
    return tuple(newest[name] for name in sorted(newest))


def _versions(access: Access) -> tuple[str, str]:
    done = access.call("version", "-o", "json")
    answer = access.read(done, "/version")
    if isinstance(answer, (Missing, Unread)):
        # Some clusters hide even their version; that they answer is known all the same.
        said = json.loads(done.out) if done.out.strip() else {}
        return "", (said.get("clientVersion") or {}).get("gitVersion", "")
    return answer["serverVersion"]["gitVersion"], answer["clientVersion"]["gitVersion"]


def _exists(access: Access, path: str) -> bool | Unread:
    answer = access.get(path)
    return answer if isinstance(answer, Unread) else not isinstance(answer, Missing)


def _nodes(access: Access) -> tuple[Node, ...] | Unread:
    return whole(access, "/api/v1/nodes", _node)


def _node(item: Any) -> Node:
    spec, status = item.get("spec") or {}, item.get("status") or {}
    ready = [c["status"] == "True" for c in status.get("conditions") or [] if c["type"] == "Ready"]
    return Node(
        item["metadata"]["name"],
        {name: milli(amount) for name, amount in (status.get("allocatable") or {}).items()},
        item["metadata"].get("labels") or {},
        tuple(spec.get("taints") or ()),
        bool(spec.get("unschedulable")),
        all(ready),
    )


def _pods(access: Access, demand: Demand) -> tuple[tuple[Pod, ...] | Unread, tuple[Pod, ...] | Unread]:
    """All pods that have not ended: of all namespaces, for they hold what nodes offer, and of the stack's own."""
    if not demand.workloads:
        return (), ()
    everywhere = whole(access, "/api/v1/pods", pod, fieldSelector=ENDED)
    if isinstance(everywhere, Unread):
        return everywhere, whole(access, f"/api/v1/namespaces/{demand.namespace}/pods", pod, fieldSelector=ENDED)
    return everywhere, tuple(one for one in everywhere if one.namespace == demand.namespace)


def pod(item: Any) -> Pod:
    """A pod of the API, reduced to what is asked of it here."""
    about = item["metadata"]
    owner = next((f"{o['kind']}/{o['name']}" for o in about.get("ownerReferences") or []), "")
    spec = item["spec"]
    return Pod(
        about["name"], about["namespace"], spec.get("nodeName", ""), owner, about.get("labels") or {}, pod_asks(spec)
    )  # fmt: skip


def _keys(access: Access, namespace: str, name: str) -> frozenset[str] | Missing | Unread:
    """The names of a Secret's keys: kubectl keeps the values to itself."""
    template = "go-template={{.kind}}{{range $key, $_ := .data}} {{$key}}{{end}}"
    done = access.call("get", "secret", name, "-n", namespace, "-o", template)
    if done.ok:
        return frozenset(done.out.split()[1:])
    answer = access.read(done, f"secret {name}")
    return answer if isinstance(answer, (Missing, Unread)) else frozenset()


def accepted(access: Access, name: str) -> bool | Missing | Unread:
    """Whether a controller has accepted a gateway class; the sandbox's simulation of one does not count."""
    answer = access.get(f"/apis/gateway.networking.k8s.io/v1/gatewayclasses/{name}")
    if isinstance(answer, (Missing, Unread)):
        return answer
    if (answer.get("spec") or {}).get("controllerName") == SIMULATED:
        return False
    conditions = (answer.get("status") or {}).get("conditions") or []
    return any(c["type"] == "Accepted" and c["status"] == "True" for c in conditions)
