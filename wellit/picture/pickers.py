"""Endpoint pickers: the service that a pool names, the pods behind it, and the plugins that they are told to use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from wellit.picture import events
from wellit.picture.model import Edge, Node
from wellit.picture.objects import Object, World, matched_labels
from wellit.picture.plain import mapping, maps
from wellit.seen import words as command_lines
from wellit.source import LOADER

DEFAULT_PORT = 9002


def of_pool(pool: Object, owner: Node, world: World) -> tuple[Node, Edge, list[Object]]:
    """The picker that a pool names, the arrow to the pool, and the workloads behind it."""
    reference = mapping(pool.spec.get("endpointPickerRef") or pool.spec.get("extensionRef"))
    name = str(reference.get("name", "?"))
    port = mapping(reference.get("port")).get("number") or reference.get("portNumber") or DEFAULT_PORT
    service = world.get("Service", name, pool.namespace, "")
    edge = Edge(f"picker/{name}", owner.id, "picks", (f"asked at port {port}",))
    if not service:
        why = f"the pool {pool.name} asks the service {name}, which is not in this stack"
        return Node("picker", name, there=False), _broken(edge, why), []
    behind = world.selected(matched_labels(service.spec.get("selector")), pool.namespace)
    served = [one.get("port") for one in maps(service.spec.get("ports"))]
    if port not in served:
        have = ", ".join(map(str, served)) or "no port"
        edge = _broken(edge, f"the pool {pool.name} asks {name} at port {port}; the service has {have}")
    elif not behind:
        edge = _broken(edge, f"the service {name} selects no pod of this stack")
    node = Node("picker", name, _facts(behind[:1], reference, world), object=_object(behind), live=_live(behind))
    if elsewhere := _elsewhere(behind, pool):
        edge = _broken(edge, f"the picker {name} watches the pool {elsewhere}, not {pool.name}")
    return node, edge, behind


def _broken(edge: Edge, why: str) -> Edge:
    return edge if edge.broken else Edge(edge.source, edge.target, edge.does, edge.labels, why)


def _object(behind: list[Object]) -> tuple[str, str] | None:
    return (behind[0].api_version, behind[0].kind) if behind else None


def _live(behind: list[Object]) -> str:
    return behind[0].name if behind else ""


def _container(item: Object) -> tuple[int, command_lines.Words]:
    """The picker's own container: the one that is told a pool, else the first."""
    spoken = [command_lines.read(place["command"], place["args"]) for place in item.place("containers")]
    for number, words in enumerate(spoken):
        if words.given("--pool-name") or words.given("--poolName"):
            return number, words
    return 0, spoken[0] if spoken else command_lines.Words(())


def _elsewhere(behind: list[Object], pool: Object) -> str:
    """The pool that the picker watches, when that is another one."""
    for item in behind:
        _, spoken = _container(item)
        told = spoken.given("--pool-name") or spoken.given("--poolName")
        if told and not told.open and told.value != pool.name:
            return told.value
        space = spoken.given("--pool-namespace") or spoken.given("--poolNamespace")
        if told and space and not space.open and space.value != pool.namespace:
            return f"{space.value}/{told.value}"
    return ""


def _facts(behind: list[Object], reference: Mapping[str, Any], world: World) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for item in behind:
        number, spoken = _container(item)
        facts["pods"] = item.replicas
        facts["image"] = item.place("containers", number, "image").text()
        beside = [place["name"].text() for place in item.place("containers")]
        if others := [name for index, name in enumerate(beside) if index != number]:
            facts["beside it"] = others
        configuration = _configuration(item, number, spoken, world)
        for title, plugins in _profiles(configuration):
            facts[f"profile {title}"] = plugins
        if besides := _besides(configuration):
            facts["besides"] = besides
        if port := events.heard(configuration):
            facts[events.HEARS] = port
    if mode := reference.get("failureMode"):
        facts["when it fails"] = {"FailOpen": "any pod", "FailClose": "no answer"}.get(mode, mode)
    return facts


def _configuration(item: Object, number: int, spoken: command_lines.Words, world: World) -> Mapping[str, Any]:
    """The picker's configuration: from its arguments, or the config map that is mounted where they point."""
    text = spoken.given("--config-text") or spoken.given("--configText")
    if text:
        return _parsed(text.value)
    file = spoken.given("--config-file") or spoken.given("--configFile")
    folder, _, name = (file.value if file else "").rpartition("/")
    for mount in item.place("containers", number, "volumeMounts"):
        if not file or mount["mountPath"].text().rstrip("/") != folder:
            continue
        for volume in maps(item.pod.get("volumes")):
            source = mapping(volume.get("configMap")).get("name")
            if volume.get("name") == mount["name"].text() and source:
                found = world.get("ConfigMap", source, item.namespace, "")
                return _parsed(mapping(found.manifest.get("data") if found else None).get(name))
    return {}


def _parsed(text: Any) -> Mapping[str, Any]:
    try:
        read = yaml.load(str(text or ""), LOADER)
    except yaml.YAMLError:
        return {}
    return read if isinstance(read, Mapping) else {}


def _profiles(configuration: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Each scheduling profile: its plugins in order, scorers with their weight."""
    types = _types(configuration)
    for profile in maps(configuration.get("schedulingProfiles")):
        told = maps(profile.get("plugins"))
        names = [types.get(name, name) for one in told for name in [str(one.get("pluginRef"))]]
        weights = [f" x{one['weight']}" if one.get("weight") is not None else "" for one in told]
        yield str(profile.get("name", "default")), [a + b for a, b in zip(names, weights, strict=True)]


def _besides(configuration: Mapping[str, Any]) -> list[str]:
    """The plugins that are in no profile: what chooses between profiles, what reads metrics."""
    profiles = maps(configuration.get("schedulingProfiles"))
    used = {str(one.get("pluginRef")) for profile in profiles for one in maps(profile.get("plugins"))}
    return list(dict.fromkeys(kind for name, kind in _types(configuration).items() if name not in used))


def _types(configuration: Mapping[str, Any]) -> dict[str, str]:
    plugins = maps(configuration.get("plugins"))
    return {str(one.get("name") or one.get("type")): str(one.get("type")) for one in plugins}
