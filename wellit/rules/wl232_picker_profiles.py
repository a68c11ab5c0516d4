"""The picker's scheduling profiles do not fit together.

One plugin must be the profile handler when there are several profiles, and only one may be; single-profile-handler
takes one profile only; a profile has one picker and a name of its own. Otherwise the picker exits. What is left out
where one profile is enough - handler, picker, weights - newer pickers add by themselves.

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
          schedulingProfiles:
          - name: prefill
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
          - type: disagg-headers-handler
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

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL232",
    "picker-profiles",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)


def check(subject: Subject) -> Items:
    for config in configured(subject):
        yield from _handlers(config)
        yield from _names(config)
        for profile in config.profiles:
            yield from _pickers(config, profile)
            yield from _weights(config, profile)
        if not config.profiles and "profiles" not in config.picker["fillsIn"]:
            yield Hit(
                config.root["schedulingProfiles"],
                f"{config.title} has no scheduling profile",
                write="schedulingProfiles: [{name: default, plugins: [...]}]",
                why=config.says("fills"),
            )


def _handlers(config: Configured) -> Items:
    handlers, count = config.of_kind("handler"), len(config.profiles)
    if any(plugin.facts is None for plugin in config.plugins):
        return  # the unknown one may be meant as the handler
    if len(handlers) > 1:
        yield Hit(
            handlers[1].node["type"],
            f"{handlers[0].type} and {handlers[1].type} are both profile handlers",
            write="remove one of them",
            why=config.says("handlers"),
            also=(("the other one", handlers[0].node["type"]),),
        )
    elif handlers and handlers[0].fact("profiles") == 1 < count:
        yield Hit(
            handlers[0].node["type"],
            f"{handlers[0].type} takes one profile, and there are {count}",
            write=_splitter(config) or "remove the other profiles",
            why=config.says("single") if config.picker["refusals"]["single"] else "no request can be scheduled",
            also=(("the profiles", config.root["schedulingProfiles"]),),
        )
    elif not handlers and (count > 1 or "handler" not in config.picker["fillsIn"]):
        yield Hit(
            config.root["schedulingProfiles"] if count > 1 else config.root["plugins"],
            f"there {'are' if count > 1 else 'is'} {count} profile{'s' * (count > 1)} and no profile handler",
            write=_splitter(config) or "plugins: [{type: single-profile-handler}]",
            why=config.says("noHandler"),
        )


def _splitter(config: Configured) -> str:
    """The handler of this release that runs prefill and decode; "" when it has none, or no profile is called so."""
    if not {"prefill", "decode"} & {profile["name"].text() for profile in config.profiles}:
        return ""
    known = config.picker.group("plugin").items()
    names = [name for name, facts in known if facts and facts.get("splits") and not facts.get("replacedBy")]
    return f"plugins: [{{type: {names[0]}}}]" if names else ""


def _names(config: Configured) -> Items:
    seen: dict[str, Node] = {}
    for profile in config.profiles:
        name = profile["name"].text()
        if not name:
            yield Hit(profile, "a scheduling profile has no name", write="name: default", why=config.says("noName"))
        elif name in seen:
            yield Hit(
                profile["name"],
                f'two scheduling profiles have the name "{name}"',
                write="a name of its own for one of them",
                why=config.says("profileTwice", name),
                also=(("the other one", seen[name]),),
            )
        seen[name] = profile["name"]


def _pickers(config: Configured, profile: Node) -> Items:
    members = [(node, config.names.get(node["pluginRef"].text())) for node in profile["plugins"]]
    pickers = [(node, plugin) for node, plugin in members if plugin and plugin.kind == "picker"]
    for node, plugin in pickers[1:]:
        yield Hit(
            node["pluginRef"],
            f"the profile {profile['name'].text()} has two pickers, {pickers[0][1].name} and {plugin.name}",
            write="one of the two",
            why=f"the picker exits, again and again: failed to set '{plugin.name}/{plugin.type}' as picker",
            also=(("the other one", pickers[0][0]["pluginRef"]),),
        )


def _weights(config: Configured, profile: Node) -> Items:
    """Old releases want a weight for every scorer."""
    for node in profile["plugins"] if "weights" not in config.picker["fillsIn"] else ():
        plugin = config.names.get(node["pluginRef"].text())
        if plugin and plugin.kind == "scorer" and not node["weight"].written:
            yield Hit(
                node["pluginRef"],
                f"the scorer {plugin.name} has no weight in the profile {profile['name'].text()}",
                write="weight: 1",
                why=f"the picker exits, again and again: scorer '{plugin.name}' is missing a weight",
            )
