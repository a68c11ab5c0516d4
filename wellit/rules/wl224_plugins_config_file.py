"""The picker is told to read a configuration that nobody wrote.

`pluginsConfigFile` names a file of the ConfigMap that the chart makes: one of the chart's own, or a key of
`pluginsCustomConfig`. With another name helm installs, and the picker ends at once because there is no such file.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      pluginsConfigFile: custom-plugins.yaml
      pluginsCustomConfig:
        custom_plugins.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins: [{type: queue-scorer}]

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      pluginsConfigFile: custom-plugins.yaml
      pluginsCustomConfig:
        custom-plugins.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          plugins: [{type: queue-scorer}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL224",
    "plugins-config-file",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.flags inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        name = pool.config_file
        if name.text() and name.text() not in pool.config_files and not pool.config_elsewhere:
            yield _missing(pool)


def _missing(pool: Pool) -> Hit:
    node = pool.config_file
    own = [key for key, _ in pool.custom_configs.items()]
    meant = nearest(node.text(), pool.config_files) or (own[0] if len(own) == 1 else "")
    known = meant or " or ".join(pool.config_files)
    return Hit(
        node,
        f'there is no configuration "{node.text()}" for the picker of {pool.release.name}',
        write=f"pluginsConfigFile: {known}",
        why=f"the picker exits, again and again: open /config/{node.text()}: no such file or directory",
        also=tuple(("this one is there", pool.custom_configs[key]) for key in own[:1]),
        fix=Fix(node, meant) if len(own) == 1 and meant == own[0] else None,
    )
