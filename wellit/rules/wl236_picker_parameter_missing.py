"""A picker's plugin lacks a parameter that it cannot do without.

precise-prefix-cache-scorer computes blocks of a prompt as the engine does, so it must know the model:
`indexerConfig.tokenizersPoolConfig.modelName`. Without it the picker exits.

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
          - type: precise-prefix-cache-scorer
            parameters:
              tokenProcessorConfig: {blockSize: 64}

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
          - type: precise-prefix-cache-scorer
            parameters:
              tokenProcessorConfig: {blockSize: 64}
              indexerConfig: {tokenizersPoolConfig: {modelName: Qwen/Qwen3-32B}}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.pickerconfig import configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL236",
    "picker-parameter-missing",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        for plugin in config.plugins:
            needs = plugin.fact("needs")
            if needs and not plugin.parameter(needs["at"]).value:
                node = plugin.parameter(needs["at"])
                yield Hit(
                    node if node.written else plugin.node["type"],
                    f"{plugin.type} is not told {needs['at'].rpartition('.')[2]}",
                    write=f"parameters.{needs['at']}: the model's name, as the engine serves it",
                    why=f"{config.says('create', plugin.name)}: {needs['says']}",
                )
