"""A stack as it stands in a cluster where all is well, made of its rendered manifests: a test breaks one thing."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.support.clusters import healthy as healthy_cluster
from wellit import compose, engines, record, render
from wellit.compose import Choice, Stack
from wellit.demand import read as demand_of
from wellit.doctor import report, ways
from wellit.doctor.questions import metrics_path
from wellit.doctor.sight import Heard, Log, Sight
from wellit.doctor.wants import wants
from wellit.findings import Check, Report
from wellit.render import Rendered

NOW = 1_800_000_000.0
SINCE = "2027-01-15T07:00:00Z"  # an hour before
MODEL = "Qwen/Qwen2.5-0.5B-Instruct"
Objects = list[dict[str, Any]]


@functools.cache
def rendered(
    guide: str, environment: str, sets: tuple[str, ...] = (), gateway: str = "istio"
) -> tuple[Stack, Rendered]:
    choice = Choice(guide, environment, components={"charts": "offline", "gateway": gateway}, size="small", sets=sets)
    made = compose.compose(choice)
    return made, render.render(made, print)


def sight(guide: str = "pd-disaggregation", environment: str = "sglang", **about: Any) -> Sight:
    """One look at a healthy stack that wellit has installed."""
    made, manifests = rendered(guide, environment, **about)
    objects: Objects = []
    for release in manifests.releases:
        for manifest in release.manifests:
            if manifest["kind"] != "Secret":
                objects.append(copy.deepcopy(manifest))
    for one in list(objects):
        one["metadata"].setdefault("namespace", made.namespace)
        objects += _made_of(one)
    objects += _around(objects, made.namespace)
    known = record.make(made, manifests, demand_of(manifests, made.namespace))
    bare = Sight(made.namespace, "context c (https://c)", "--context c", "--context c", tuple(objects), known, now=NOW)
    return answering(replace(bare, cluster=healthy_cluster(wants(bare))))


def answering(bare: Sight) -> Sight:
    """With the answers of a stack that works."""
    models, metrics, answers = {}, {}, {}
    for way in ways.of(bare):
        names = [_served(way)]
        for pod in way.ready:
            models[pod.name] = Heard(200, json.dumps({"data": [{"id": name} for name in names]}))
            engine = next(one for one in engines.engines() if one.title == ways.engine(way.server_of(pod)).title)  # type: ignore[union-attr]
            assert metrics_path(way, pod) == engine.metrics["path"]
            metrics[pod.name] = Heard(200, f"{engine.metrics['queued']} 0\n")
        for pod in way.pickers:
            metrics[pod.name] = Heard(200, PICKER.format(pool=way.pool_name, ready=len(way.ready)))
        answers[way.pool_name] = Heard(200, "{}", 0.12)
    return replace(bare, models=models, metrics=metrics, answers=answers)


PICKER = """inference_pool_ready_pods{{name="{pool}"}} {ready}
llm_d_inference_scheduler_disagg_decision_total{{decision_type="prefill-decode",model_name="m"}} 3
kvcache_index_lookup_requests_total 2
kvcache_index_admissions_total 9
"""


def _served(way: ways.Way) -> str:
    found = [c.facts.get("served as") or c.facts["model"] for node in way.servers if (c := ways.engine(node))]
    return str(found[0])


def _made_of(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What Kubernetes and the gateway's controller say and make of an object."""
    kind, generation = one["kind"], {"observedGeneration": 1}
    one["metadata"]["generation"] = 1
    good = [
        {"type": kind_, "status": "True", "reason": "Good", **generation}
        for kind_ in ("Accepted", "Programmed", "ResolvedRefs")
    ]
    if kind == "Gateway":
        one["status"] = {"conditions": good[:2], "addresses": [{"value": "10.0.0.9"}]}  # type: ignore[index]
    elif kind == "HTTPRoute":
        parents = [{"parentRef": parent, "conditions": [good[0], good[2]]} for parent in one["spec"]["parentRefs"]]
        one["status"] = {"parents": parents}  # type: ignore[index]
    elif kind == "InferencePool":
        one["status"] = {"parents": [{"parentRef": {"name": "gateway"}, "conditions": [good[0], good[2]]}]}  # type: ignore[index]
    elif kind in ("Deployment", "StatefulSet"):
        count = one["spec"].get("replicas", 1)
        one["status"] = {"observedGeneration": 1, "replicas": count, "updatedReplicas": count, "readyReplicas": count}  # type: ignore[index]
        yield from (pod(one, number) for number in range(count))


def pod(of: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """A pod of a workload that runs and is Ready."""
    name, template = of["metadata"]["name"], copy.deepcopy(of["spec"]["template"])
    about = {
        "name": f"{name}-7f9c-{number}",
        "namespace": of["metadata"]["namespace"],
        "labels": template.get("metadata", {}).get("labels", {}),
        "ownerReferences": [{"kind": "ReplicaSet", "name": f"{name}-7f9c"}],
    }
    states = {"state": {"running": {"startedAt": SINCE}}, "ready": True, "restartCount": 0, "lastState": {}}
    status = {
        "phase": "Running",
        "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"}],
        "initContainerStatuses": [
            {"name": c["name"], **copy.deepcopy(states)} for c in template["spec"].get("initContainers", [])
        ],
        "containerStatuses": [{"name": c["name"], **copy.deepcopy(states)} for c in template["spec"]["containers"]],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": template["spec"], "status": status}


