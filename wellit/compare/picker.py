"""The endpoint picker, by meaning: image, flags, plugins and weights, and the metrics that it reads."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from wellit import capabilities
from wellit.capabilities import Contract
from wellit.compare import commandline, workload
from wellit.compare.description import Fact
from wellit.compare.objects import Object, Objects, pod_of
from wellit.nested import parsed

CONFIG = "config-file"
# What the chart writes of the pool itself, and how it logs.
OWN = (
    "pool-name",
    "pool-namespace",
    "pool-group",
    "poolName",
    "poolNamespace",
    "poolGroup",
    CONFIG,
    "configFile",
    "config-text",
)


def facts(objects: Objects, picker: Object) -> tuple[dict[str, Fact], dict[str, str]]:
    """The facts of a picker, and what of it cannot be known."""
    spec = pod_of(picker)
    container: Object = next(iter(spec.get("containers") or []), {})
    image = workload.image_of(container)
    words = itertools.dropwhile(lambda word: not word.startswith("-"), workload.words_of(container).texts)
    flags = dict(commandline.given(list(words)))
    flags = {name.lstrip("-"): value if value is not None else "true" for name, value in flags.items()}
    config, why = _config(objects, spec, flags)
    why = why or str(container.get("unsaid", ""))
    found = {"replicas": Fact(str((picker.get("spec") or {}).get("replicas", 1)))}
    found |= dict(workload.image_facts(image))
    contract = capabilities.picker(image.text)
    reads = dict(_reads(contract, flags, config)) if contract and not (why and contract["dataLayer"]) else {}
    found |= {f"reads {what}": Fact(name or "nothing") for what, name in reads.items()}
    found |= dict(_plugins(config, contract or None))
    metric_flags = set(contract["metricFlags"].values()) if reads and contract else set()
    for name, value in flags.items():
        if name not in OWN and name not in metric_flags:
            found[f"--{name}"] = Fact(commandline.canonical(value or ""))
    found |= dict(workload.resources(container))
    return found, {"*": why} if why else {}


def _config(objects: Objects, spec: Object, flags: Mapping[str, str | None]) -> tuple[Mapping[str, Any], str]:
    """The configuration that the command line names, from the ConfigMap that is mounted; or why it cannot be read."""
    if text := flags.get("config-text"):
        return parsed(text) or {}, ""
    file = str(flags.get(CONFIG) or flags.get("configFile") or "").rpartition("/")[2]
    for volume in spec.get("volumes") or []:
        name = str((volume.get("configMap") or {}).get("name", ""))
        text = ((objects.named("ConfigMap", name) or {}).get("data") or {}).get(file)
        if text is not None:
            read = parsed(str(text))
            return (read, "") if isinstance(read, Mapping) else ({}, f"{file} of ConfigMap {name} is no YAML map")
        if why := objects.unread.get(f"ConfigMap/{name}"):
            return {}, why
    return {}, f"its configuration {file} is in no ConfigMap" if file else ""


def _plugins(config: Mapping[str, Any], contract: Contract | None) -> Iterator[tuple[str, Fact]]:
    """Each plugin with its parameters, each profile with its weights. What reads metrics is told elsewhere."""
    layer = contract["dataLayer"] if contract else {}
    reading = {layer.get("source"), layer.get("extractor")}
    types = {p.get("name") or p.get("type"): p.get("type") for p in config.get("plugins") or []}
    for plugin in config.get("plugins") or []:
        if plugin.get("type") in reading:
            continue
        given = plugin.get("parameters")
        shown = json.dumps(given, sort_keys=True) if given else "as it is by itself"
        yield f"plugin {plugin.get('name') or plugin.get('type')}", Fact(shown)
    for profile in config.get("schedulingProfiles") or []:
        for ref in profile.get("plugins") or []:
            name = str(ref.get("pluginRef"))
            weight = ref.get("weight", 1 if str(types.get(name)).endswith("-scorer") else None)
            shown = "used" if weight is None else f"weight {commandline.canonical(weight)}"
            yield f"profile {profile.get('name')}: {name}", Fact(shown)
    for gate in config.get("featureGates") or []:
        if gate != layer.get("gate"):
            yield f"feature gate {gate}", Fact("on")


def _reads(contract: Contract, flags: Mapping[str, str | None], config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The metric that it reads for each thing it weighs, as its release is told."""
    if contract["metricFlagsTaken"]:
        for what, flag in contract["metricFlags"].items():
            yield what, str(flags.get(flag) or contract["defaultMetrics"].get(what, ""))
        return
    layer = contract["dataLayer"]
    plugins = {plugin.get("type"): plugin.get("parameters") or {} for plugin in config.get("plugins") or []}
    on = not layer["gate"] or layer["gate"] in (config.get("featureGates") or [])
    told = plugins.get(layer["extractor"], {}) if on else {}
    engine = str(told.get(layer["engineParameter"]) or contract["defaultEngine"])
    configs = {one.get("name"): one for one in told.get("engineConfigs") or []}
    yield "engine", engine
    for name in dict.fromkeys([engine, *configs]):
        own, built_in = configs.get(name, {}), contract["engineMetrics"].get(name, {})
        for what, key in layer["engineConfig"].items():
            prefix = "" if name == engine else f"{name} "
            yield f"{prefix}{what}", str(own.get(key) or built_in.get(what, ""))
