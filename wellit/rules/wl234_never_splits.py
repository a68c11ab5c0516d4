"""Prefill and decode servers are told apart, and no request is ever split.

A decider says of each request whether a prefill server does its part. One that compares with what is cached always
says no while nobody tells it what is cached: without its feature gate, without a scorer that knows the prefixes, or
with a threshold of 0, which is what it has unless told otherwise. The picker starts, decode servers do everything,
and the prefill servers stand idle.

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
          - type: prefix-cache-scorer
          - type: prefix-based-pd-decider
            parameters: {nonCachedTokens: 16}
          - type: disagg-profile-handler
            parameters: {deciders: {prefill: prefix-based-pd-decider}}
          schedulingProfiles:
          - name: prefill
            plugins: [{pluginRef: prefix-cache-scorer}]
          - name: decode
            plugins: [{pluginRef: prefix-cache-scorer}]

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
          apiVersion: inference.networking.x-k8s.io/v1alpha1
          kind: EndpointPickerConfig
          featureGates: [prepareDataPlugins]
          plugins:
          - type: prefix-cache-scorer
          - type: prefix-based-pd-decider
            parameters: {nonCachedTokens: 16}
          - type: disagg-profile-handler
            parameters: {deciders: {prefill: prefix-based-pd-decider}}
          schedulingProfiles:
          - name: prefill
            plugins: [{pluginRef: prefix-cache-scorer}]
          - name: decode
            plugins: [{pluginRef: prefix-cache-scorer}]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, Plugin, configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL234",
    "never-splits",
    "error",
    (INFERENCEPOOL,),
    "read",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)
IDLE = "no request is ever split, and the prefill servers stand idle"


def check(subject: Subject) -> Items:
    for config in configured(subject):
        for decider in config.of_kind("decider"):
            if any(decider.name == name for name in config.asked_deciders):
                yield from _gate(config, decider)
                yield from _threshold(decider)
                yield from _producers(config, decider)


def _gate(config: Configured, decider: Plugin) -> Items:
    gate = decider.fact("gate")
    if gate and gate not in config.gates:
        gates = [*config.gates, gate]
        yield Hit(
            decider.node["type"],
            f"{decider.name} decides by what is cached, and the feature gate {gate} is off",
            write=f"featureGates: [{', '.join(gates)}]",
            why=f"{IDLE}; the picker only logs: unable to read prefix cache state",
        )


def _threshold(decider: Plugin) -> Items:
    name = decider.fact("threshold")
    node = decider.parameter(name) if name else None
    if node is None or (node.value not in (0, None) and node.written):
        return
    at = node if node.written else decider.node["type"]
    has = f"has the {name} 0" if node.written else f"has no {name}"
    yield Hit(
        at,
        f"{decider.name} {has}, which switches it off",
        write=f"{name}: 16" if node.written else f"parameters: {{{name}: 16}}",
        why=f"{IDLE}; the picker says: Prefix-based PD disabled ({name[:1].upper()}{name[1:]}=0)",
    )


def _producers(config: Configured, decider: Plugin) -> Items:
    known = decider.fact("producers")
    if not known or any(plugin.facts is None for plugin in config.plugins):
        return
    there = [plugin for plugin in config.plugins if plugin.type in known]
    if any(not (word := known[plugin.type]) or plugin.parameter(word).value is True for plugin in there):
        return
    first = next(iter(known))
    at = there[0].node["type"] if there else decider.node["type"]
    what = f"{there[0].type} does not tell it before the engines do" if there else "no plugin tells it"
    yield Hit(
        at,
        f"{decider.name} decides by what is cached, and {what}",
        write=f"parameters.{known[there[0].type]}: true"
        if there
        else f"plugins: [{{type: {first}}}], used in a profile",
        why=f"{IDLE}; the picker only logs: unable to read prefix cache state",
        also=(("the decider", decider.node["type"]),) if there else (),
    )
