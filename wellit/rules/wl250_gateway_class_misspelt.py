"""The Gateway has a class that is misspelt.

A controller acts on the Gateways of its own class. The chart writes any word that it is given; with a misspelt one
nobody acts: the Gateway never gets an address, and helm has nothing to say.

Bad::

    # llm-d-infra@v1.3.6
    gateway: {gatewayClassName: isitio}

Good::

    # llm-d-infra@v1.3.6
    gateway: {gatewayClassName: istio}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.infra import gateways
from wellit.subject import INFRA, Subject

RULE = Rule(
    "WL250", "gateway-class-misspelt", "error", (INFRA,), "read", reads="gateway.enabled gateway.gatewayClassName"
)


def check(subject: Subject) -> Items:
    for gateway in gateways(subject):
        node, name = gateway.class_node, gateway.class_node.text()
        if near := misspelt(name, list(gateway.facts["classProviders"])):
            yield Hit(
                node,
                f'no controller is known for the class "{name}"',
                write=f"gatewayClassName: {near}",
                why="nobody acts on the Gateway: it gets no address, and no request is ever served",
                fix=Fix(node, near),
            )


def misspelt(name: str, known: list[str]) -> str:
    """The known class that was meant; "" for a name that may be somebody's own: istio-internal, my-gateway, istio2."""
    near = nearest(name, known, 0.8)
    own = not near or name == near or name.lower().startswith(near) or name.lower().endswith(near)
    return "" if own and name.lower() != near else near if name != near else ""
