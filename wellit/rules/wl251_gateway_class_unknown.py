"""The Gateway has a class that this chart does not know.

It may be one of your own; then its GatewayClass must be in the cluster, and what the chart writes for the classes
that it knows - parameters, and the label that lets Istio's gateway ask the picker - is not written for it.

Bad::

    # llm-d-infra@v1.3.6
    gateway: {gatewayClassName: edge}

Good::

    # llm-d-infra@v1.3.6
    gateway: {gatewayClassName: kgateway}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.wl250_gateway_class_misspelt import misspelt
from wellit.seen.infra import gateways
from wellit.subject import INFRA, Subject

RULE = Rule(
    "WL251", "gateway-class-unknown", "warning", (INFRA,), "read", reads="gateway.enabled gateway.gatewayClassName"
)


def check(subject: Subject) -> Items:
    for gateway in gateways(subject):
        node, known = gateway.class_node, gateway.facts["classProviders"]
        name = node.text()
        of_a_family = name.startswith(tuple(gateway.facts["classFamilies"]))
        if name and name not in known and not misspelt(name, list(known)) and not of_a_family:
            yield Hit(
                node,
                f'{gateway.release.chart} {gateway.release.version} does not know the class "{name}"',
                write=f"one of {', '.join(gateway.facts['classes'])}, unless it is your own",
                why="without a GatewayClass of that name nobody acts on the Gateway: kubectl get gatewayclass",
            )
