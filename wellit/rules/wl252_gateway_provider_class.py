"""The Gateway's class is of another provider than the chart writes for.

Since v1.4.0 the chart has gateway.provider, which is istio unless it is set, and gatewayClassName names the class
only. Values from before, with the class alone, keep the provider istio: Istio's ConfigMap and label stand on a
Gateway that another controller acts on, and what that one needs is missing.

Bad::

    # llm-d-infra@v1.4.0
    gateway: {gatewayClassName: agentgateway}

Good::

    # llm-d-infra@v1.4.0
    gateway: {gatewayClassName: agentgateway, provider: agentgateway}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.infra import Gateway, gateways
from wellit.subject import INFRA, Subject

RULE = Rule(
    "WL252",
    "gateway-provider-class",
    "error",
    (INFRA,),
    "read",
    reads="gateway.enabled gateway.gatewayClassName gateway.provider",
)


def check(subject: Subject) -> Items:
    for gateway in gateways(subject):
        theirs = gateway.provider_of_class
        if gateway.facts["providers"] and gateway.class_node.text() and theirs and not _same(gateway, theirs):
            yield _apart(gateway, theirs)


def _same(gateway: Gateway, theirs: str) -> bool:
    """Whether the provider is the class's own, under whichever of its names."""
    classes = gateway.facts["providerClasses"]
    return gateway.provider in ("", theirs) or classes.get(gateway.provider) == classes.get(theirs)


def _apart(gateway: Gateway, theirs: str) -> Hit:
    node, written = gateway.class_node, gateway.provider_node.text()
    how = "which is set" if written else "which it is unless it is set"
    return Hit(
        node,
        f"the class {node.text()} is not of the provider {gateway.provider}, {how}",
        write=f"provider: {theirs}",
        why=f"the chart writes what {gateway.provider} needs, and nothing of what {theirs} reads",
        also=(("the provider", gateway.provider_node),) if written else (),
    )
