"""The picker's release has no plugin of this type.

Plugins are built into the image: llm-d's picker has its own beside upstream's, and both change from release to
release. A type that the release in the image does not have - misspelt, gone, not there yet, or llm-d's in upstream's
image - and the picker exits.

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
          - type: queue-depth-scorer

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
"""

from __future__ import annotations

from wellit import capabilities
from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, Plugin, configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL227",
    "picker-plugin-type",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        for plugin in config.plugins:
            if not plugin.facts:
                yield _unknown(config, plugin) if plugin.type else _no_type(config, plugin)


def _no_type(config: Configured, plugin: Plugin) -> Hit:
    return Hit(
        plugin.node,
        "a plugin has no type",
        write=f"type: {nearest(plugin.name, config.known()) or 'the type of the plugin'}",
        why=config.says("noType", plugin.name),
    )


def _unknown(config: Configured, plugin: Plugin) -> Hit:
    node, pool = plugin.node["type"], config.pool
    took = next((name for name in config.known() if _was(config, name) == plugin.type), "")
    near = took or nearest(plugin.type, config.known(), 0.8)
    releases = _releases(plugin.type, config)
    write = f"type: {near}" if near else f"remove it{releases and ', or '}{releases}"
    return Hit(
        node,
        f'{config.title} has no plugin "{plugin.type}"{_elsewhere(plugin.type)}',
        write=write,
        why=config.says("plugin", plugin.type),
        also=(("the picker's release", pool.image_node),) if pool.image_node.written else (),
        fix=Fix(node, near) if near and not _having(plugin.type) else None,
    )


def _was(config: Configured, name: str) -> str:
    return str(config.picker[f"plugin.{name}"].get("was", ""))


def _having(name: str) -> list[tuple[str, str]]:
    """The images that have a plugin of this type, oldest first, as (repository, tag)."""
    found = [image for image, release in capabilities.published("picker") if release.group("plugin").get(name)]
    return [(image.rpartition(":")[0], image.rpartition(":")[2]) for image in found]


def _elsewhere(name: str) -> str:
    """Which releases of which picker have it; "" when none does."""
    having = _having(name)
    spans = []
    for repository in dict.fromkeys(repository for repository, _ in having):
        tags = [tag for where, tag in having if where == repository]
        spans.append(f"{repository.rpartition('/')[2]} {tags[0]} to {tags[-1]}")
    return f"; {' and '.join(spans)} have it" if spans else ""


def _releases(name: str, config: Configured) -> str:
    """An image that has it, of the picker's own repository where there is one."""
    having = _having(name)
    own = [tag for repository, tag in having if config.pool.image.startswith(f"{repository}:")]
    if own:
        return f"tag: {own[-1]}"
    return f"the image {having[-1][0]}:{having[-1][1]}" if having else ""
