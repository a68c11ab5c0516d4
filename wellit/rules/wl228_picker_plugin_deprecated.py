"""A plugin of the picker's configuration has a newer name.

The old name still works in this release; the picker says in its log that it will go. The day the image's tag is
raised, the picker may end because of it.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins:
          - type: prefill-header-handler

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins:
          - type: disagg-headers-handler
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.pickerconfig import configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL228",
    "picker-plugin-deprecated",
    "info",
    (INFERENCEPOOL,),
    "read",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        for plugin in config.plugins:
            if now := plugin.fact("replacedBy"):
                yield Hit(
                    plugin.node["type"],
                    f'{config.title} still takes the plugin "{plugin.type}", whose name is {now} now',
                    write=f"type: {now}",
                    why="a later release will not have it; parameters may have other names too",
                )
