"""The pool: whether it is accepted, which pods it selects, and the port it sends to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wellit.demand import Kind
from wellit.demand import Object as Named
from wellit.doctor import commands, ways
from wellit.doctor.ways import POOL, Way
from wellit.findings import Check
from wellit.live import part_of
from wellit.picture import Node
from wellit.picture import pods as servers
from wellit.picture.objects import Object, matched_labels
from wellit.subject import ROLE


def accepted(way: Way) -> Iterator[Check]:
    """Whether the gateway's controller uses it."""
    if not way.pool or not way.route:
        return
    part = part_of(Named(Kind(way.pool.api_version, POOL), way.pool_name), way.pool.manifest)
    title = f"the pool {way.pool_name} is accepted"
    if part.ready:
        yield Check("WL736", title, "pass")
    else:
        look = commands.kubectl(way.sight, "describe", "inferencepool", way.pool_name)
        yield Check("WL736", title, "fail", part.missing[0], look, "\n".join(part.missing[1:]))


def selects(way: Way) -> Iterator[Check]:
    """Whether there are pods behind it."""
    if not way.pool:
        return
    title = f"the pool {way.pool_name} selects pods"
    said = f"InferencePool {way.pool_name}: selector: {json.dumps(way.selector)}"
    if "Pod" in way.sight.unread:
        yield Check("WL737", title, "unknown", f"you may not {way.sight.unread['Pod']}")
    elif way.pods:
        yield Check("WL737", title, "pass", f"{len(way.pods)}")
    elif way.workloads and not any(one.replicas for one in way.workloads):
        yield _scaled_to_nothing(way, title)
    elif not way.workloads:
        near = nearest_servers(way)
        evidence = "\n".join(
            [said, *(f"{one.kind} {one.name}: labels: {json.dumps(one.pod_labels)}" for one in near[:3])]
        )
        fix = _selector_fix(way, near[0]) if near else commands.edit(way.sight, way.pool)
        detail = "no workload of the namespace has the labels that it selects"
        yield Check("WL737", title, "fail", detail, fix, evidence)


def _scaled_to_nothing(way: Way, title: str) -> Check:
    first = way.workloads[0]
    scaler = next(
        (
            one
            for one in way.sight.all("HorizontalPodAutoscaler")
            if (one.spec.get("scaleTargetRef") or {}).get("name") == first.name
        ),
        None,
    )
    detail = f"{', '.join(one.name for one in way.workloads)}: scaled to 0 pods"
    fix = commands.scale(way.sight, first)
    evidence = f"HorizontalPodAutoscaler {scaler.name}: minReplicas: {scaler.spec.get('minReplicas')}" if scaler else ""
    return Check("WL737", title, "fail", detail, fix, evidence)


def nearest_servers(way: Way) -> list[Object]:
    """Workloads of model servers, those first that have most of the selector's keys."""
    named = {node.name for node in way.sight.picture.of("pods")}
    found = [one for one in way.sight.all(*ways.MAKERS) if one.name in named]
    return sorted(found, key=lambda one: -sum(key in one.pod_labels for key in way.selector))


def _selector_fix(way: Way, near: Object) -> str:
    """A patch of the selector to the labels that the servers have: with those keys, or with llm-d's own."""
    assert way.pool
    labels = {key: near.pod_labels[key] for key in way.selector if key in near.pod_labels}
    wrong: dict[str, Any] = {key: None for key in way.selector if key not in near.pod_labels}
    if not labels:
        labels = {key: value for key, value in near.pod_labels.items() if key != ROLE}
    new = {**wrong, **labels}
    return commands.merge(way.sight, way.pool, {"selector": {"matchLabels": new}})


def shared(way: Way) -> Iterator[Check]:
    """Whether its pods are in another pool too."""
    if not way.pool:
        return
    for other in way.sight.all(POOL):
        if other.name <= way.pool_name or other.namespace != way.pool.namespace:
            continue
        labels = matched_labels(other.spec.get("selector"))
        both = sorted({pod.name for pod in way.pods} & {pod.name for pod in way.selected(labels)})
        if both:
            yield Check(
                "WL738",
                f"the pods of {way.pool_name} are in no other pool",
                "fail",
                f"{len(both)} of them are in the pool {other.name} too: each picker counts on "
                "having them for itself, and sees half of what they do",
                f"labels that only one of them selects: {commands.edit(way.sight, other)}",
                f"InferencePool {way.pool_name}: selector: {json.dumps(way.selector)}\n"
                f"InferencePool {other.name}: selector: {json.dumps(labels)}\n{', '.join(both[:4])}",
            )


def port(way: Way) -> Iterator[Check]:
    """Whether its pods take requests at the port that it names."""
    if not way.pool or not way.ports:
        return
    wrong = [(node, fronts) for node in way.servers if (fronts := servers.fronts(node)) and not fronts & set(way.ports)]
    title = f"the pods listen at the port that the pool {way.pool_name} names ({', '.join(map(str, way.ports))})"
    for node, fronts in wrong:
        right = min(fronts)
        path = "/spec/targetPorts/0/number" if way.pool.spec.get("targetPorts") else "/spec/targetPortNumber"
        everybody = all(right in servers.fronts(one) for one in way.servers)
        patch = commands.patch(way.sight, way.pool, {"op": "replace", "path": path, "value": right})
        told = "the routing proxy" if ways.proxy(node) else "the engine"
        fix = patch if everybody else f"let {told} of {node.name} listen at {way.ports[0]}"
        if way.service:  # whose pool is written by its controller
            fix = _port_fix(way, node) or fix
        yield Check(
            "WL739",
            title,
            "fail",
            f"{told} of {node.name} listens at {right}",
            fix,
            f"InferencePool {way.pool_name}: targetPorts: {way.ports}",
        )
    if way.servers and not wrong:
        yield Check("WL739", title, "pass")


def _port_fix(way: Way, node: Node) -> str:
    """The patch that has an engine listen where its pool sends."""
    container, maker = ways.engine(node), next((one for one in way.workloads if one.name == node.name), None)
    known = ways.known_engine(container)
    if not container or not maker or not known or ways.proxy(node):
        return ""
    change = commands.set_word(maker, container.name, known.flag("port") or "--port", str(way.ports[0]))
    return commands.patch(way.sight, maker, change) if change else ""
