"""Rendered objects, read back into values: so that every rule about values holds for them as well.

A workload of model servers, a pool with its picker and a gateway become releases of the charts that make such
objects, of a version that adds nothing, has no label of its own and knows every key. Each value keeps the line of its
object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wellit import capabilities, engines
from wellit.images import Image
from wellit.inputs.mapped import Mapped
from wellit.node import Node
from wellit.seen import words, workloads
from wellit.seen.workloads import Object, Template
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Manifest, Release, Subject

ROLE = "llm-d.ai/role"
DECODE, PREFILL = "decode", "prefill"
PROXY_NAMES = ("routing-proxy", "routing-sidecar")
PICKER_WORDS = ("pool-name", "poolName")
NO_PICKER = ("none-of-these-objects", "picker", "unknown")
# What the chart of the pool passes to every picker: no setting of anybody's.
OWN_FLAGS = ("pool-name", "pool-namespace", "config-file", "config-text", "poolName", "poolNamespace", "configFile")


def releases(manifests: Sequence[Manifest]) -> tuple[Release, ...]:
    """The releases that the objects may have come from."""
    subject = Subject((), tuple(manifests))
    pools = list(workloads.of_kind(subject, "InferencePool"))
    servers = [template for template in workloads.templates(subject) if _serves(template)]
    found = [_served(group, pools) for group in _together(servers)]
    found += [_pool(pool, subject) for pool in pools]
    found += [_gateway(gateway) for gateway in workloads.of_kind(subject, "Gateway")]
    return tuple(found)


# --- model servers


def _serves(template: Template) -> bool:
    """Whether its pods serve a model: they have a role, or a container of a known engine."""
    if template.object.kind in ("Job", "CronJob") or _picker_container(template):
        return False
    if template.object.kind == "LeaderWorkerSet" and template.node.keys[-1] == "workerTemplate":
        return not template.object.root.at("spec", "leaderWorkerTemplate", "leaderTemplate").written
    return template.labels.get(ROLE) in (DECODE, PREFILL) or any(map(_engine, template.spec["containers"]))


def _engine(container: Node) -> bool:
    spoken = words.read(container["command"], container["args"]).texts
    return bool(engines.of_image(Image.parse(container["image"].text())) or engines.of_words(spoken))


def _together(servers: Sequence[Template]) -> Iterator[list[Template]]:
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


def _served(group: Sequence[Template], pools: Sequence[Object]) -> Release:
    first = group[0]
    mapped = Mapped(first.object.manifest)
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
    return _release(mapped, MODELSERVICE, first.object, facts)


def _role(mapped: Mapped, role: str, one: Template) -> None:
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


def _routed(mapped: Mapped, node: Node) -> dict[str, Any]:
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


def _direct(mapped: Mapped, one: Template, pools: Sequence[Object]) -> None:
    """Without a proxy the pods are reached at the port that their pool names."""
    for pool in pools:
        wanted = workloads.labels_of(workloads.pool_selector(pool))
        if wanted and one.has(wanted) and workloads.same_namespace(pool, one.object):
            for port in workloads.pool_ports(pool)[:1]:
                mapped.copy(("routing", "servicePort"), port)
            return


# --- pools and their pickers


def _pool(pool: Object, subject: Subject) -> Release:
    mapped = Mapped(pool.manifest)
    mapped.copy(("inferencePool", "apiVersion"), pool.root["apiVersion"])
    for key in ("targetPorts", "targetPortNumber"):
        mapped.copy(("inferencePool", key), pool.root.at("spec", key))
    mapped.copy(("inferencePool", "modelServers", "matchLabels"), workloads.pool_selector(pool))
    if picker := _picker(pool, subject):
        _picked(mapped, picker, subject)
    else:  # nothing is known of one that is not among the objects
        mapped.put(("inferenceExtension", "image"), dict(zip(_image_keys(), NO_PICKER, strict=True)))
    host = workloads.picker_of(pool)["name"].text()
    rules = [rule for rule in workloads.of_kind(subject, "DestinationRule")
             if rule.root.at("spec", "host").text().partition(".")[0] == host]  # fmt: skip
    mapped.put(("provider", "name"), "istio" if rules else "none")
    for rule in rules[:1]:
        mapped.note(("provider",), rule.root)
        mapped.copy(("provider", "istio", "destinationRule", "host"), rule.root.at("spec", "host"))
    return _release(mapped, INFERENCEPOOL, pool, {})


def _picker_container(template: Template) -> Node | None:
    known = {image.rpartition(":")[0] for image, _ in capabilities.published("picker")}
    for node in template.spec["containers"]:
        line = words.read(node["command"], node["args"])
        image = Image.parse(node["image"].text())
        if any(line.given(f"--{word}") for word in PICKER_WORDS) or any(image.is_of(one) for one in known):
            return node
    return None


def _picker(pool: Object, subject: Subject) -> tuple[Template, Node] | None:
    """The picker of a pool: the one that names it, else the one that its Service selects."""
    pickers = [(one, node) for one in workloads.templates(subject) if (node := _picker_container(one))
               and workloads.same_namespace(one.object, pool)]  # fmt: skip
    for one, node in pickers:
        line = words.read(node["command"], node["args"])
        if any((found := line.given(f"--{word}")) and found.value == pool.name for word in PICKER_WORDS):
            return one, node
    service = workloads.picker_of(pool)["name"].text()
    for known in workloads.of_kind(subject, "Service"):
        wanted = workloads.labels_of(known.root.at("spec", "selector"))
        for one, node in pickers if known.name == service and wanted else ():
            if one.has(wanted):
                return one, node
    return None


def _image_keys() -> tuple[str, str, str]:
    """The keys that say the picker's image: its registry, name and tag."""
    first, second, tag = capabilities.contract(INFERENCEPOOL, capabilities.versions(INFERENCEPOOL)[-1])["imageKeys"][:3]
    return first, second, tag


