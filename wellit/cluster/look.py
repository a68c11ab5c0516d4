"""Everything that preflight, plan and status want to know of a cluster, read side by side. Nothing here judges."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from wellit import besides, carriers, permissions, served, tools
from wellit.access import Access, Missing, Unread, stand_ins
from wellit.besides import Besides
from wellit.carriers import Carriers
from wellit.cluster import around
from wellit.cluster import nodes as reading
from wellit.cluster.found import Cluster
from wellit.cluster.releases import releases
from wellit.demand import Act, Demand, Manifest, Object
from wellit.needs import Needs

T = TypeVar("T")
SIMULATED = "wellit.dev/simulated"
PARALLEL = 8


def look(access: Access, demand: Demand, needs: Needs | None = None) -> Cluster:
    """Read what `demand`, and `needs` when they are given, make interesting.

    Raises CannotAnswer when the cluster does not answer.
    """
    namespace = demand.namespace
    with ThreadPoolExecutor(PARALLEL) as pool:

        def soon(what: Callable[..., T], *args: Any) -> Callable[[], T]:
            return pool.submit(what, *args).result

        versions = soon(_versions, access)
        here = soon(_namespace, access, namespace)
        allowed = soon(permissions.allowed, access, demand)
        versions_served = {version: soon(served.kinds, access, version) for version in served.unusual(demand)}
        busy = soon(reading.pods, access, demand)
        nodes = soon(reading.nodes, access) if demand.workloads else lambda: ()
        releases_ = soon(releases, access, namespace)
        there = {item: soon(access.get, item.of.path(namespace, item.name)) for item, _ in demand.carried}
        carried = {k: soon(carriers.look, access, k, k.carried) for k in demand.kinds if k.carried}
        secrets = {wanted.name: soon(keys, access, namespace, wanted.name) for wanted in demand.secrets}
        classes = {name: soon(accepted, access, name) for name in demand.gateway_classes}
        beside = around.look(soon, access, demand, needs) if needs else lambda: None
        client_and_server = versions()  # asked for first: a cluster that does not answer is told once
        found, ending = here()
        kinds = served.which(demand, {version: of_version() for version, of_version in versions_served.items()})
        others = {
            k: soon(served.other_versions, access, k) for k, known in kinds.items() if known is False and k.carried
        }
        theirs = {k: of_kind() for k, of_kind in carried.items()}
        carried_by = {
            item: soon(_besides, access, demand, item, manifest, theirs[item.of], found is True)
            for item, manifest in demand.carried
            if kinds.get(item.of) is True and not theirs[item.of].idle
        }
        may = (
            None
            if found is True
            else soon(permissions.may_do, access, Act("create", "namespaces", cluster_wide=True), "")
        )
        may_all = allowed()
        return Cluster(
            access.label, access.context, access.flags, *client_and_server,
            invoke_flags=access.invoke_flags,
            namespace=found,
            ending=ending,
            served=kinds,
            nodes=nodes(),
            pods=busy()[0],
            neighbours=busy()[1],
            secrets={name: keys() for name, keys in secrets.items()},
            gateway_classes={name: said() for name, said in classes.items()},
            allowed=may_all,
            user=permissions.who(access) if False in may_all.values() or isinstance(found, Unread) else "",
            may_create_namespace=may() if may else None,
            releases=releases_(),
            sandbox=bool(access.sandbox),
            stand_ins=stand_ins(access, demand.images),
            carriers=theirs,
            carried={item: answer() for item, answer in there.items()},
            other_versions={k: found() for k, found in others.items()},
            besides={item: found() for item, found in carried_by.items()},
            around=beside(),
        )  # fmt: skip


def _besides(
    access: Access, demand: Demand, item: Object, manifest: Manifest, carriers: Carriers, there: bool
) -> Besides:
    own = frozenset(one.name for one in demand.objects if one.of.kind == "Gateway")
    return besides.look(
        access, demand.namespace, item, manifest, carriers, own, classes=demand.gateway_classes, there=there
    )


def _versions(access: Access) -> tuple[str, str]:
    """Of the server, and of kubectl; "" for one that is not told."""
    own = tools.versions(["kubectl"], lambda _: None).get("kubectl") if access.door else None
    if own:
        told = access.get("/version")
        return ("" if isinstance(told, (Missing, Unread)) else str(told["gitVersion"])), f"v{own}"
    done = access.call("version", "-o", "json")
    answer = access.read(done, "/version")
    if isinstance(answer, (Missing, Unread)):
        # Some clusters hide even their version; that they answer is known all the same.
        said = json.loads(done.out) if done.out.strip() else {}
        return "", (said.get("clientVersion") or {}).get("gitVersion", "")
    return answer["serverVersion"]["gitVersion"], answer["clientVersion"]["gitVersion"]


def _namespace(access: Access, name: str) -> tuple[bool | Unread, str]:
    """Whether a namespace is there; of one that is being removed what it waits for, as the API server tells it."""
    answer = access.get(f"/api/v1/namespaces/{name}")
    if isinstance(answer, (Missing, Unread)):
        return answer if isinstance(answer, Unread) else False, ""
    if not (answer.get("metadata") or {}).get("deletionTimestamp"):
        return True, ""
    conditions = (answer.get("status") or {}).get("conditions") or []
    told = [str(one.get("message", "")) for one in conditions if one.get("status") == "True"]
    return True, "; ".join(told) or "the API server does not say yet what it waits for"


def exists(access: Access, path: str) -> bool | Unread:
    """Whether the object of a raw path is there."""
    answer = access.get(path)
    return answer if isinstance(answer, Unread) else not isinstance(answer, Missing)


def keys(access: Access, namespace: str, name: str) -> frozenset[str] | Missing | Unread:
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
