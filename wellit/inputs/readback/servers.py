"""Workloads of model servers, read back into values of the modelservice chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wellit import capabilities, engines
from wellit.images import Image
from wellit.inputs.readback.pools import picker_container
from wellit.inputs.readback.release import release
from wellit.inputs.readback.traced import Traced
from wellit.node import Node
from wellit.seen import words, workloads
from wellit.seen.workloads import Object, Template
from wellit.subject import DECODE, MODELSERVICE, PREFILL, ROLE, Release

PROXY_NAMES = ("routing-proxy", "routing-sidecar")


def serves(template: Template) -> bool:
    """Whether its pods serve a model: they have a role, or a container of a known engine."""
    if template.object.kind in ("Job", "CronJob") or picker_container(template):
        return False
    if template.object.kind == "LeaderWorkerSet" and template.node.keys[-1] == "workerTemplate":
        return not template.object.root.at("spec", "leaderWorkerTemplate", "leaderTemplate").written
    return template.labels.get(ROLE) in (DECODE, PREFILL) or any(map(_engine, template.spec["containers"]))


def _engine(container: Node) -> bool:
    spoken = words.read(container["command"], container["args"]).texts
    return bool(engines.of_image(Image.parse(container["image"].text())) or engines.of_words(spoken))


def together(servers: Sequence[Template]) -> Iterator[list[Template]]:
    """Decode alone, or with the prefill that has most labels in common with it."""
    prefills = [one for one in servers if one.labels.get(ROLE) == PREFILL]
    for one in servers:
        if one in prefills:
            continue
        near = [other for other in prefills if workloads.same_namespace(one.object, other.object)]
        mate = max(near, key=lambda other: len(one.labels.items() & other.labels.items()), default=None)
        if mate:
            prefills.remove(mate)
        yield [one, mate] if mate else [one]
    yield from ([one] for one in prefills)


def served(group: Sequence[Template], pools: Sequence[Object]) -> Release:
    first = group[0]
    mapped = Traced(first.object.manifest)
    facts: dict[str, Any] = {}
    mapped.note(("modelArtifacts", "labels"), first.labels_node)
    mapped.put(("modelArtifacts", "labels"), {}, first.labels_node)
    for key, node in first.labels_node.items():
        if key != ROLE and all(one.labels.get(key) == first.labels[key] for one in group):
            mapped.put(("modelArtifacts", "labels", key), first.labels[key], node)
    mapped.put(("routing", "proxy", "enabled"), False)
    for role in (DECODE, PREFILL):
        mapped.put((role, "create"), False)
    for one in group:
        role = PREFILL if one.labels.get(ROLE) == PREFILL else DECODE
        _role(mapped, role, one)
        if role == DECODE and (proxy := _proxy(one)):
            facts = _routed(mapped, proxy)
    if not facts:
        _direct(mapped, first, pools)
    mapped.put(("multinode",), first.object.kind == "LeaderWorkerSet")
    return release(mapped, MODELSERVICE, first.object, facts)


def _role(mapped: Traced, role: str, one: Template) -> None:
    mapped.put((role, "create"), True)
    for key, node in one.spec.items():
        if key not in ("containers", "initContainers"):
            mapped.copy((role, key), node)
    mapped.copy((role, "replicas"), one.object.root.at("spec", "replicas"))
    proxy = _proxy(one)
    for kind in ("containers", "initContainers"):
        others = [node for node in one.spec[kind] if proxy is None or node.keys != proxy.keys]
        mapped.put((role, kind), [node.value for node in others], one.spec[kind])
        for number, node in enumerate(others):
            mapped.note((role, kind, number), node)
    mapped.note((role,), one.node)


def _proxy(one: Template) -> Node | None:
    """The routing proxy's container."""
    known = [image.rpartition(":")[0] for image, _ in capabilities.published("routing-proxy")]
    for node in one.containers:
        image = Image.parse(node["image"].text())
        if node["name"].text() in PROXY_NAMES or any(image.is_of(repository) for repository in set(known)):
            return node
    return None


def _routed(mapped: Traced, node: Node) -> dict[str, Any]:
    """The settings of the routing proxy from its arguments, and the facts of a chart that passes just these."""
    line = words.read(node["command"], node["args"])
    place = ("routing", "proxy")
    mapped.note(place, node)
    mapped.put((*place, "enabled"), True)
    mapped.copy((*place, "image"), node["image"])
    chart = capabilities.contract(MODELSERVICE, capabilities.versions(MODELSERVICE)[-1])["proxy"]
    connector = line.given("--kv-connector") or line.given("--connector")
    if connector:
        mapped.put((*place, "connector"), connector.value, connector.node)
    for flag, keys in (
        (chart["portFlag"], ("routing", "servicePort")),
        (chart["enginePortFlag"], (*place, "targetPort")),
        ("--model-server-port", (*place, "targetPort")),
    ):
        if found := line.given(flag):
            mapped.put(keys, found.number if found.number is not None else found.value, found.node)
    logs = [word.partition("=")[0] for word in line.texts if word.startswith(("--zap-", "-v="))]
    passed = {
        "connectorFlag": connector.flag if connector else chart["connectorFlag"],
        "logFlags": "klog" if any(word.startswith("-v") for word in logs) else "zap",
        "logDefaults": tuple(logs),
    }
    return {"proxy": {**chart, **passed}, "ports": {"service": 8000, "engine": 8001}}


def _direct(mapped: Traced, one: Template, pools: Sequence[Object]) -> None:
    """Without a proxy the pods are reached at the port that their pool names."""
    for pool in pools:
        wanted = workloads.labels_of(workloads.pool_selector(pool))
        if wanted and one.has(wanted) and workloads.same_namespace(pool, one.object):
            for port in workloads.pool_ports(pool)[:1]:
                mapped.copy(("routing", "servicePort"), port)
            return
