"""The handler that splits requests looks for a profile that is not there.

The handler of prefill and decode runs the profiles called prefill and decode, or those that its parameters name.
Without the decode profile no request finds a server; without the prefill profile none is ever split, and the prefill
servers stand idle. Neither is said when the picker starts.

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
          - type: prefill-filter
          - type: decode-filter
          - type: always-disagg-pd-decider
          - type: disagg-profile-handler
            parameters: {deciders: {prefill: always-disagg-pd-decider}}
          schedulingProfiles:
          - name: prefil
            plugins: [{pluginRef: prefill-filter}]
          - name: decode
            plugins: [{pluginRef: decode-filter}]

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
          - type: prefill-filter
          - type: decode-filter
          - type: always-disagg-pd-decider
          - type: disagg-profile-handler
            parameters: {deciders: {prefill: always-disagg-pd-decider}}
          schedulingProfiles:
          - name: prefill
            plugins: [{pluginRef: prefill-filter}]
          - name: decode
            plugins: [{pluginRef: decode-filter}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, Plugin, configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL233",
    "split-profiles",
    "error",
    (INFERENCEPOOL,),
    "read",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)
WHY = {
    "decode": "no server is found for any request",
    "prefill": "no request is ever split, and the prefill servers stand idle; the picker says nothing",
}


def check(subject: Subject) -> Items:
    for config in configured(subject):
        for handler in config.of_kind("handler"):
            splits = handler.fact("splits") or {}
            for role in [role for role in WHY if role in splits]:
                yield from _profile(config, handler, role, splits[role])


def _profile(config: Configured, handler: Plugin, role: str, how: dict[str, str]) -> Items:
    told = handler.parameter(how["parameter"])
    old = next((name for name, now in (handler.fact("old") or {}).items() if now == how["parameter"]), "")
    if old and not told.text():
        told = handler.parameter(old)
    name = told.text() or how["default"]
    profiles = {profile["name"].text(): profile["name"] for profile in config.profiles}
    if name in profiles or (role == "prefill" and handler.never_asked):
        return
    near = nearest(name, profiles, 0.7)
    node = told if told.text() else profiles.get(near, handler.node["type"])
    yield Hit(
        node,
        f'{handler.type} runs the profile "{name}" for {role}, and there is none of that name',
        write=_write(node, name, near),
        why=WHY[role],
        also=(("the handler", handler.node["type"]),),
        fix=Fix(node, name) if node is profiles.get(near) else None,
    )


def _write(node: Node, name: str, near: str) -> str:
    if node.value == near:
        return f"name: {name}"
    return f"{node.keys[-1]}: {near}" if near else f"schedulingProfiles: a profile with name: {name}"
