"""The one look: objects, logs, and questions over HTTP, side by side. Nothing here judges; nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from wellit import cluster
from wellit.access import Access, Missing, Unread, permission
from wellit.cluster import PARALLEL, whole
from wellit.demand import Kind
from wellit.doctor import around, containers, graph, questions, ways
from wellit.doctor.asking import Reach
from wellit.doctor.sight import Log, Sight
from wellit.doctor.wants import wants
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps
from wellit.record import Record
from wellit.seen import graphform

GATEWAYS = "gateway.networking.k8s.io/v1"
KINDS = (
    Kind("v1", "Pod"), Kind("v1", "Service"), Kind("v1", "ConfigMap"), Kind("v1", "PersistentVolumeClaim"),
    Kind("v1", "Event"), Kind("apps/v1", "Deployment"), Kind("apps/v1", "StatefulSet"),
    Kind("autoscaling/v2", "HorizontalPodAutoscaler"), Kind(GATEWAYS, "Gateway"), Kind(GATEWAYS, "HTTPRoute"),
    Kind("inference.networking.k8s.io/v1", "InferencePool"),
    Kind("inference.networking.x-k8s.io/v1alpha2", "InferencePool"),
    Kind("networking.istio.io/v1", "DestinationRule"), Kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"),
    *(Kind(f"{graphform.GROUP}/{version}", graphform.KIND) for version in reversed(graphform.versions())),
)  # fmt: skip
LINES = 200  # of each log
MOST_LOGS = 40
RECENT_SECONDS = 600
ISTIOD = "/apis/apps/v1/deployments"


def look(access: Access, namespace: str, *, record: Record | None = None, model: str = "", reach: Reach) -> Sight:
    """Look at a namespace. Raises CannotAnswer when the cluster does not answer."""
    found, unread = _objects(access, namespace)
    services = around.look(access, namespace)
    sight = Sight(
        namespace, access.label, access.flags, access.invoke_flags, (*found, *services.objects), record,
        unread | services.unread, broken=services.broken, model=model, now=time.time(),
    )  # fmt: skip
    sight = questions.asked(access, _more(access, sight), reach)
    return replace(sight, logs=_logs(access, sight))  # after the questions: logs tell of them


def _objects(access: Access, namespace: str) -> tuple[tuple[Mapping[str, Any], ...], dict[str, str]]:
    def listed(kind: Kind) -> tuple[Mapping[str, Any], ...] | Unread:
        limits = {"fieldSelector": "type=Warning"} if kind.kind == "Event" else {}
        return whole(access, kind.path(namespace), lambda item: _named(item, kind), **limits)

    objects: list[Mapping[str, Any]] = []
    unread: dict[str, str] = {}
    with ThreadPoolExecutor(PARALLEL) as pool:
        for kind, items in zip(KINDS, pool.map(listed, KINDS), strict=True):
            if isinstance(items, Unread):
                unread[kind.kind] = items.why
            else:
                objects += items
    return tuple(objects), unread


def _named(item: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """An object of a list, which does not say its kind."""
    return {"apiVersion": kind.api_version, "kind": kind.kind, **item}


def _more(access: Access, sight: Sight) -> Sight:
    """What the objects name: gateways of other namespaces, classes, Istio's controller, secrets, room on nodes."""
    objects, unread = list(sight.objects), dict(sight.unread)

    def add(what: str, kind: Kind, namespace: str, name: str) -> None:
        answer = access.get(kind.path(namespace, name) if kind.kind != "GatewayClass" else _class_path(name))
        if isinstance(answer, Unread):
            unread[what] = answer.why
        elif not isinstance(answer, Missing):
            objects.append(_named(answer, kind))

    for space, name in _foreign_gateways(sight):
        add("Gateway", Kind(GATEWAYS, "Gateway"), space, name)
    for name in {str(one.get("spec", {}).get("gatewayClassName")) for one in objects if one["kind"] == "Gateway"}:
        add("GatewayClass", Kind(GATEWAYS, "GatewayClass"), "", name)
    istiod = whole(
        access, ISTIOD, lambda item: _named(item, Kind("apps/v1", "Deployment")), labelSelector="app=istiod"
    )  # fmt: skip
    if not isinstance(istiod, Unread):
        objects += [{**one, "kind": "Controller"} for one in istiod]
    made = tuple(objects)
    wanted = wants(replace(sight, objects=made))
    return replace(sight, objects=made, unread=unread, cluster=cluster.look(access, wanted))


def _class_path(name: str) -> str:
    return f"/apis/{GATEWAYS}/gatewayclasses/{name}"


def _foreign_gateways(sight: Sight) -> set[tuple[str, str]]:
    parents = [parent for route in sight.all("HTTPRoute") for parent in maps(route.spec.get("parentRefs"))]
    parents += [parent for one in ways.services(sight) if (parent := ways.gateway_of(one))]
    named = {(str(one.get("namespace") or sight.namespace), str(one.get("name"))) for one in parents}
    return {(space, name) for space, name in named if space != sight.namespace}


def _logs(access: Access, sight: Sight) -> dict[tuple[str, str], Log]:
    wanted = list(_worth_reading(sight))[:MOST_LOGS]
    with ThreadPoolExecutor(PARALLEL) as pool:
        read = pool.map(lambda one: _log(access, one[0], one[1], ended=one[2]), wanted)
        return {(pod.name, container): log for (pod, container, _), log in zip(wanted, read, strict=True)}


def _worth_reading(sight: Sight) -> Iterator[tuple[Object, str, bool]]:
    """(pod, container, whether a run of it has ended): of pods that are not well all, of the others one each."""
    seen: set[str] = set()
    for way in ways.of(sight):
        pods = [*way.gateway_pods, *way.pickers, *sorted(way.pods, key=lambda pod: ways.state(pod).ready)]
        for pod in pods:
            state = ways.state(pod)
            kind = ways.owner(pod) or pod.name
            if state.ready and not state.restarts and kind in seen:
                continue
            seen.add(kind)
            for status in containers.statuses(pod):
                started = mapping(status.get("state"))
                if "running" in started or "terminated" in started or status.get("restartCount"):
                    yield pod, str(status.get("name")), bool(status.get("restartCount"))
    for one in graph.every(sight):
        for pod in one.pods:
            for status in containers.statuses(pod):
                if "running" in mapping(status.get("state")) or status.get("restartCount"):
                    yield pod, str(status.get("name")), bool(status.get("restartCount"))


def _log(access: Access, pod: Object, container: str, *, ended: bool) -> Log:
    def one(**more: str) -> str | Unread:
        query = urlencode({"container": container, "tailLines": str(LINES), **more})
        done = access.call("get", "--raw", f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/log?{query}")
        if done.ok:
            return done.out
        return Unread(permission(done.err.partition("): ")[2])) if "(Forbidden)" in done.err else ""

    # What a pod that is well said long ago is of no interest now.
    lately = {"sinceSeconds": str(RECENT_SECONDS)} if ways.state(pod).ready and not ended else {}
    now, before = one(**lately), one(previous="true") if ended else ""
    if isinstance(now, Unread) or isinstance(before, Unread):
        return Log(unread=now.why if isinstance(now, Unread) else str(before))
    return Log(now, before)
