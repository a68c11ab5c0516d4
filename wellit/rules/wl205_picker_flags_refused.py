"""The picker's image refuses what it is given, and exits.

Metrics used to be named by flags; from GAIE 1.4 on (llm-d's picker v0.7) the picker refuses those flags and wants its
data layer configured. It is the image that decides, whoever sets the flag: the values, or the chart, which adds them
for modelServerType sglang and triton-tensorrt-llm, and so crashes its own picker. The data layer in turn needs all
its parts.

Bad::

    # inferencepool@v1.4.0
    inferencePool:
      modelServerType: sglang
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      pluginsConfigFile: chat.yaml
      pluginsCustomConfig:
        chat.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          featureGates: [dataLayer]
          plugins:
          - type: queue-scorer
          - type: metrics-data-source
          - type: model-server-protocol-metrics
            parameters: {defaultEngine: sglang}
          schedulingProfiles:
          - name: default
            plugins: [{pluginRef: queue-scorer}]
          data:
            sources:
            - pluginRef: metrics-data-source
              extractors: [{pluginRef: model-server-protocol-metrics}]
    inferencePool:
      modelServerType: vllm
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.metrics import flags_added
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL205",
    "picker-flags-refused",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.flags inferenceExtension.image inferenceExtension.pluginsConfigFile "
    "inferenceExtension.pluginsCustomConfig inferencePool.modelServerType",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        picker = pool.contract
        if not isinstance(picker, Contract):
            yield NotChecked(f"which flags the picker takes: {picker.reason}")
            continue
        if not picker["metricFlagsTaken"]:
            yield from _flags(pool, picker)
        if picker["dataLayer"]:
            yield from _data_layer(pool, picker)


def _flags(pool: Pool, picker: Contract) -> Items:
    layer = picker["dataLayer"]
    instead = f"the data layer with {layer['engineParameter']} in the picker's configuration: invoke explain {RULE.id}"
    for flag in picker["metricFlags"].values():
        if flag in pool.flags:
            yield _refused(pool, picker, pool.flags[flag], flag, f"no {flag}, but {instead}")
    if flags_added(pool):
        node = pool.pool["modelServerType"]
        default = pool.facts["modelServerTypes"][0]
        yield _refused(pool, picker, node, "", f"modelServerType: {default}, and {instead}")


def _refused(pool: Pool, picker: Contract, node: Node, flag: str, write: str) -> Hit:
    release = pool.release
    added = f"modelServerType {pool.server_type} makes {release.chart} {release.version} pass metric flags, which"
    first = flag or next(iter(picker["metricFlags"].values()))
    return Hit(
        node,
        f"{f'the flag {flag}' if flag else added} the picker {picker.version} refuses",
        write=write,
        why=f"the picker exits, again and again: {picker['metricFlagsRefusal'].format(flag=first)}",
        also=(("the picker's release", pool.image_node),) if pool.image_node.written else (),
    )


def _data_layer(pool: Pool, picker: Contract) -> Items:
    layer = picker["dataLayer"]
    gate = pool.gates.get(layer["gate"])
    if gate and layer["needsData"] and not pool.config.at("data", "sources"):
        yield Hit(
            gate,
            f"the feature gate {layer['gate']} is on, and the configuration has no data section",
            write=_data(layer["source"], layer["extractor"]),
            why="the picker refuses the configuration and exits",
        )
    yield from _unknown_engine(pool, picker)
    for node in _references(pool):
        if node.text() and node.text() not in _names(pool):
            yield Hit(
                node,
                f'the plugin "{node.text()}" is used in data.sources and not configured',
                write=f"plugins: [{{type: {node.text()}}}]",
                why="the picker refuses the configuration and exits",
            )


def _unknown_engine(pool: Pool, picker: Contract) -> Items:
    """An engine that is named and neither built in nor described; charts from v1.5.0 on name the modelServerType."""
    layer, server_type = picker["dataLayer"], pool.pool["modelServerType"]
    extractor = pool.plugins.get(layer["extractor"])
    parameters = extractor["parameters"] if extractor else pool.config["no such plugin"]
    described = {entry["name"].text() for entry in parameters["engineConfigs"]}
    named = [parameters[layer["engineParameter"]]]
    if pool.facts["unknownModelServerType"] != "ignored":
        named.append(server_type)
    for node in named:
        if node.text() and node.text() not in (*picker["knownEngines"], *described):
            near = nearest(node.text(), picker["knownEngines"])
            yield Hit(
                node,
                f'the picker {picker.version} does not know the engine "{node.text()}"',
                write=f"{node.keys[-1]}: {near or picker['defaultEngine']}",
                why=f"the picker exits; it knows {', '.join(picker['knownEngines'])}, and those of engineConfigs",
                fix=Fix(node, near) if near else None,
            )


def _references(pool: Pool) -> list[Node]:
    found = []
    for source in pool.config.at("data", "sources"):
        found.append(source["pluginRef"])
        found += [extractor["pluginRef"] for extractor in source["extractors"]]
    return found


def _names(pool: Pool) -> set[str]:
    """The names by which plugins are referred to: their own, or their type."""
    return {plugin["name"].text() or plugin["type"].text() for plugin in pool.config["plugins"]}


def _data(source: str, extractor: str) -> str:
    return f"data: {{sources: [{{pluginRef: {source}, extractors: [{{pluginRef: {extractor}}}]}}]}}"
