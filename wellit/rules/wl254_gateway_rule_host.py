"""The gateway's DestinationRule has no host.

With gateway.destinationRule.enabled the chart wants a host. Left away it is localhost, which is nobody's; emptied,
helm stops. The pool's chart makes the rule that the picker needs by itself.

Bad::

    # llm-d-infra@v1.3.6
    gateway:
      destinationRule: {enabled: true}

Good::

    # llm-d-infra@v1.3.6
    gateway:
      destinationRule: {enabled: true, host: "gaie-chat-epp.llm-d.svc.cluster.local"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.infra import gateways
from wellit.subject import INFRA, Subject

RULE = Rule(
    "WL254",
    "gateway-rule-host",
    "error",
    (INFRA,),
    "read",
    reads="gateway.destinationRule gateway.enabled gateway.gatewayClassName gateway.provider",
)


def check(subject: Subject) -> Items:
    for gateway in gateways(subject):
        rule = gateway.node["destinationRule"]
        made = rule["enabled"].flag(False) and gateway.provider in gateway.facts["ruleProviders"]
        if made and not rule["host"].text():
            said = gateway.facts["failureMessages"]["destinationRule"]
            yield Hit(
                rule["host"] if rule["host"].written else rule["enabled"],
                "the gateway's DestinationRule has no host",
                write="host: RELEASE-epp.NAMESPACE.svc.cluster.local",
                why=f"helm stops with: {said}"
                if rule["host"].written
                else "the rule is for localhost, and does nothing",
            )
