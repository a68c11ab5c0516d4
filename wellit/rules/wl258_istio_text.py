"""A value of Istio's mesh configuration must be text.

`proxyMetadata` is a map of text to text. A true without quotes is no text: istiod cannot read its mesh configuration,
and the gateways get none.

Bad::

    # istiod@1.28.1
    meshConfig: {defaultConfig: {proxyMetadata: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: true}}}
    pilot: {env: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}

Good::

    # istiod@1.28.1
    meshConfig: {defaultConfig: {proxyMetadata: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}}
    pilot: {env: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}
"""

from __future__ import annotations

from wellit.node import spoken
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.istio import istiods
from wellit.subject import ISTIOD, Subject

RULE = Rule("WL258", "istio-text", "error", (ISTIOD,), "read", reads="meshConfig.defaultConfig")


def check(subject: Subject) -> Items:
    for istiod in istiods(subject):
        for place in istiod.facts["textPlaces"]:
            for name, node in istiod.at(place).items():
                if node.value is not None and not isinstance(node.value, str):
                    yield Hit(
                        node,
                        f"{name} must be text in {place}",
                        write=f'{name}: "{spoken(node.value)}"',
                        why="istiod cannot read its mesh configuration: invalid value for string type",
                        fix=Fix(node, f'"{spoken(node.value)}"') if isinstance(node.value, (bool, int)) else None,
                    )
