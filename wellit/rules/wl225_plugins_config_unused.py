"""A configuration for the picker is written, and nobody reads it.

A key of `pluginsCustomConfig` is only a file in a ConfigMap. The picker reads the one that `pluginsConfigFile` names;
unless that is set, the chart's own. So plugins, weights and feature gates of the file change nothing, without a word.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      pluginsCustomConfig:
        pd.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins: [{type: queue-scorer}]

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins: [{type: queue-scorer}]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL225",
    "plugins-config-unused",
    "warning",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.flags inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    """One that is not read while another of them is may be kept for later; while none is read, one is missed."""
    for pool in pools(subject):
        own = dict(pool.custom_configs.items())
        read = pool.config_file.text(pool.config_files[0])
        if not own or read in own or read not in pool.config_files or pool.config_elsewhere:
            continue
        for name, node in own.items():
            yield Hit(
                node,
                f'the picker of {pool.release.name} does not read "{name}", but {read} of the chart',
                write=f"pluginsConfigFile: {name}",
                why="what stands in it changes nothing",
                also=(("this one is read", pool.config_file),) if pool.config_file.written else (),
            )
