"""The picker's release knows no feature gate of this name.

Feature gates come and go: prepareDataPlugins is there from GAIE 1.3 to 1.4 (llm-d's picker v0.5 to v0.7), and v0.8
always does what it switched on. One that the release does not know, and the picker exits.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: chat.yaml
      pluginsCustomConfig:
        chat.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          featureGates: [prepareData]
          plugins: [{type: queue-scorer}]

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: chat.yaml
      pluginsCustomConfig:
        chat.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          featureGates: [prepareDataPlugins]
          plugins: [{type: queue-scorer}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL235",
    "picker-feature-gate",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        known = list(config.picker["gates"])
        for name, node in config.gates.items() if "featureGates" in config.picker["configuration"] else ():
            if name and name not in known:
                near = nearest(name, known)
                yield Hit(
                    node,
                    f'{config.title} knows no feature gate "{name}"',
                    write=near or f"remove it; it knows {', '.join(known)}",
                    why=config.says("gate", name),
                    fix=Fix(node, near) if near else None,
                )
        yield from _data(config)


def _data(config: Configured) -> Items:
    """Some releases refuse a data section while its gate is off."""
    gate = config.picker["dataLayer"].get("gate") or "dataLayer"
    if config.picker["dataNeedsGate"] and config.root["data"].written and gate not in config.gates:
        yield Hit(
            config.root["data"],
            f"there is a data section, and the feature gate {gate} is off",
            write=f"featureGates: [{gate}]",
            why="the picker exits, again and again: the Datalayer has not been enabled,"
            " but you specified a configuration for it",
        )
