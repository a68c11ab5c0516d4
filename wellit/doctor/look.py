"""The one look: objects, logs, and questions over HTTP, side by side. Nothing here judges; nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from wellit import cluster
from wellit.access import Access, Missing, Unread, permission
from wellit.cluster import PARALLEL, whole
from wellit.demand import Kind
from wellit.doctor import asking, containers, ways
from wellit.doctor.asking import Reach
from wellit.doctor.sight import Heard, Log, Sight
from wellit.doctor.wants import wants
from wellit.doctor.ways import Way
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps
from wellit.record import Record

GATEWAYS = "gateway.networking.k8s.io/v1"
KINDS = (
    Kind("v1", "Pod"), Kind("v1", "Service"), Kind("v1", "ConfigMap"), Kind("v1", "PersistentVolumeClaim"),
    Kind("v1", "Event"), Kind("apps/v1", "Deployment"), Kind("apps/v1", "StatefulSet"),
    Kind("autoscaling/v2", "HorizontalPodAutoscaler"), Kind(GATEWAYS, "Gateway"), Kind(GATEWAYS, "HTTPRoute"),
    Kind("inference.networking.k8s.io/v1", "InferencePool"),
    Kind("inference.networking.x-k8s.io/v1alpha2", "InferencePool"),
    Kind("networking.istio.io/v1", "DestinationRule"), Kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"),
)  # fmt: skip
LINES = 200  # of each log
MOST_LOGS = 40
MOST_ASKED = 12  # pods of one pool that are asked over HTTP
PROMPT = "What is said here is a question of doctor's, long enough to be worth a prefill, and asked once. "
LISTEN_SECONDS = 1.5  # until a picker that was told of cached blocks has taken that in
ISTIOD = "/apis/apps/v1/deployments"


def look(access: Access, namespace: str, *, record: Record | None = None, model: str = "", reach: Reach) -> Sight:
    """Look at a namespace. Raises CannotAnswer when the cluster does not answer."""
    found, unread = _objects(access, namespace)
    sight = Sight(namespace, access.label, _flags(access), found, record, unread, model=model, now=time.time())
    sight = _more(access, sight)
    sight = replace(sight, logs=_logs(access, sight))
    return _asked(access, sight, reach)


def _flags(access: Access) -> str:
    return access.flags


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


def _log(access: Access, pod: Object, container: str, *, ended: bool) -> Log:
    def one(**more: str) -> str | Unread:
        query = urlencode({"container": container, "tailLines": str(LINES), **more})
        done = access.call("get", "--raw", f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/log?{query}")
        if done.ok:
            return done.out
        return Unread(permission(done.err.partition("): ")[2])) if "(Forbidden)" in done.err else ""

    now, before = one(), one(previous="true") if ended else ""
    if isinstance(now, Unread) or isinstance(before, Unread):
        return Log(unread=now.why if isinstance(now, Unread) else str(before))
    return Log(now, before)


def _asked(access: Access, sight: Sight, reach: Reach) -> Sight:
    """A request through each gateway, then what pods and pickers say of themselves."""
    if sight.simulated:
        return replace(sight, unasked="readiness here is simulated by the sandbox: nothing runs behind it")
    every = ways.of(sight)
    models = _of_pods(access, sight, every, reach, "/v1/models")
    sight = replace(sight, models=models)
    answers = dict(_answers(access, sight, every, reach))
    if any(heard.ok for heard in answers.values()) and any(hears(way) for way in every):
        time.sleep(LISTEN_SECONDS)
    metrics = _of_pods(access, sight, every, reach, "/metrics")
    return replace(sight, answers=answers, metrics=metrics)


def hears(way: Way) -> bool:
    """Whether the picker listens for KV events."""
    from wellit.picture.events import HEARS

    return bool(way.picker_node and HEARS in way.picker_node.facts)


def _of_pods(access: Access, sight: Sight, every: Iterable[Way], reach: Reach, path: str) -> dict[str, Heard]:
    """What each pod of the pools answers, by name; of pickers only /metrics is asked."""
    wanted: dict[str, tuple[int, str]] = {}
    for way in every:
        for pod in [*way.ready][:MOST_ASKED] if way.ports else []:
            where = metrics_path(way, pod) if path == "/metrics" else path
            wanted[pod.name] = (way.ports[0], where)
        for pod in way.pickers if path == "/metrics" else []:
            if ways.state(pod).ready:
                wanted[pod.name] = (metrics_port(pod), path)
    names = list(wanted)

    def one(name: str) -> Heard:
        port, where = wanted[name]
        return asking.through(reach, access, sight.namespace, f"pod/{name}", port, lambda url: asking.ask(url + where))

    with ThreadPoolExecutor(PARALLEL) as pool:
        return dict(zip(names, pool.map(one, names), strict=True))


def metrics_path(way: Way, pod: Object) -> str:
    """Where the engine of a pod serves its metrics."""
    from wellit import engines

    title = container.title if (container := ways.engine(way.server_of(pod))) else ""
    known = next((engine for engine in engines.engines() if engine.title == title), None)
    return str(known.metrics["path"]) if known else "/metrics"


def metrics_port(pod: Object) -> int:
    """Where a picker serves its metrics."""
    for place in pod.place("containers"):
        from wellit.seen import words

        given = words.read(place["command"], place["args"]).given("--metrics-port")
        if given and given.number:
            return given.number
    return ways.METRICS_PORT


def _answers(access: Access, sight: Sight, every: Iterable[Way], reach: Reach) -> Iterator[tuple[str, Heard]]:
    for way in every:
        if not (at := _entrance(way)):
            continue
        namespace, what, port = at
        found = asking.through(reach, access, namespace, what, port, _question(sight, way))
        if found.ok and hears(way):  # a picker connects to the pods with the first request, and hears the next
            found = asking.through(reach, access, namespace, what, port, _question(sight, way))
        yield way.pool_name, found


def _entrance(way: Way) -> tuple[str, str, int] | None:
    """(namespace, what, port) where a request comes in: the gateway's service; without a gateway a pod that decodes."""
    if way.gateway and way.route and (service := way.gateway_service):
        port = next((one.get("port") for one in maps(way.gateway.spec.get("listeners"))), 80)
        return way.gateway.namespace, f"service/{service.name}", int(port or 80)
    if not way.gateway and not way.route and way.ports:
        pod = next((pod for pod in way.ready if pod in way.decodes), None)
        return (pod.namespace, f"pod/{pod.name}", way.ports[0]) if pod else None
    return None


