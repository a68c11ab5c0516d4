"""The picker cannot read its configuration.

The picker decodes its configuration strictly: text that is no YAML, another apiVersion or kind, a key that its
release does not know at that place, or a value of another type, and it exits. Keys come and go between releases:
`data` became `dataLayer`, weights were whole numbers, saturationDetector names a plugin now.

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
          schedulingProfiles:
          - name: default
            plugins:
            - plugin: queue-scorer

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
          schedulingProfiles:
          - name: default
            plugins:
            - pluginRef: queue-scorer
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit.capabilities import Contract
from wellit.errors import nearest
from wellit.nested import problem
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.shapes import Misfit, meant, misfits
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL226",
    "picker-config-form",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)
KIND = "EndpointPickerConfig"


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        if not pool.config_text.written:
            continue
        picker = pool.contract
        text = pool.config_text.value
        if isinstance(text, str) and (wrong := problem(text)):
            yield _no_yaml(pool, wrong)
        elif not isinstance(picker, Contract):
            yield NotChecked(f"what the picker of {pool.release.name} may be told: {picker.reason}")
        elif not isinstance(pool.config.value, Mapping) or not pool.config.value:
            yield _no_yaml(pool, "it is empty, or no map")
        else:
            yield from _head(pool, picker)
            yield from _body(pool, picker)


def _no_yaml(pool: Pool, wrong: str) -> Hit:
    return Hit(
        pool.config_text,
        f"the picker of {pool.release.name} cannot read its configuration: {wrong}",
        write=f"a map with apiVersion, kind: {KIND} and plugins",
        why="the picker exits, again and again",
    )


def _head(pool: Pool, picker: Contract) -> Items:
    for key, right in (("apiVersion", picker["configurationGroup"]), ("kind", KIND)):
        node = pool.config[key]
        if node.value != right:
            yield Hit(
                node,
                f"the configuration of the picker {picker.version} has {_what(node.value, key)}",
                write=f"{key}: {right}",
                why=_why(picker, f'no kind "{KIND}" is registered for it'),
                fix=Fix(node, right) if isinstance(node.value, str) else None,
            )


def _what(value: Any, key: str) -> str:
    return f"no {key}" if value is None else f"the {key} {value}"


def _why(picker: Contract, more: str) -> str:
    return f"the picker exits, again and again: {picker['refusals']['decode']}: {more}"


def _body(pool: Pool, picker: Contract) -> Items:
    shape = {"apiVersion": "str", "kind": "str", **picker["configuration"]}
    for misfit in misfits(pool.config, shape, exact=True):
        yield _misfit(picker, misfit)


def _misfit(picker: Contract, misfit: Misfit) -> Hit:
    node = misfit.node
    name = node.keys[-1]
    if not misfit.known:
        right = meant(misfit)
        return Hit(
            node,
            f"{name} must be {misfit.wanted} for the picker {picker.version}",
            write=f"{name}: {right or misfit.wanted}" if isinstance(name, str) else misfit.wanted,
            why=_why(picker, "json: cannot unmarshal"),
            fix=Fix(node, right) if right else None,
        )
    near = nearest(str(name), misfit.known)
    return Hit(
        node,
        f'the configuration of the picker {picker.version} knows no "{name}" here',
        write=near or f"remove it; known here: {', '.join(misfit.known)}",
        why=_why(picker, f'strict decoding error: unknown field "{name}"'),
        fix=Fix(node, near, key=True) if nearest(str(name), misfit.known, 0.8) else None,
    )
