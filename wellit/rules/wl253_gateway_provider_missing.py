"""helm stops: the provider of a class of one's own is not said.

With an empty gateway.provider the chart takes the provider from the class. For a class that it does not know that
cannot be done, and helm ends with an error.

Bad::

    # llm-d-infra@v1.4.0
    gateway: {gatewayClassName: edge, provider: ""}

Good::

    # llm-d-infra@v1.4.0
    gateway: {gatewayClassName: edge, provider: istio}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.infra import gateways
from wellit.subject import INFRA, Subject

RULE = Rule(
    "WL253",
    "gateway-provider-missing",
    "error",
    (INFRA,),
    "read",
    reads="gateway.enabled gateway.gatewayClassName gateway.provider",
)


def check(subject: Subject) -> Items:
    for gateway in gateways(subject):
        message = gateway.facts["failureMessages"].get("provider", "")
        name = gateway.class_node.text()
        if message and name and not gateway.provider:
            known = [provider for provider in gateway.facts["providers"] if provider]
            yield Hit(
                gateway.provider_node,
                f'the chart cannot tell the provider of the class "{name}"',
                write=f"provider: one of {', '.join(known)}",
                why=f"helm stops with: {message.format(**{'class': name})}",
                also=(("the class", gateway.class_node),),
            )