def _picked(mapped: Mapped, picker: tuple[Template, Node], subject: Subject) -> None:
    one, node = picker
    place = ("inferenceExtension",)
    mapped.note(place, node)
    image = Image.parse(node["image"].text())
    first, second, tag = _image_keys()
    head, _, last = node["image"].text().partition("@")[0].rpartition("/")
    for key, value in ((first, head), (second, last.partition(":")[0]), (tag, image.tag or "latest")):
        mapped.put((*place, "image", key), value, node["image"])
    mapped.note((*place, "image"), node["image"])
    mapped.copy((*place, "env"), node["env"])
    mapped.copy((*place, "resources"), node["resources"])
    mapped.copy((*place, "replicas"), one.object.root.at("spec", "replicas"))
    line = words.read(node["command"], node["args"])
    mapped.note((*place, "flags"), node["args"])
    for word in line.words:
        if word.text.endswith(("=true", "=false")):  # a switch in one word, which is read as it stands
            continue
        name = word.text.partition("=")[0].lstrip("-")
        if word.text.startswith("-") and name not in OWN_FLAGS and (given := line.given(word.text.partition("=")[0])):
            mapped.put((*place, "flags", name), given.value, given.node)
    _config(mapped, one, line, subject)


def _config(mapped: Mapped, one: Template, line: words.Words, subject: Subject) -> None:
    """The picker's configuration: from its ConfigMap, or from its command line."""
    place = ("inferenceExtension",)
    if text := line.given("--config-text") or line.given("--configText"):
        mapped.put((*place, "pluginsConfigFile"), "config.yaml", text.node)
        mapped.put((*place, "pluginsCustomConfig", "config.yaml"), text.value, text.node)
        return
    file = line.given("--config-file") or line.given("--configFile")
    if not file:
        return
    name = file.value.rpartition("/")[2]
    mapped.put((*place, "pluginsConfigFile"), name, file.node)
    mounted = {volume.at("configMap", "name").text() for volume in one.spec["volumes"]}
    for known in workloads.of_kind(subject, "ConfigMap"):
        if known.name in mounted and workloads.same_namespace(known, one.object):
            mapped.copy((*place, "pluginsCustomConfig"), known.root["data"])


# --- gateways


def _gateway(gateway: Object) -> Release:
    mapped = Mapped(gateway.manifest)
    mapped.put(("gateway", "enabled"), True)
    for key in ("gatewayClassName", "listeners"):
        mapped.copy(("gateway", key), gateway.root.at("spec", key))
    mapped.put(("gateway", "fullnameOverride"), gateway.name, gateway.root.at("metadata", "name"))
    return _release(mapped, INFRA, gateway, {})


def _release(mapped: Mapped, chart: str, one: Object, facts: Mapping[str, Any]) -> Release:
    newest = capabilities.contract(chart, capabilities.versions(chart)[-1])
    nothing = {name: None for name in newest if name.startswith("closed.")} | NOTHING_ADDED.get(chart, {})
    contract = replace(newest, facts={**newest.facts, **nothing, **facts}, narrows={})
    return Release(
        one.name, chart, newest.version, mapped.values, mapped.locate, namespace=one.namespace, contract=contract,
        path=mapped.path, source=one.manifest.source,
    )  # fmt: skip


# What a chart would be that renders nothing by itself.
NOTHING_ADDED: dict[str, dict[str, Any]] = {
    MODELSERVICE: {
        "modelCommands": {"custom": {"injects": ()}},
        "defaultModelCommand": "custom",
        "defaultLabels": {},
        "labelsSettable": True,
        "ports": {"service": None, "engine": None},
        "proxyOff": {"honoured": True, "enginePortFollows": True},
        "acceleratorEnv": {},
        "userGpuLimitWins": True,
        "defects": (),
    },
    INFERENCEPOOL: {
        "poolApiSettable": True,
        "modelServerFlags": (),
        "modelServerMetrics": {},
        "unknownModelServerType": "ignored",
        "defaultPlugins": (),
        "flags": "map",
        "defects": (),
    },
}
