"""The picker reads no parameter of this name.

A plugin takes its parameters out of a map and leaves the rest unread, without a word: a misspelt one, one at the
wrong level, one of another release does nothing, and the default holds. `blockSizeTokens` below tokenProcessorConfig
leaves the block size at 16; speculativeIndexing below indexerConfig leaves it off.

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
          - type: max-score-picker
            parameters: {maxNumberOfEndpoints: 2}

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
          - type: max-score-picker
            parameters: {maxNumOfEndpoints: 2}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, Plugin, configured
from wellit.seen.shapes import Misfit, misfits
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL229",
    "picker-parameter-unknown",
    "warning",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        for plugin in config.plugins:
            if plugin.facts and plugin.facts["parameters"] is not None:
                for misfit in misfits(plugin.node["parameters"], plugin.facts["parameters"], exact=False):
                    if not misfit.wanted:
                        yield _unread(config, plugin, misfit)


def _unread(config: Configured, plugin: Plugin, misfit: Misfit) -> Hit:
    node = misfit.node
    name = str(node.keys[-1])
    write, near = _write(plugin, misfit, name)
    return Hit(
        node,
        f'{plugin.type} of {config.title} reads no parameter "{name}" here',
        write=write,
        why="it is left out without a word, and the default holds",
        fix=Fix(node, near, key=True) if near else None,
    )


def _write(plugin: Plugin, misfit: Misfit, name: str) -> tuple[str, str]:
    """What to write, and the key that it may be renamed to; "" when that is not for sure."""
    if now := (plugin.fact("gone") or {}).get(name):
        return now, ""
    assert plugin.facts
    elsewhere = [path for path in _paths(plugin.facts["parameters"]) if path.rpartition(".")[2].lower() == name.lower()]
    if elsewhere:
        return f"parameters.{elsewhere[0]}", ""
    if near := nearest(name, misfit.known, 0.7):
        return near, near
    return (
        f"remove it; known here: {', '.join(misfit.known)}" if misfit.known else "remove it: it has no parameters",
        "",
    )


def _paths(shape: Any, before: str = "") -> Iterator[str]:
    """The dotted path of every parameter."""
    if isinstance(shape, Mapping):
        for key, inner in shape.items():
            yield f"{before}{key}"
            yield from _paths(inner, f"{before}{key}.")
