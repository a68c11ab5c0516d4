"""A parameter of a picker's plugin has the wrong type.

Each plugin decodes its own parameters when the picker starts: a number written as text, text where true or false
belongs, and the plugin cannot be made; the picker exits.

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
          - type: prefix-cache-scorer
            parameters: {blockSizeTokens: "64"}

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
          - type: prefix-cache-scorer
            parameters: {blockSizeTokens: 64}
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, Plugin, configured
from wellit.seen.shapes import Misfit, meant, misfits
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL230",
    "picker-parameter-type",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        for plugin in config.plugins:
            if plugin.facts and plugin.facts["parameters"] is not None:
                for misfit in misfits(plugin.node["parameters"], plugin.facts["parameters"], exact=False):
                    if misfit.wanted:
                        yield _wrong(config, plugin, misfit)
            yield from _mixed(config, plugin)


def _wrong(config: Configured, plugin: Plugin, misfit: Misfit) -> Hit:
    node = misfit.node
    right = meant(misfit)
    name = str(node.keys[-1])
    return Hit(
        node,
        f"{name} of the plugin {plugin.type} must be {misfit.wanted}",
        write=f"{name}: {right or misfit.wanted}",
        why=config.says("create", plugin.name),
        fix=Fix(node, right) if right else None,
    )


def _mixed(config: Configured, plugin: Plugin) -> Items:
    """Old names of parameters that are refused beside the new ones."""
    new = [node for name in plugin.fact("oldNotBeside") or () if (node := plugin.parameter(name))]
    old = plugin.fact("old") or {}
    for name, now in old.items() if new else ():
        if node := plugin.parameter(name):
            yield Hit(
                node,
                f"the old parameter {name} of {plugin.type} stands beside {new[0].keys[-1]}",
                write=f"parameters.{now}: {node.value}",
                why=f"{config.says('create', plugin.name)}: cannot mix deprecated flat parameters with nested ones",
                also=(("the new form", new[0]),),
            )
