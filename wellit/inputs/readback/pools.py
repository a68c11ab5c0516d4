"""Pools and their pickers, read back into values of the inferencepool chart."""

from __future__ import annotations

from wellit import capabilities
from wellit.images import Image
from wellit.inputs.readback.release import release
from wellit.inputs.readback.traced import Traced
from wellit.node import Node
from wellit.seen import words, workloads
from wellit.seen.workloads import Object, Template
from wellit.subject import INFERENCEPOOL, Release, Subject

PICKER_WORDS = ("pool-name", "poolName")
NO_PICKER = ("none-of-these-objects", "picker", "unknown")
# What the chart of the pool passes to every picker: no setting of anybody's.
OWN_FLAGS = ("pool-name", "pool-namespace", "config-file", "config-text", "poolName", "poolNamespace", "configFile")


def pool_of(pool: Object, subject: Subject) -> Release:
    mapped = Traced(pool.manifest)
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
    return release(mapped, INFERENCEPOOL, pool, {})


def picker_container(template: Template) -> Node | None:
    known = {image.rpartition(":")[0] for image, _ in capabilities.published("picker")}
    for node in template.spec["containers"]:
        line = words.read(node["command"], node["args"])
        image = Image.parse(node["image"].text())
        if any(line.given(f"--{word}") for word in PICKER_WORDS) or any(image.is_of(one) for one in known):
            return node
    return None


def _picker(pool: Object, subject: Subject) -> tuple[Template, Node] | None:
    """The picker of a pool: the one that names it, else the one that its Service selects."""
    pickers = [(one, node) for one in workloads.templates(subject) if (node := picker_container(one))
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


def _picked(mapped: Traced, picker: tuple[Template, Node], subject: Subject) -> None:
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
    mapped.copy((*place, "volumeMounts"), node["volumeMounts"])
    mapped.copy((*place, "volumes"), one.spec["volumes"])
    _beside(mapped, one, node)
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


def _beside(mapped: Traced, one: Template, picker: Node) -> None:
    """The container beside the picker's own, as the chart has it: one that starts first and stays, or another."""
    place = ("inferenceExtension", "sidecar")
    for node in [other for other in one.containers if other.keys != picker.keys][:1]:
        mapped.put((*place, "enabled"), True, node)
        for key in ("name", "image", "command", "args", "env", "ports", "volumeMounts"):
            mapped.copy((*place, key), node[key])


def _config(mapped: Traced, one: Template, line: words.Words, subject: Subject) -> None:
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
