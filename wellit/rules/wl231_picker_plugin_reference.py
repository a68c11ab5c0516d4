"""A plugin is named that is not configured, or two have one name.

Profiles, deciders and the data layer name plugins by `name`, or by type where a plugin has none. A name that no
plugin has, a name that two have, or a decider that stands after the handler that wants it - plugins are made from
first to last - and the picker exits.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: chat.yaml
      pluginsCustomConfig:
        chat.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins:
          - type: queue-scorer
            name: queue
          schedulingProfiles:
          - name: default
            plugins: [{pluginRef: queue-scorer}]

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: chat.yaml
      pluginsCustomConfig:
        chat.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins:
          - type: queue-scorer
            name: queue
          schedulingProfiles:
          - name: default
            plugins: [{pluginRef: queue}]
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, Plugin, configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL231",
    "picker-plugin-reference",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        yield from _twice(config)
        for node in _references(config):
            if node.text() and node.text() not in config.names and node.text() not in config.made:
                yield _undefined(config, node)
            elif node.written and not node.text():
                yield _empty(config, node)
        for handler in config.of_kind("handler"):
            yield from _decider(config, handler)


def _twice(config: Configured) -> Items:
    seen: dict[str, Plugin] = {}
    for plugin in config.plugins:
        if plugin.name and plugin.name in seen:
            node = plugin.node["name"] if plugin.node["name"].written else plugin.node["type"]
            yield Hit(
                node,
                f'two plugins have the name "{plugin.name}"',
                write="a name of its own for one of them, or remove one",
                why=config.says("twice", plugin.name),
                also=(("the other one", seen[plugin.name].node["type"]),),
            )
        seen.setdefault(plugin.name, plugin)


def _references(config: Configured) -> Iterator[Node]:
    """Every pluginRef outside of data.sources, which WL205 reads."""
    for profile in config.profiles:
        for member in profile["plugins"]:
            yield member["pluginRef"]
    for section in ("saturationDetector", "parser"):
        yield config.root[section]["pluginRef"]
    for source in config.root["dataLayer"]["sources"]:
        yield source["pluginRef"]
        for extractor in source["extractors"]:
            yield extractor["pluginRef"]


def _undefined(config: Configured, node: Node) -> Hit:
    name = node.text()
    of_type = next((plugin.name for plugin in config.plugins if plugin.type == name), "")
    near = of_type or nearest(name, config.names, 0.8)
    known = name in config.known()
    return Hit(
        node,
        f'no plugin "{name}" is configured',
        write=f"pluginRef: {near}"
        if near
        else f"plugins: [{{type: {name}}}]"
        if known
        else "one of " + ", ".join(config.names),
        why=config.says("reference", name),
        fix=Fix(node, near) if near else None,
    )


def _empty(config: Configured, node: Node) -> Hit:
    return Hit(
        node, "a pluginRef is empty", write=f"one of {', '.join(config.names)}", why=config.says("reference", "")
    )


def _decider(config: Configured, handler: Plugin) -> Items:
    """A handler asks for its decider while it is made."""
    how = (handler.fact("splits") or {}).get("decider")
    if not how:
        return
    given = next((node for path in how["parameters"] if (node := handler.parameter(path)).text()), None)
    name = given.text() if given else how["default"]
    decider = config.names.get(name)
    if not name or (decider and decider.place < handler.place and decider.kind in ("decider", "")):
        return
    by_default = "" if given else ", which it looks for unless told otherwise"
    known = [plugin.name for plugin in config.of_kind("decider")] or config.known("decider")
    if not decider:
        wrong, write = f'the decider "{name}" of {handler.type} is not configured{by_default}', f"{{type: {name}}}"
        write = f"a plugin before it: {write}" if name in config.known("decider") else f"one of {', '.join(known)}"
    elif decider.kind != "decider":
        wrong, write = f'{handler.type} is told to ask "{name}", which decides nothing', f"one of {', '.join(known)}"
    else:
        wrong, write = f'the decider "{name}" stands after {handler.type}, which wants it', "put the decider before it"
    yield Hit(
        given or handler.node["type"], wrong, write=write, why=config.says("create", handler.name),
        also=(("the decider", decider.node["type"]),) if decider else (),
    )  # fmt: skip