def _question(sight: Sight, way: Way) -> Callable[[str], Heard]:
    """A completion that is asked as a client of this route would."""
    match: Mapping[str, Any] = next(iter(maps(mapping(way.rule).get("matches"))), {})
    path = str(mapping(match.get("path")).get("value", "")).rstrip("/")
    headers = {str(one.get("name")): str(one.get("value")) for one in maps(match.get("headers"))}
    hosts = way.route.spec.get("hostnames") if way.route else None
    if hosts:
        headers["Host"] = str(hosts[0]).replace("*", "doctor")
    # Asked once: what is in no cache is prefilled.
    prompt = f"{time.time_ns()} {PROMPT * 8}"
    body = {"model": model_of(sight, way), "prompt": prompt, "max_tokens": 8}
    base = path if "/v1" not in path else path.partition("/v1")[0]
    return lambda url: asking.ask(f"{url}{base}/v1/completions", body, headers, asking.ANSWER_SECONDS)


def model_of(sight: Sight, way: Way) -> str:
    """The name that a request says: the one that was given, the recorded one, or what the engines are told."""
    if sight.model:
        return sight.model
    known = sight.record.ways if sight.record else ()
    named = [str(one.get("model", "")) for one in known if one.get("engine") and way.pool_name.endswith(one["engine"])]
    recorded = [*named, sight.record.model if sight.record else ""]
    told = [
        str(c.facts.get("served as") or c.facts.get("model", "")) for node in way.servers if (c := ways.engine(node))
    ]
    return next(filter(None, [*recorded, *told]), "")