def _around(objects: Objects, namespace: str) -> Iterator[dict[str, Any]]:
    """What a cluster with Istio has besides: the class, istiod, and the gateway's own service and pods."""
    yield {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "istio"},
        "spec": {"controllerName": "istio.io/gateway-controller"},
        "status": {"conditions": [{"type": "Accepted", "status": "True", "message": "Handled by Istio controller"}]},
    }
    yield {
        "apiVersion": "apps/v1",
        "kind": "Controller",
        "metadata": {"name": "istiod", "namespace": "istio-system"},
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": "discovery",
                            "env": [{"name": "ENABLE_GATEWAY_API_INFERENCE_EXTENSION", "value": "true"}],
                        }
                    ]
                }
            }
        },
    }
    for gateway in [one for one in objects if one["kind"] == "Gateway"]:
        name = gateway["metadata"]["name"]
        labels = {"gateway.networking.k8s.io/gateway-name": name}
        proxies = {
            "metadata": {"name": f"{name}-istio", "namespace": namespace},
            "spec": {
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "istio-proxy", "image": "istio/proxyv2"}]},
                }
            },
        }
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"{name}-istio", "namespace": namespace, "labels": labels},
            "spec": {"selector": labels, "ports": [{"port": 80}]},
        }
        yield pod(proxies)


class Broken:
    """A sight that is being broken."""

    def __init__(self, whole: Sight) -> None:
        self.sight = replace(whole, objects=tuple(copy.deepcopy(list(whole.objects))))

    def all(self, kind: str, part: str = "") -> list[dict[str, Any]]:
        return [one for one in self.sight.objects if one["kind"] == kind and part in one["metadata"]["name"]]  # type: ignore[misc]

    def one(self, kind: str, part: str = "") -> dict[str, Any]:
        """The object of a kind with these words in its name. Raises IndexError when there is none."""
        return self.all(kind, part)[0]

    def drop(self, kind: str, part: str = "") -> None:
        gone = self.all(kind, part)
        self.put(objects=tuple(one for one in self.sight.objects if one not in gone))

    def add(self, *objects: dict[str, Any]) -> None:
        self.put(objects=(*self.sight.objects, *objects))

    def put(self, **about: Any) -> None:
        self.sight = replace(self.sight, **about)

    def container(self, part: str, name: str) -> dict[str, Any]:
        """A container of the template of a workload; its pods get the same when the test is told."""
        spec = self.one("Deployment", part)["spec"]["template"]["spec"]
        found: dict[str, Any] = next(
            c for key in ("initContainers", "containers") for c in spec.get(key, []) if c["name"] == name
        )
        return found

    def statuses(self, part: str, container: str) -> Iterator[dict[str, Any]]:
        for one in self.all("Pod", part):
            for key in ("initContainerStatuses", "containerStatuses"):
                yield from (status for status in one["status"].get(key, []) if status["name"] == container)

    def not_ready(self, part: str) -> None:
        for one in self.all("Pod", part):
            one["status"]["conditions"][1]["status"] = "False"
            for status in one["status"]["containerStatuses"]:
                status["ready"] = False

    def ends(self, part: str, container: str, code: int, log: str, reason: str = "Error") -> None:
        """A container that ends and is started again for ever."""
        self.not_ready(part)
        last = {"terminated": {"exitCode": code, "reason": reason, "finishedAt": "2027-01-15T07:59:30Z"}}
        for status in self.statuses(part, container):
            status |= {
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": last,
                "restartCount": 5,
                "ready": False,
            }
        logs = {(one["metadata"]["name"], container): Log("", log) for one in self.all("Pod", part)}
        self.put(logs={**self.sight.logs, **logs})

    def event(self, part: str, reason: str, message: str, kind: str = "Pod") -> None:
        for one in self.all(kind, part)[:1]:
            about = {"kind": kind, "name": one["metadata"]["name"]}
            self.add(
                {
                    "apiVersion": "v1",
                    "kind": "Event",
                    "metadata": {"name": "e"},
                    "involvedObject": about,
                    "reason": reason,
                    "message": message,
                    "lastTimestamp": SINCE,
                }
            )

    def unanswered(self, status: int, text: str = "") -> None:
        self.put(answers={pool: Heard(status, text, 0.1) for pool in self.sight.answers})

    def report(self) -> Report:
        return report(self.sight)


def broken(break_it: Callable[[Broken], None], *args: Any, **about: Any) -> Report:
    found = Broken(sight(*args, **about))
    break_it(found)
    return found.report()


def failed(found: Report) -> dict[str, Check]:
    """The failed checks by id, the first of each."""
    made: dict[str, Check] = {}
    for check in found.checks:
        if check.status == "fail":
            made.setdefault(check.id, check)
    return made
