"""The picker decides where a request is prefilled, and does not tell the routing proxy.

The handler of prefill and decode chooses two servers; the prefill server's address goes to the routing proxy in a
header, which a plugin of its own writes. Without that plugin the proxy sends every request to its own engine: vLLM does
it all by itself, SGLang refuses it.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
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

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
          plugins:
          - type: disagg-headers-handler
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

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.pickerconfig import Configured, configured
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL240", "no-split-header", "error", (INFERENCEPOOL,), "read",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for config in configured(subject):
        splitting = [
            h for h in config.of_kind("handler") if "prefill" in (h.fact("splits") or {}) and not h.never_asked
        ]
        if not splitting or _writes(config) or any(not plugin.facts for plugin in config.plugins):
            continue
        handler = splitting[0]
        yield Hit(
            handler.node["type"],
            f"{handler.type} chooses prefill servers, and no plugin tells the routing proxy which",
            write=f"plugins: - type: {_current(config)}",
            why="the header with the prefill server's address is never written: no request is split, in silence",
        )


def _writes(config: Configured) -> bool:
    known = config.picker.group("plugin")
    return bool(config.of_kind("headers")) or any(
        (known.get(name) or {}).get("kind") == "headers" for name in config.made
    )


def _current(config: Configured) -> str:
    """The release's plugin that writes the header, by its present name."""
    group = config.picker.group("plugin")
    return next(name for name in config.known("headers") if not group[name].get("replacedBy"))
