"""The cluster itself: it answers, is new enough, and has the namespace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wellit.access import Unread
from wellit.cluster import PROGRAMS, Cluster
from wellit.demand import Demand
from wellit.findings import Check

# Containers that stay beside the main one (the routing proxy is an init container with restartPolicy Always) are on
# by default from here.
OLDEST: Mapping[str, str] = {
    "version": "1.29",
    "because": "the routing proxy would keep the pods from starting",
    "instead": "do without the proxy: --set proxy.enabled=false",
}
SKEW = 1  # minor releases between kubectl and the server that Kubernetes promises to work


def reachable(cluster: Cluster) -> Check:
    return Check("WL601", "the cluster answers", "pass", cluster.label)


def version(cluster: Cluster, oldest: Mapping[str, str]) -> Check:
    title = f"Kubernetes is {oldest['version']} or newer"
    server, client = _minor(cluster.version), _minor(cluster.client_version)
    if server is None:
        return Check("WL602", title, "unknown", "the cluster does not tell its version")
    if server < (_minor(oldest["version"]) or ()):
        detail = f"it is {cluster.version}: {oldest['because']}"
        return Check("WL602", title, "fail", detail, f"a newer cluster, or {oldest['instead']}")
    if client and abs(client[1] - server[1]) > SKEW:
        detail = f"it is {cluster.version}, and kubectl {cluster.client_version} is more than {SKEW} minor release away"
        return Check("WL602", title, "warn", detail, f"kubectl {server[0]}.{server[1]} on PATH")
    return Check("WL602", title, "pass", f"it is {cluster.version}")


def programs(cluster: Cluster) -> Iterator[Check]:
    """WL632: what installs it is on this machine."""
    if cluster.around is None:
        return
    title = f"{' and '.join(PROGRAMS)} are on this machine"
    there = cluster.around.tools
    told = ", ".join(f"{name} {version}" for name, version in there.items())
    if missing := [name for name in PROGRAMS if name not in there]:
        detail = f"{' and '.join(missing)} must be built first, which takes minutes and wants Go's module proxy"
        yield Check("WL632", title, "warn", detail, "invoke tools --path builds them")
    else:
        yield Check("WL632", title, "pass", told)


def _minor(version: str) -> tuple[int, int] | None:
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


def namespace(demand: Demand, cluster: Cluster) -> Check:
    title = f"the namespace {demand.namespace} is there or may be made"
    if cluster.ending:
        look = f"kubectl {cluster.flags} get namespace {demand.namespace} -o yaml"
        fix = f"what it waits for: {look}; then the same again; or another one: -n NAMESPACE"
        told = f"somebody deletes it, and nothing new is taken in it until it is gone: {cluster.ending}"
        return Check("WL603", title, "fail", told, fix)
    if cluster.namespace is True:
        return Check("WL603", title, "pass", "it is there")
    if isinstance(cluster.namespace, Unread):
        return Check("WL603", title, "unknown", cluster.namespace.words)
    make = f"kubectl {cluster.flags} create namespace {demand.namespace}"
    fix = f"have it made: {make}; or name one that is yours: -n NAMESPACE"
    if cluster.may_create_namespace is None:
        return Check("WL603", title, "unknown", "it is not there, and the cluster hides whether you may make it", fix)
    if not cluster.may_create_namespace:
        return Check("WL603", title, "fail", "it is not there, and you may not make it (create namespaces)", fix)
    return Check("WL603", title, "pass", "it is not there; install makes it")
